using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Compute;

/// <summary>Finds rows with NaN or infinity.</summary>
public static class FiniteRows
{
    /// <summary>The data sets of which an array is not finite; the padding of sets of varying size does not count.</summary>
    /// <param name="x">Observations.</param>
    /// <param name="part">Name of the array.</param>
    /// <returns>Their indices, ascending.</returns>
    public static long[] Others(Observation x, string part)
    {
        ArgumentNullException.ThrowIfNull(x);
        long[] rows = Others(x[part]);
        if (rows.Length == 0 || !VaryingSet.Is(x.Parts, part))
        {
            return rows;
        }

        using Tensor cleared = VaryingSet.Cleared(x[part], x[VaryingSet.LengthOf(part)]);
        return Others(cleared);
    }

    /// <summary>The rows that are not finite.</summary>
    /// <param name="value">[N, ...] on any device; whole numbers are always finite.</param>
    /// <returns>Their indices, ascending; none for a tensor without storage (of the device <c>meta</c>).</returns>
    /// <remarks>
    /// A sum that is finite has finite terms: only where it is not, each row is looked at. It takes no memory beside the tensor, and one
    /// wait for a GPU.
    /// </remarks>
    public static long[] Others(Tensor value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.numel() == 0 || value.device.type == DeviceType.META || !(value.is_floating_point() || value.is_complex()))
        {
            return [];
        }

        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        return value.sum().isfinite().ToBoolean()
            ? []
            : value.reshape(value.shape[0], -1).isfinite().all(1).logical_not().nonzero().to(CPU).flatten().data<long>().ToArray();
    }
}
