using static TorchSharp.torch;

namespace Reproduce.Runner.DeviceCheck;

/// <summary>What a check of a device is asked for.</summary>
/// <param name="Device">The device.</param>
/// <param name="Limit">The check ends within this time, and writes what it has.</param>
/// <param name="Folder">Folder of the results.</param>
internal sealed record DeviceCheckSettings(Device Device, TimeSpan Limit, string Folder)
{
    /// <summary>A profile that shrinks the experiments, or null: networks of the paper's size.</summary>
    public string? Profile { get; init; }

    /// <summary>Numbers of trainings at once that are measured.</summary>
    public IReadOnlyList<int> Processes { get; init; } = [1, 2, 4, 8];
}
