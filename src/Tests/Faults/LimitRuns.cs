using Reproduce.Compute;
using Reproduce.Configuration;
using Reproduce.Runner;
using Reproduce.Runner.CommandLine;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Pipeline;
using Reproduce.Runner.Report;
using Reproduce.Runner.Storage;
using Reproduce.Tests.Runner;
using Spectre.Console;

namespace Reproduce.Tests.Faults;

/// <summary>The shipped experiments at the smallest scale, planned and run in this process with a setting changed.</summary>
internal sealed class LimitRuns : IDisposable
{
    /// <summary>The training set of every experiment.</summary>
    public const int Budget = 24;

    private const string Profile = "limits";

    private static readonly string s_tiny = $$$"""
        simulations: {budgets: [{{{Budget}}}], full_sweep: ~, validation: 8}
        test: {data_sets: 3, draws: 24}
        replicates: 1
        budget_replicates: ~
        "*:deep-set": {units: 8, layers: 1, equivariant_modules: 1}
        "*:series-fusion": {points_per_step: 100}
        contenders:
          fmpe-adaptive: ~
          npse-stochastic: ~
          "*": {training: {batch_size: 8, epochs: 1, validations: 1}}
          "*:acf": {flow: {layers: 1, units: 8}}
          "*:nsf": {flow: {layers: 1, units: 8, bins: 4}}
          "*:fmpe": {steps: [1, 2], budget_steps: ~, replicate_steps: ~, figure_steps: 2}
          "*:cmpe": {steps: [1, 2], budget_steps: ~, replicate_steps: ~, figure_steps: 2}
          "*:npse": {steps: [2, 3], budget_steps: ~, replicate_steps: ~, figure_steps: 2}
          "*:ect": {steps: [1, 2], budget_steps: ~, replicate_steps: ~, figure_steps: 2}
        sampling: {repeats: 1, threads: 1}
        scores: {c2st: {max_epochs: 2, hidden_per_dimension: 2}, mmd: {max_draws: 16}}
        figures: {scatter_data_sets: [0]}

        """;

    private const string TinyDenoising = """
        test: {draws: 6, marginal_data_sets: 12, marginal_parts: 2}
        summary: {first_channels: 8, outputs: 16}
        contenders:
          "*": {training: {steps: ~, epochs: 1}}
          fmpe-naive: {network: {units: 16}}
          cmpe-naive: {network: {units: 16}}
          npse-naive: {network: {units: 16}}
          ect-naive: {network: {units: 16}}
          fmpe-unet: {network: {channels: 8}}
          cmpe-unet: {network: {channels: 8}}
          npse-unet: {network: {channels: 8}}
          ect-unet: {network: {channels: 8}}
        figures: {scatter_data_sets: []}

        """;

    private readonly TemporaryFolder _folder = new();
    private readonly IAnsiConsole _console = AnsiConsole.Console;

    public LimitRuns()
    {
        AnsiConsole.Console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(TextWriter.Null) });
        foreach (string group in new[] { "configs", "experiments" })
        {
            string root = Path.Combine(Repository.Root, group);
            foreach (string file in Directory.EnumerateFiles(root, "*.yaml", SearchOption.AllDirectories))
            {
                _folder.File(Path.GetRelativePath(Repository.Root, file), File.ReadAllText(file));
            }
        }

        _folder.File($"configs/profiles/{Profile}.yaml", s_tiny);
        _folder.File($"configs/profiles/{Profile}.denoising.yaml", TinyDenoising);
    }

    /// <summary>The experiment as it is when nothing is changed.</summary>
    public Experiment Load(string experiment) => Request(experiment, [], []).Load().Experiment;

    /// <summary>What <c>--dry-run</c> does.</summary>
    /// <returns>Null when it accepts the value, else what it says.</returns>
    public string? Refusal(SettingCase tried)
    {
        try
        {
            _ = RunCommand.Run(Request(tried.Experiment, [tried.Set], Only(tried)), dryRun: true, verbose: false);
            return null;
        }
        catch (ConfigurationException e)
        {
            return e.Message;
        }
    }

    /// <summary>All jobs and the report.</summary>
    /// <returns>Why jobs failed; empty when all were done.</returns>
    public IReadOnlyList<string> Run(SettingCase tried, params string[] more)
    {
        RunRequest request = Request(tried.Experiment, [tried.Set, .. more], Only(tried));
        (YamlMap tree, Experiment experiment) = request.Load();
        TorchSharp.torch.Device device = Devices.Parse(experiment.Device);
        RunPlan plan = new(experiment, request.VariantName, request.CacheFolder, device.type.ToString(), request.Only);
        JobContext context = JobContext.Of(experiment, device, CancellationToken.None);
        List<string> failures = [];
        foreach (IJob job in plan.Jobs.DistinctBy(j => j.Folder.Hash))
        {
            if (!job.Folder.IsComplete && job.Needs.All(n => n.WhyMissing() is null)
                && JobAttempt.Run(job, context, JobProgress.None) is string reason)
            {
                failures.Add(reason);
            }
        }

        string output = request.OutputFolder(experiment);
        using ResultsLock taken = ResultsLock.Take(output);
        File.WriteAllText(ReportStage.WorkingCopy(output), YamlWriter.Write(tree));
        ReportStage.Write(plan, context, new RunTimes(TimeSpan.Zero, []), output, request, earlier: null);
        return failures;
    }

    public void Dispose()
    {
        AnsiConsole.Console = _console;
        _folder.Dispose();
    }

    private string FileOf(string experiment) => Path.Combine(_folder.Path, "experiments", experiment + ".yaml");

    private RunRequest Request(string experiment, string[] settings, string[] only) =>
        Repository.Request(FileOf(experiment), Profile, null, settings) with { Only = only };

    // The other contenders take time and say nothing about this one's settings.
    private static string[] Only(SettingCase tried) =>
        [tried.Contender ?? tried.Experiment switch { "denoising" => "cmpe-naive", _ => "cmpe" }];
}
