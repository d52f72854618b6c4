namespace Reproduce.Inference.Estimators;

/// <summary>The error function for plain numbers.</summary>
internal static class ErrorFunction
{
    /// <summary>erf(x), from libtorch in double precision.</summary>
    /// <param name="x">Any number.</param>
    public static double Erf(double x)
    {
        using TorchSharp.torch.Tensor input = TorchSharp.torch.tensor(x, dtype: TorchSharp.torch.ScalarType.Float64);
        using TorchSharp.torch.Tensor value = input.erf();
        return value.item<double>();
    }
}
