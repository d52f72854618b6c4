using System.Globalization;
using Reproduce.Compute;
using Reproduce.Evaluation;
using Reproduce.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Runner.Inferring;

/// <summary>Draws weighed by prior times likelihood over the estimator's density, where all three are known.</summary>
public sealed record Reweighted
{
    // So many draws give the mean to a twentieth of the standard deviation.
    private const double Enough = 400;

    /// <summary>The weights; null where there are none.</summary>
    public SmoothedWeights? Smoothed { get; init; }

    /// <summary>The parameters, one by one, under the weights; none without them.</summary>
    public IReadOnlyList<ParameterSummary> Parameters { get; init; } = [];

    /// <summary>What the weights say, or why there are none; nothing where the task has no likelihood.</summary>
    public IReadOnlyList<string> Sentences { get; init; } = [];

    /// <summary>Weighs draws.</summary>
    /// <param name="task">What the task offers; null without a task.</param>
    /// <param name="columns">The draws, S numbers of each parameter.</param>
    /// <param name="draws">The same, [S, D].</param>
    /// <param name="logDensity">The estimator's log-density at each; null where it does not know it.</param>
    /// <param name="x">The observation, a batch of one.</param>
    public static Reweighted Of(
        TaskDescription? task, IReadOnlyList<double[]> columns, Tensor draws, IReadOnlyList<double>? logDensity, Observation x)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(draws);
        ArgumentNullException.ThrowIfNull(x);
        if (task?.Joint is not { } joint)
        {
            return new Reweighted();
        }

        if (logDensity is null)
        {
            return Without("the contender does not know the density of its draws; acf, nsf, fmpe and npse do");
        }

        try
        {
            return joint.FindMissing() is string missing ? Without(missing) : Weigh(LogJoint(joint, draws, x), columns, logDensity);
        }
        catch (InvalidOperationException e)
        {
            return Without(e.Message);
        }
    }

    private static Reweighted Weigh(double[] logJoint, IReadOnlyList<double[]> columns, IReadOnlyList<double> logDensity)
    {
        double[] log = [.. logJoint.Zip(logDensity, (target, proposal) => target - proposal)];
        int unknown = log.Count(l => double.IsNaN(l) || double.IsPositiveInfinity(l));
        log = [.. log.Select(l => double.IsNaN(l) || double.IsPositiveInfinity(l) ? double.NegativeInfinity : l)];
        string[] failed = unknown == 0
            ? []
            : [string.Create(CultureInfo.InvariantCulture, $"{unknown} draws have weight 0, as no density could be computed for them.")];
        return SmoothedWeights.Of(log) is { } smoothed
            ? new Reweighted
            {
                Smoothed = smoothed,
                Parameters = [.. columns.Select(c => ParameterSummary.Of(c, smoothed.Weights))],
                Sentences = [Verdict(smoothed), .. failed],
            }
            : Without("prior times likelihood is zero at every draw");
    }

    private static string Verdict(SmoothedWeights w)
    {
        int count = w.Weights.Count;
        string found = string.Create(
            CultureInfo.InvariantCulture,
            $"Weighted by prior times likelihood over the contender's density (Pareto-smoothed): effective sample size "
                + $"{w.EffectiveSize:0} of {count} draws, k-hat {Shape(w.Shape)}.");
        if (!w.IsReliable)
        {
            return found + string.Create(
                CultureInfo.InvariantCulture,
                $" WARNING: k-hat is above {w.LargestShape:0.00}: a few draws carry the weight, as the contender hardly ever draws where ")
                + "the posterior is, and the weighted numbers are not to be trusted. Train with more simulations or for longer; more draws "
                + "help only little.";
        }

        return found + (w.EffectiveSize < Enough
            ? string.Create(
                CultureInfo.InvariantCulture,
                $" The weighted numbers can be trusted, but few draws count: for {Enough:0} effective ones, --draws ")
                + string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(count * Enough / w.EffectiveSize / 1000) * 1000:0}.")
            : " The weighted numbers can be trusted, but for what the contender never draws.");
    }

    private static string Shape(double k) =>
        double.IsNegativeInfinity(k) ? "none, as the largest weights are equal"
        : double.IsPositiveInfinity(k) ? "infinite, as hardly any draw has a weight"
        : k.ToString("0.00", CultureInfo.InvariantCulture);

    private static double[] LogJoint(IJointDensity joint, Tensor draws, Observation x)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        return joint.LogJoint(draws.cpu().unsqueeze(0), x).flatten().data<double>().ToArray();
    }

    private static Reweighted Without(string reason) => new() { Sentences = [$"No importance weights: {reason}."] };
}
