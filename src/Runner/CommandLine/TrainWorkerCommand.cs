using Reproduce.Compute;
using Reproduce.Inference.Training;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Configuration.Yaml;
using Reproduce.Runner.Plan;
using Reproduce.Runner.Stages;
using static TorchSharp.torch;

namespace Reproduce.Runner.CommandLine;

/// <summary>The hidden verb with which the runner starts one training in a child process.</summary>
public static class TrainWorkerCommand
{
    /// <summary>Trains one job to its end, or until standard input is closed.</summary>
    /// <param name="arguments">What the parent said.</param>
    /// <param name="job">Hash of the job.</param>
    /// <returns>An exit code.</returns>
    public static int Run(WorkerArguments arguments, string job)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        // Ctrl-C reaches the whole group of processes: the parent decides, by closing the input.
        using CancellationTokenSource stop = new();
        using Interruption interruption = new();
        using CancellationTokenRegistration link = interruption.Token.Register(stop.Cancel);
        new Thread(() => WatchInput(stop)) { IsBackground = true }.Start();

        Experiment experiment = YamlBinder.Bind<Experiment>(YamlReader.Load(arguments.ResolvedFile));
        Device device = Devices.Parse(experiment.Device);
        RunPlan plan = new(experiment, arguments.Variant, arguments.Cache, device.type.ToString());
        TrainJob training = plan.Trainings.Single(t => t.Folder.Hash == job);
        try
        {
            TrainStage.Run(training, new StageContext(plan, device, stop.Token), TrainingProcess.Reporter(Console.Out));
            return ExitCodes.Success;
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Interrupted;
        }
        catch (DivergedException e)
        {
            Console.Error.WriteLine(e.Message);
            return ExitCodes.Incomplete;
        }
    }

    private static void WatchInput(CancellationTokenSource stop)
    {
        while (Console.In.ReadLine() is not null)
        {
        }

        try
        {
            stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The training ended first.
        }
    }
}
