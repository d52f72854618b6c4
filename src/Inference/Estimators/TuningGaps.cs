namespace Reproduce.Inference.Estimators;

/// <summary>The gaps between neighbouring noise levels in consistency tuning (Geng et al. 2024).</summary>
/// <remarks>
/// A level t has the neighbour r = t max(0, min(1 - q^-(n+1) (1 + k sigmoid(-b t)), 0.999)) below it at stage n: at first mostly 0, so that
/// the loss is that of a diffusion model, and closer to t at every stage.
/// </remarks>
public static class TuningGaps
{
    // A gap of nothing would have a weight of infinity.
    private const double Nearest = 0.999;

    /// <summary>The stage at an optimiser step.</summary>
    /// <param name="step">Steps of the tuning done before, from 0.</param>
    /// <param name="steps">Steps of the whole tuning.</param>
    /// <param name="stages">Stages of equal length.</param>
    /// <returns>From 0 to <paramref name="stages"/> - 1.</returns>
    public static int Stage(long step, long steps, int stages) => (int)Math.Clamp(step * stages / Math.Max(1, steps), 0, stages - 1);

    /// <summary>The neighbour below a level.</summary>
    /// <param name="time">t.</param>
    /// <param name="stage">n, from 0.</param>
    /// <param name="shrink">q.</param>
    /// <param name="scale">k.</param>
    /// <param name="slope">b.</param>
    /// <returns>r, from 0 to below t.</returns>
    public static double Below(double time, int stage, double shrink, double scale, double slope)
    {
        double gap = Math.Pow(shrink, -(stage + 1)) * (1 + scale / (1 + Math.Exp(slope * time)));
        return time * Math.Clamp(1 - gap, 0, Nearest);
    }
}
