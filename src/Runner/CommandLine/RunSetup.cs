using Reproduce.Compute;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Configuration.Yaml;
using Reproduce.Runner.Plan;
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
    /// <exception cref="ConfigurationException">A file or a setting is wrong.</exception>
    public static RunSetup Load(RunRequest request)
    {
        (YamlMap tree, Experiment experiment) = request.Load();
        if (request.Only.Except(experiment.Contenders.Keys).FirstOrDefault() is string unknown)
        {
            throw new ConfigurationException($"--only: there is no contender '{unknown}'; the contenders are {string.Join(", ", experiment.Contenders.Keys)}");
        }

        Device device = Devices.Parse(experiment.Device);
        RunPlan plan = new(experiment, request.VariantName, request.CacheFolder, device.type.ToString(), request.Only);
        return new RunSetup(request, tree, plan, device, request.OutputFolder(experiment));
    }
}
