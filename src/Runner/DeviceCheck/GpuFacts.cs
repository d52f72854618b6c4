using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
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
        try
        {
            string id = Math.Max(0, device.index).ToString(CultureInfo.InvariantCulture);
            using Process process = Process.Start(new ProcessStartInfo(
                "nvidia-smi", [$"--query-gpu={what}", "--format=csv,noheader,nounits", $"--id={id}"])
            {
                RedirectStandardOutput = true,
            })!;
            string answer = process.StandardOutput.ReadToEnd().Trim();
            process.WaitForExit();
            return process.ExitCode == 0 && answer.Length > 0 ? answer : null;
        }
        catch (Win32Exception)
        {
            return null; // It is not there.
        }
    }
}
