using Reproduce.Compute;
using static TorchSharp.torch;

namespace Reproduce.Inference.Densities;

/// <summary>
/// Products of a vector with the Jacobian of a map that acts on every row by itself, for all rows at once.
/// </summary>
/// <remarks>
/// The one place that calls <c>torch.autograd.grad</c>, which ends the process instead of throwing when it is given something that it
/// cannot differentiate: everything that it could object to is checked or excluded here first.
/// </remarks>
internal static class VectorJacobian
{
    /// <summary>v^T d output / d input for every row and every v.</summary>
    /// <param name="output">[N, E], computed from <paramref name="input"/> with gradients on; may be independent of it.</param>
    /// <param name="input">[N, D], which requires a gradient.</param>
    /// <param name="cotangents">The vectors v, [N, E] or [1, E] each.</param>
    /// <returns>[N, D] for each vector, without a graph.</returns>
    /// <exception cref="ArgumentException">The input has no gradient, or shapes or types differ.</exception>
    public static Tensor[] Products(Tensor output, Tensor input, IReadOnlyList<Tensor> cotangents)
    {
        ArgumentNullException.ThrowIfNull(cotangents);
        if (!is_grad_enabled() || !input.requires_grad)
        {
            throw new ArgumentException("input: expected a tensor that requires a gradient, and gradients switched on", nameof(input));
        }

        // A term that is zero and depends on the input: libtorch refuses an output without a graph, or an input that is not part of it.
        Tensor attached = input.mul(Scalars.Zero).sum();
        return [.. cotangents.Select(Product)];

        Tensor Product(Tensor cotangent)
        {
            if (output.ndim != 2 || input.ndim != 2 || output.shape[0] != input.shape[0] || cotangent.ndim != 2
                || cotangent.shape[1] != output.shape[1] || (cotangent.shape[0] != 1 && cotangent.shape[0] != output.shape[0]))
            {
                throw new ArgumentException(
                    $"cotangent: expected [{string.Join(", ", output.shape)}] for an input [{string.Join(", ", input.shape)}], " +
                    $"got [{string.Join(", ", cotangent.shape)}]", nameof(cotangents));
            }

            if (output.dtype != input.dtype || output.device.type != input.device.type)
            {
                throw new ArgumentException(
                    $"output: expected {input.dtype} on {input.device}, got {output.dtype} on {output.device}", nameof(output));
            }

            // The graph is kept for the next vector and dies with its tensors; a second use of a freed graph would end the process.
            Tensor scalar = (output * cotangent).sum().add(attached, Scalars.One);
            return autograd.grad([scalar], [input], retain_graph: true)[0].detach();
        }
    }

    /// <summary>The Jacobian of every row.</summary>
    /// <param name="output">[N, E].</param>
    /// <param name="input">[N, D], which requires a gradient.</param>
    /// <returns>[N, E, D].</returns>
    public static Tensor Full(Tensor output, Tensor input) => stack(Products(output, input, UnitVectors(output)), 1);

    /// <summary>The unit vectors of the columns' space, [1, E] each.</summary>
    /// <param name="like">[N, E]; gives size, type and device.</param>
    public static Tensor[] UnitVectors(Tensor like)
    {
        Tensor identity = eye(like.shape[1], dtype: like.dtype, device: like.device);
        return [.. Enumerable.Range(0, (int)like.shape[1]).Select(i => identity.narrow(0, i, 1))];
    }
}
