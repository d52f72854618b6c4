using Reproduce.Configuration;
using Reproduce.Reporting;
using Reproduce.Runner.Catalogue;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Report;
using Spectre.Console;

namespace Reproduce.Runner.CommandLine;

/// <summary>Runs the experiments of a suite one after the other, as each would run by itself, and writes their page.</summary>
internal static class SuiteCommand
{
    /// <summary>Runs, or only says what would be run.</summary>
    /// <param name="request">What the command line asks for; its experiment file is the suite's.</param>
    /// <param name="dryRun">Say what would be run and stop.</param>
    /// <param name="verbose">Show details on the console.</param>
    /// <returns>
    /// An exit code: that of an interruption at once, else <see cref="ExitCodes.Incomplete"/> if any experiment had holes.
    /// </returns>
    /// <exception cref="ConfigurationException">A file or a setting is wrong; nothing was computed.</exception>
    public static int Run(RunRequest request, bool dryRun, bool verbose)
    {
        ArgumentNullException.ThrowIfNull(request);
        (SuiteSettings suite, RunRequest[] requests, string folder) = Members(request);
        // All of them before the first is run: a mistake in the last shall not cost a night.
        RunSetup[] setups = [.. requests.Select(r => RunSetup.Load(r))];
        int worst = ExitCodes.Success;
        foreach ((RunRequest one, int number) in requests.Select((r, i) => (r, i + 1)))
        {
            AnsiConsole.Console.MarkupLineInterpolated($"[bold]{suite.Title}, {number} of {requests.Length}[/]");
            int code = RunCommand.Run(one, dryRun, verbose);
            if (code is not (ExitCodes.Success or ExitCodes.Incomplete))
            {
                return code;
            }

            worst = Math.Max(worst, code);
        }

        if (!dryRun)
        {
            Write(request, suite, setups, folder);
        }

        return worst;
    }

    /// <summary>Writes the page anew, and the reports of those experiments that have been run; computes nothing.</summary>
    /// <param name="request">As for <see cref="Run"/>.</param>
    /// <exception cref="ConfigurationException">A file is wrong, or none of the experiments has been run.</exception>
    public static void Report(RunRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        (SuiteSettings suite, RunRequest[] requests, string folder) = Members(request);
        RunSetup[] setups = [.. requests.Select(r => RunSetup.Load(r, runs: false))];
        RunRequest[] there = [.. setups.Where(s => MeasurementFile.Find(s.Output) is not null).Select(s => request with
        {
            ExperimentFile = s.Output,
            Output = null,
        })];
        if (there.Length == 0)
        {
            throw new ConfigurationException($"{request.ExperimentFile}: none of its experiments has numbers in {folder}; run it first.");
        }

        ReportCommand.Run(there);
        Write(request, suite, setups, folder);
    }

    private static (SuiteSettings Suite, RunRequest[] Requests, string Folder) Members(RunRequest request)
    {
        SuiteSettings suite = YamlBinder.Bind<SuiteSettings>(YamlReader.Load(request.ExperimentFile), SettingKinds.All);
        string beside = Path.GetDirectoryName(Path.GetFullPath(request.ExperimentFile))!, folder = request.OutputFolder(suite.Name);
        RunRequest[] requests =
        [
            .. suite.Experiments.Select(file => request with
            {
                ExperimentFile = Path.GetRelativePath(Environment.CurrentDirectory, Path.Combine(beside, file)),
                Output = Path.Combine(folder, Path.GetFileNameWithoutExtension(file)),
            }),
        ];
        return (suite, requests, folder);
    }

    private static void Write(RunRequest request, SuiteSettings suite, RunSetup[] setups, string folder)
    {
        SuitePage.Write(suite, [.. setups.Select(s => (s.Plan.Experiment, s.Plan.Variant, s.Output))], Published(request, suite), folder);
        AnsiConsole.Console.MarkupLineInterpolated($"{suite.Title}: {Path.Combine(folder, ReportStage.ReportFile)}");
    }

    private static PublishedResults Published(RunRequest request, SuiteSettings suite)
    {
        if (suite.Published is null)
        {
            return PublishedResults.None;
        }

        string path = Path.Combine(request.ResultsRoot, "published", suite.Published);
        return File.Exists(path)
            ? PublishedResults.Read(path)
            : throw new ConfigurationException($"{request.ExperimentFile}: published: there is no file '{path}'.");
    }
}
