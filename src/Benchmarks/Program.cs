using BenchmarkDotNet.Running;

// dotnet run -c Release --project src/Benchmarks -- --filter '*C2st*'
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
