using Reproduce.Reporting;
using Reproduce.Runner.Pipeline;

namespace Reproduce.Runner.Report;

/// <summary>The columns of an experiment's result table.</summary>
internal static class ShownMetrics
{
    /// <summary>Names of the metrics; without an exact posterior there is no distance to it.</summary>
    /// <param name="plan">The run.</param>
    public static IReadOnlyList<string> Of(RunPlan plan) => (plan.Reference, plan.Task.Description) switch
    {
        (not null, { Resimulation: not null }) => [.. MetricStyle.Default, MetricStyle.ResimulationError],
        (not null, _) => MetricStyle.Default,
        (null, { ErrorScale: not null }) => [MetricStyle.Rmse, MetricStyle.ScaledError, MetricStyle.MaxEce, MetricStyle.Seconds, MetricStyle.TotalSeconds],
        _ => [MetricStyle.Rmse, MetricStyle.MaxEce, MetricStyle.Seconds],
    };

    /// <summary>The metric whose published value stands beside ours with the difference; null for none.</summary>
    /// <param name="plan">The run.</param>
    public static string? Compared(RunPlan plan) =>
        plan.Reference is not null ? MetricStyle.C2st : plan.Task.Description.ErrorScale is not null ? MetricStyle.ScaledError : null;

    /// <summary>Further metrics whose published value stands in the table.</summary>
    /// <param name="plan">The run.</param>
    public static IReadOnlyList<string> AlsoPublished(RunPlan plan) =>
        plan.Reference is null && plan.Task.Description.ErrorScale is not null ? [MetricStyle.MaxEce, MetricStyle.TotalSeconds] : [];
}
