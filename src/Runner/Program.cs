Reproduce.Compute.NativeBackend.EnsureLoaded();
System.Console.WriteLine(TorchSharp.torch.randn(2,2).ToString());
