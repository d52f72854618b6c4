using System.CommandLine;
using Reproduce.Compute;
using Reproduce.Configuration;
using Reproduce.Runner.DeviceCheck;
using static TorchSharp.torch;

namespace Reproduce.Runner.CommandLine;

/// <summary>Checks and measures a device with every contender of the project's experiments.</summary>
internal static class DeviceCheckCommand
{
    private const string Meta = "meta";
    private const double DefaultMinutes = 10;

    /// <summary>The verb.</summary>
    /// <param name="shared">What several verbs have.</param>
    public static Command Create(SharedOptions shared)
    {
        Option<string> device = new("--device")
        {
            Description = "cuda, cuda:N, cpu (vector code against libtorch's operations) or meta (shapes alone).",
            DefaultValueFactory = _ => "cuda",
        };
        Option<double> minutes = new("--minutes")
        {
            Description = "The check ends within this time and writes what it has.",
            DefaultValueFactory = _ => DefaultMinutes,
        };
        minutes.Validators.Add(result =>
        {
            if (result.GetValue(minutes) is not (> 0 and <= 1440))
            {
                result.AddError("--minutes: expected a number above 0 and up to 1440.");
            }
        });
        Option<bool> json = new("--json") { Description = "Write JSON at the end; findings go to standard error meanwhile." };
        Option<string> folder = new("--out")
        {
            Description = "Folder for device-check.json and device-check.md.",
            DefaultValueFactory = _ => Path.Combine("results", RunRequest.ScratchFolder, "device-check"),
        };
        Option<string?> worker = new("--worker") { Hidden = true };
        Command command = new(
            "device-check",
            "Trains and draws a little with every contender on the CPU and on a device, compares both, and measures the device.")
        {
            device, minutes, json, folder, shared.Profile, worker,
        };
        command.SetAction(result =>
        {
            DeviceCheckSettings settings = new(
                DeviceOf(result.GetRequiredValue(device)),
                TimeSpan.FromMinutes(result.GetValue(minutes)),
                Path.GetFullPath(result.GetRequiredValue(folder)))
            {
                Profile = result.GetValue(shared.Profile),
            };
            return result.GetValue(worker) is string subject ? Work(subject, settings) : Run(settings, result.GetValue(json));
        });
        return command;
    }

    private static int Run(DeviceCheckSettings settings, bool json)
    {
        FolderOption.Check("--out", settings.Folder);
        if (ProjectFolder.ExperimentFiles().Count == 0)
        {
            throw new ConfigurationException(
                $"device-check: expected the project's folder, with '{ProjectFolder.Experiments}', as the working folder.");
        }

        CheckReport report = new(settings, GpuFacts.Describe(settings.Device), (json ? Console.Error : Console.Out).WriteLine);
        new DeviceCheckRun(settings, report).Run();
        Console.WriteLine(json ? report.Json() : report.Table());
        return report.Rows.Any(r => r.IsWrong) ? ExitCodes.Incomplete : ExitCodes.Success;
    }

    private static int Work(string subject, DeviceCheckSettings settings)
    {
        foreach (CheckSubject found in CheckSubject.All(settings.Profile).Where(s => s.Name == subject))
        {
            TrainingsAtOnce.Work(found, settings.Device);
            return ExitCodes.Success;
        }

        throw new ConfigurationException($"--worker: there is no '{subject}'.");
    }

    private static Device DeviceOf(string name)
    {
        NativeBackend.EnsureLoaded();
        try
        {
            return name == Meta ? META : Devices.Parse(name);
        }
        catch (ArgumentException e)
        {
            throw new ConfigurationException($"--{e.Message}");
        }
    }
}
