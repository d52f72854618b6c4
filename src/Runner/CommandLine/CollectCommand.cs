using Reproduce.Runner.Engines;
using Reproduce.Runner.Pipeline;
using Reproduce.Runner.Report;
using Reproduce.Runner.Storage;

namespace Reproduce.Runner.CommandLine;

/// <summary>Writes the report of a submission from the results that are there; computes none.</summary>
public static class CollectCommand
{
    /// <summary>The verb.</summary>
    public const string Verb = "collect";

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(5);
    private const int Tries = 60;

    /// <summary>Writes tables, figures and the report page.</summary>
    /// <param name="folder">The submission's folder, or the results folder that it belongs to.</param>
    /// <param name="verbose">Show details on the console.</param>
    /// <returns>0, or 3 when results are missing; the report shows the holes.</returns>
    public static int Run(string folder, bool verbose)
    {
        Submission submission = Submission.Open(folder);
        RunSetup setup = RunSetup.OfSubmission(submission);
        StageFolder.LookAnew(submission.Request.CacheFolder);
        using RunSession session = Open(setup, verbose);
        EarlierResults? earlier = setup.Request.Keep
            ? EarlierResults.Read(setup.Output, setup.Plan.Experiment, setup.Plan.Variant, setup.Plan.LeftOut)
            : null;
        ReportStage.Write(setup.Plan, session.Context, session.Times, setup.Output, setup.Request, earlier);
        session.Log.Information("Report: {Report:l}", Path.Combine(setup.Output, ReportStage.ReportFile));
        int missing = setup.Plan.Jobs.Count(j => j.WhyMissing() is not null);
        if (missing > 0)
        {
            session.Log.Error("{Count} results are missing; the report shows the holes.", missing);
            return ExitCodes.Incomplete;
        }

        return ExitCodes.Success;
    }

    // The collector of another submission may be writing the same report.
    private static RunSession Open(RunSetup setup, bool verbose)
    {
        for (int tries = 1; ; tries++)
        {
            try
            {
                return new RunSession([setup], "collect.jsonl", verbose);
            }
            catch (FolderInUseException) when (tries < Tries)
            {
                Thread.Sleep(s_pause);
            }
        }
    }
}
