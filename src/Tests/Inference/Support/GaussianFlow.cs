using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using static TorchSharp.torch;

namespace Reproduce.Tests.Inference.Support;

/// <summary>
/// The target N(m, s^2 I), for which denoiser, velocity and consistency function are known: oracle networks for estimators whose
/// parameter variance is 1. Meant for double precision.
/// </summary>
internal static class GaussianFlow
{
    public const double Mean = 1.5;
    public const double Deviation = 0.4;
    public const double Eps = 0.001;
    private const double Variance = Deviation * Deviation;

    /// <summary>How the probability-flow ODE from level T to eps shrinks distances to the mean.</summary>
    public static double Ratio(double largest) => Math.Sqrt((Variance + Eps * Eps) / (Variance + largest * largest));

    /// <summary>The ODE's solution at eps that starts from <paramref name="start"/> at T.</summary>
    public static Tensor Solution(Tensor start, double largest) => Mean + (start - Mean) * Ratio(largest);

    /// <summary>
    /// The score model's F, from c_in theta_t and ln(t) / 4: E[theta | theta_t] = (s^2 theta_t + t^2 m) / (s^2 + t^2) solved for F.
    /// </summary>
    public static Tensor ScoreNetwork(Tensor scaled, Tensor condition, Tensor quarterLog)
    {
        Tensor t = (quarterLog * 4).exp();
        Tensor total = (t.square() + 1).sqrt();
        Tensor theta = scaled * total;
        Tensor denoised = (theta * Variance + t.square() * Mean) / (t.square() + Variance);
        return (denoised - theta / (t.square() + 1)) * total / t;
    }

    /// <summary>The flow-matching velocity E[theta - z | theta_t].</summary>
    public static Tensor MatchingVelocity(Tensor theta, Tensor condition, Tensor t)
    {
        Tensor variance = (1 - t).square() + t.square() * Variance;
        return Mean + (t * Variance - (1 - t)) / variance * (theta - t * Mean);
    }

    /// <summary>The consistency model's F, with f(theta_t, t) = m + (theta_t - m) sqrt((s^2 + eps^2) / (s^2 + t^2)) solved for F.</summary>
    public static Tensor ConsistencyNetwork(Tensor theta, Tensor condition, Tensor t)
    {
        Tensor f = Mean + (theta - Mean) * ((Variance + Eps * Eps) / (t.square() + Variance)).sqrt();
        Tensor since = t - Eps;
        return (f - theta / (since.square() + 1)) * (1 + t.square()).sqrt() / since;
    }

    /// <summary>The tuned model's F, from c_in theta_t and ln(t) / 4, with f(theta_t, t) = m + (theta_t - m) s / sqrt(s^2 + t^2).</summary>
    public static Tensor TunedNetwork(Tensor scaled, Tensor condition, Tensor quarterLog)
    {
        Tensor t = (quarterLog * 4).exp();
        Tensor total = (t.square() + 1).sqrt();
        Tensor theta = scaled * total;
        Tensor f = Mean + (theta - Mean) * (Variance / (t.square() + Variance)).sqrt();
        return (f - theta / (t.square() + 1)) * total / t;
    }

    /// <summary>log N(theta; mean, deviation^2 I), [N], in double precision.</summary>
    public static double[] LogNormal(Tensor theta, double mean, double deviation)
    {
        using IDisposable scope = NewDisposeScope();
        Tensor scaled = (theta.detach().to(ScalarType.Float64) - mean) / deviation;
        return (scaled.square().sum(1) * -0.5 - theta.shape[1] * (0.5 * Math.Log(2 * Math.PI) + Math.Log(deviation))).Numbers();
    }
}

/// <summary>Noise in double precision from one source.</summary>
internal sealed class SourceNoise(RandomSource random, long rows) : INoise, IDisposable
{
    public int Used { get; private set; }

    public RandomSource Extra { get; } = new(RandomKey.FromSeed(98));

    public Tensor Next()
    {
        Used++;
        return random.Normal([rows, 2], dtype: ScalarType.Float64);
    }

    public void Dispose() => Extra.Dispose();
}
