using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Compute;

/// <summary>What nvidia-smi says of a GPU; TorchSharp knows neither its name nor its memory.</summary>
public static class Gpu
{
    private const long Mebibyte = 1L << 20;

    /// <summary>All of its memory, bytes; null for another device, or where it cannot be asked.</summary>
    /// <param name="device">The device.</param>
    public static long? Memory(Device device) => Number(device, "memory.total") is double total ? (long)total * Mebibyte : null;

    /// <summary>Its memory in use, MiB; null for another device, or where it cannot be asked.</summary>
    /// <param name="device">The device.</param>
    public static double? MebibytesInUse(Device device) => Number(device, "memory.used");

    /// <summary>Facts of it in a line; null for another device, or where it cannot be asked.</summary>
    /// <param name="device">The device.</param>
    /// <param name="what">Their names as nvidia-smi has them, with commas between.</param>
    public static string? Ask(Device device, string what)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (device.type != DeviceType.CUDA)
        {
            return null;
        }

        string id = Math.Max(0, device.index).ToString(CultureInfo.InvariantCulture);
        string[] question = [$"--query-gpu={what}", "--format=csv,noheader,nounits", $"--id={id}"];
        return OtherProgram.Ask("nvidia-smi", question) is { Length: > 0 } answer ? answer : null;
    }

    private static double? Number(Device device, string what) =>
        double.TryParse(Ask(device, what), NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : null;
}
