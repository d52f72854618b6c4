using Reproduce.Compute;
using Reproduce.Configuration;
using Reproduce.Reporting;
using Reproduce.Runner.Configuration;
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
        RunPlan plan = new(experiment, request.VariantName, request.CacheFolder, device.type.ToString(), request.Only);
        if (runs)
        {
            if (experiment.Task.FindMissingInput() is string problem)
            {
                throw new ConfigurationException(problem);
            }

            CheckObservation(plan);
        }

        return new RunSetup(request, tree, plan, device, request.OutputFolder(experiment));
    }

    private static Device DeviceOf(Experiment experiment)
    {
        try
        {
            return Devices.Parse(experiment.Device);
        }
        catch (ArgumentException e)
        {
            throw new ConfigurationException(e.Message); // A GPU that is not there.
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
        WorkerArguments worker = new(ReportStage.WorkingCopy(Output), Plan.Variant, Request.CacheFolder, Request.CheckpointSeconds);
        return jobs.Select(j => new PlannedJob(j, worker, name is null ? j.Folder.Label : $"{j.Folder.Label}; {name}"));
    }
}
