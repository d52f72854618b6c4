using Reproduce.Compute;
using Reproduce.Compute.Priors;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tasks.Benchmark;

/// <summary>The two moons of <see cref="TwoMoonsTask"/>.</summary>
internal sealed class TwoMoonsProblem : BenchmarkProblem
{
    private static readonly TwoMoonsTask s_task = new();

    /// <inheritdoc/>
    public override ParameterSpace Parameters { get; } =
        Numbered("θ", [.. Enumerable.Repeat(new UniformPrior { Low = -1, High = 1 }, 2)]);

    /// <inheritdoc/>
    public override int Length => 2;

    /// <inheritdoc/>
    public override string Folder => "two_moons";

    /// <inheritdoc/>
    public override Tensor Simulate(Tensor theta, RandomSource random) => s_task.Simulate(theta, random).Sole;

    /// <inheritdoc/>
    public override double LogLikelihood(ReadOnlySpan<double> theta, ReadOnlySpan<double> x)
    {
        using DisposeScope scope = NewDisposeScope();
        return s_task.LogJoint(tensor(theta.ToArray()).reshape(1, 1, 2), Given(x.ToArray())).item<double>() + Math.Log(4);
    }

    /// <inheritdoc/>
    public override double[] SamplePosterior(double[] x, double[,] pilot, int draws, RandomSource random)
    {
        using DisposeScope scope = NewDisposeScope();
        return Values(s_task.Sample(Given(x), draws, random.Key));
    }

    private static Observation Given(double[] x) => new(tensor(x, dtype: ScalarType.Float32).unsqueeze(0));
}
