using TorchSharp;

namespace Reproduce.Compute;

/// <summary>
/// Lets products and convolutions on NVIDIA GPUs round their factors to TF32, or forbids it, for the whole program until it is disposed of.
/// </summary>
public sealed class Tf32 : IDisposable
{
    private readonly bool _matrices = torch.backends.cuda.matmul.allow_tf32;
    private readonly bool _convolutions = torch.backends.cudnn.allow_tf32;

    private Tf32(bool allowed)
    {
        torch.backends.cuda.matmul.allow_tf32 = allowed;
        torch.backends.cudnn.allow_tf32 = allowed;
    }

    /// <summary>Allows or forbids it. libtorch by itself forbids it for products and allows it for convolutions.</summary>
    /// <param name="allowed">Whether it is allowed.</param>
    public static IDisposable Allow(bool allowed) => new Tf32(allowed);

    /// <inheritdoc/>
    public void Dispose()
    {
        torch.backends.cuda.matmul.allow_tf32 = _matrices;
        torch.backends.cudnn.allow_tf32 = _convolutions;
    }
}
