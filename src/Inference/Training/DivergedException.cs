using System.Globalization;

namespace Reproduce.Inference.Training;

/// <summary>A training's loss or gradient became infinite or not a number.</summary>
/// <param name="step">The optimiser step, from 0.</param>
/// <param name="loss">The loss of that step.</param>
/// <param name="gradientNorm">The gradient norm of the step before.</param>
/// <param name="learningRate">The learning rate of that step.</param>
public sealed class DivergedException(long step, double loss, double gradientNorm, double learningRate)
    : Exception(
        string.Create(
            CultureInfo.InvariantCulture,
            $"The {What(loss)} at step {step} (learning rate {learningRate:G4}, gradient norm {gradientNorm:G4}); "
                + $"lower the learning rate or the clipping norm."
        )
    )
{
    /// <summary>The optimiser step, from 0.</summary>
    public long Step { get; } = step;

    private static string What(double loss) => double.IsFinite(loss)
        ? "gradient became infinite or not a number"
        : string.Create(CultureInfo.InvariantCulture, $"loss became {loss}");
}
