using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Evaluation;

/// <summary>
/// Units for numbers whose squares would leave the range of float64. Division by a power of two changes no digit, so what is computed
/// in such a unit is what would have been computed without it.
/// </summary>
internal static class PowerOfTwo
{
    private const double Comfortable = 1e100;

    /// <summary>
    /// 1 where a square has room to spare, for 0 and for what is not finite; else the power of two at or below the number.
    /// </summary>
    /// <param name="largest">A magnitude.</param>
    /// <param name="comfortable">Up to this, and down to its reciprocal, the unit is 1.</param>
    internal static double Unit(double largest, double comfortable = Comfortable) =>
        largest == 0 || !double.IsFinite(largest) || (largest <= comfortable && largest >= 1 / comfortable)
            ? 1
            : Math.ScaleB(1, Math.ILogB(largest));

    /// <summary>A unit for every number.</summary>
    /// <param name="largest">Magnitudes, float64, any shape.</param>
    internal static Tensor Units(Tensor largest)
    {
        using DisposeScope scope = NewDisposeScope();
        double[] units = [.. largest.cpu().contiguous().data<double>().Select(m => Unit(m))];
        return tensor(units, largest.shape, device: largest.device).MoveToOuterDisposeScope();
    }
}
