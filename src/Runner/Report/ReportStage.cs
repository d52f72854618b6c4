using Reproduce.Reporting;
using Reproduce.Runner.Plan;
using Reproduce.Runner.Stages;

namespace Reproduce.Runner.Report;

/// <summary>Writes tables, figures and the report page of a run.</summary>
public static class ReportStage
{
    /// <summary>Name of the report page.</summary>
    public const string ReportFile = "report.md";

    /// <summary>Writes everything into the output folder.</summary>
    /// <param name="context">The run.</param>
    /// <param name="run">Its stages.</param>
    /// <param name="output">The folder.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="elapsed">Wall time.</param>
    public static void Write(StageContext context, ExperimentRun run, string output, RunRequest request, TimeSpan elapsed)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(request);
        RunPlan plan = context.Plan;
        Manifest.Gather(context, run, request, elapsed).Write(Path.Combine(output, "manifest.json"));
        MeasurementTable table = new(Measurements.Gather(plan, s => run.FailureOf(s.Folder)));
        table.Write(Path.Combine(output, "measurements.csv"));
    }
}
