using Reproduce.Compute;
using Reproduce.Configuration;
using Reproduce.Reporting;
using Reproduce.Runner.Catalogue;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Engines;
using Reproduce.Runner.Pipeline;
using Reproduce.Runner.Report;
using Reproduce.Tasks;
using static TorchSharp.torch;

namespace Reproduce.Runner.CommandLine;

/// <summary>An experiment as the command line asks for it: read, planned, and where its results go. Nothing is written yet.</summary>
/// <param name="Request">What the command line asks for.</param>
/// <param name="Tree">The experiment's tree as read.</param>
/// <param name="Plan">Its jobs.</param>
/// <param name="Device">Where networks run.</param>
/// <param name="Output">Folder for tables and figures.</param>
internal sealed record RunSetup(RunRequest Request, YamlMap Tree, RunPlan Plan, Device Device, string Output)
{
    /// <summary>Reads and plans.</summary>
    /// <param name="request">What the command line asks for.</param>
    /// <param name="runs">
    /// Whether something is to be run; what only reads results needs neither the device that they were made on nor a possible observation.
    /// </param>
    /// <exception cref="ConfigurationException">A file or a setting is wrong.</exception>
    public static RunSetup Load(RunRequest request, bool runs = true)
    {
        FolderOption.Check("--out", request.Output);
        FolderOption.Check("--cache", request.Cache);
        (YamlMap tree, Experiment experiment) = request.Load();
        if (request.Only.Except(experiment.Contenders.Keys).FirstOrDefault() is string unknown)
        {
            throw new ConfigurationException(
                $"--only: there is no contender '{unknown}'; the contenders are {string.Join(", ", experiment.Contenders.Keys)}"
            );
        }

        Device device = runs ? DeviceOf(experiment) : CPU;
        return Of(request, tree, experiment, device, runs);
    }

    /// <summary>
    /// Reads and plans what other machines will run, on the type of device that the experiment names, which need not be here; "auto" is
    /// this machine's, and is written down so that every machine takes the same.
    /// </summary>
    /// <param name="request">What the command line asks for.</param>
    /// <param name="shardRows">Simulations of a job of their own at most; null leaves it to the task.</param>
    /// <exception cref="ConfigurationException">A file or a setting is wrong.</exception>
    public static RunSetup ForElsewhere(RunRequest request, int? shardRows)
    {
        RunSetup here = Load(request, runs: false);
        request = request with { ShardRows = shardRows ?? SimulationShardJob.UsualRows(here.Plan.Task) };
        Device device = Devices.TypeOf(here.Plan.Experiment.Device);
        string name = here.Plan.Experiment.Device == "auto" ? device.type.ToString().ToLowerInvariant() : here.Plan.Experiment.Device;
        YamlMap tree = YamlOverlay.Set(here.Tree, $"device={name}");
        return Of(request, tree, YamlBinder.Bind<Experiment>(tree, SettingKinds.All), device, runs: true);
    }

    /// <summary>Plans what was submitted.</summary>
    /// <param name="submission">The submission.</param>
    /// <exception cref="ConfigurationException">Its files were changed.</exception>
    public static RunSetup OfSubmission(Submission submission)
    {
        YamlMap tree = YamlReader.Load(submission.ResolvedFile);
        Experiment experiment = YamlBinder.Bind<Experiment>(tree, SettingKinds.All);
        return Of(submission.Request, tree, experiment, Devices.TypeOf(experiment.Device), runs: false);
    }

    /// <summary>The device of an experiment that is run here.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <exception cref="ConfigurationException">It is a GPU that is not there.</exception>
    public static Device DeviceOf(Experiment experiment)
    {
        try
        {
            return Devices.Parse(experiment.Device);
        }
        catch (ArgumentException e)
        {
            throw new ConfigurationException(e.Message);
        }
    }

    private static RunSetup Of(RunRequest request, YamlMap tree, Experiment experiment, Device device, bool runs)
    {
        string output = request.OutputFolder(experiment);
        RunPlan plan = Plan(null);
        if (request.Missing && EarlierResults.Read(output, experiment, plan.Variant, plan.LeftOut, "--missing") is EarlierResults earlier)
        {
            plan = Plan(earlier.WithoutHoles());
        }

        if (runs)
        {
            CheckFiles(request, plan);
            CheckObservation(plan);
        }

        return new RunSetup(request, tree, plan, device, output);

        RunPlan Plan(IReadOnlySet<MeasuredPlace>? measured) => new(
            experiment, request.VariantName, request.CacheFolder, device.type.ToString(), request.Only, request.ShardRows, measured);
    }

    // Simulations that are there need neither the program nor the files that they were made by, unless a training observes anew.
    private static void CheckFiles(RunRequest request, RunPlan plan)
    {
        TaskSettings task = plan.Experiment.Task;
        IEnumerable<IJob> needing = task.RedrawsObservations ? plan.Jobs : [.. plan.Simulations, plan.TestSet];
        if (task.FindMissingInput() is string missing && needing.Any(j => !j.IsDone))
        {
            throw new ConfigurationException($"{request.ExperimentFile}: task.{missing}.");
        }
    }

    // Which observations are possible the exact posterior knows alone: it is asked before hours are spent.
    private static void CheckObservation(RunPlan plan)
    {
        if (plan.Experiment.Figures.Observation is null || plan.Task.Description.Reference is not IReferencePosterior posterior)
        {
            return;
        }

        try
        {
            using Observation x = ShowJob.ObservationOf(plan.Experiment);
            posterior.Sample(x, 1, plan.Key.Child("observation")).Dispose();
        }
        catch (InvalidOperationException e)
        {
            throw new ConfigurationException($"figures.observation: {e.Message}");
        }
    }

    /// <summary>The file of the measurements that a run has left in <see cref="Output"/>.</summary>
    /// <exception cref="ConfigurationException">There is none.</exception>
    public string MeasurementsFile() => MeasurementFile.Find(Output)
        ?? throw new ConfigurationException(
            $"{Request.ExperimentFile}: expected the measurements of a run in {Path.Combine(Output, MeasurementFile.Name)}; "
                + "run the experiment with the same options first."
        );

    /// <summary>Jobs of the plan, or of one that uses its trainings, to be run.</summary>
    /// <param name="jobs">The jobs.</param>
    /// <param name="name">A name behind the jobs' own, for the display of several plans; null for none.</param>
    public IEnumerable<PlannedJob> Planned(IEnumerable<IJob> jobs, string? name = null)
    {
        WorkerArguments worker = new(
            ReportStage.WorkingCopy(Output), Plan.Variant, Request.CacheFolder, Request.CheckpointSeconds, Request.ShardRows);
        return jobs.Select(j => new PlannedJob(j, worker, name is null ? j.Folder.Label : $"{j.Folder.Label}; {name}"));
    }
}
