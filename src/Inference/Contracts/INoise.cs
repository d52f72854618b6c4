using Reproduce.Compute;
using static TorchSharp.torch;

namespace Reproduce.Inference.Contracts;

/// <summary>The latent noise of a batch of draws: every call gives the next standard normal [N, D].</summary>
public interface INoise
{
    /// <summary>The next standard normal numbers, [N, D].</summary>
    Tensor Next();

    /// <summary>Random numbers for uses other than latents (dropout masks while sampling).</summary>
    RandomSource Extra { get; }
}
