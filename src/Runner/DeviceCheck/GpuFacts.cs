using System.Globalization;
using Reproduce.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Runner.DeviceCheck;

/// <summary>What nvidia-smi says of a GPU; TorchSharp knows neither its name nor its memory.</summary>
internal static class GpuFacts
{
    /// <summary>The device in words.</summary>
    /// <param name="device">The device.</param>
    public static string Describe(Device device) => device.type switch
    {
        DeviceType.CPU => "CPU against CPU: vector code and libtorch's operations",
        DeviceType.META => "meta device: shapes without numbers",
        _ => Ask(device, "name,driver_version,memory.total") ?? device.ToString(),
    };

    /// <summary>Memory in use on a GPU, MiB; null where it cannot be asked.</summary>
    /// <param name="device">The device.</param>
    public static double? MemoryInUse(Device device) =>
        device.type == DeviceType.CUDA && Ask(device, "memory.used") is string text
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double used) ? used : null;

    private static string? Ask(Device device, string what)
    {
        string id = Math.Max(0, device.index).ToString(CultureInfo.InvariantCulture);
        string[] question = [$"--query-gpu={what}", "--format=csv,noheader,nounits", $"--id={id}"];
        return OtherProgram.Ask("nvidia-smi", question) is { Length: > 0 } answer ? answer : null;
    }
}
