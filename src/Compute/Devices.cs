using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Compute;

/// <summary>Turns the setting <c>device: auto | cpu | cuda[:n]</c> into a device.</summary>
public static class Devices
{
    /// <summary>The values that <see cref="Parse"/> takes, for messages.</summary>
    public const string Expected = "auto, cpu, cuda or cuda:N";

    /// <summary>True when <paramref name="name"/> has the form of a device setting.</summary>
    /// <param name="name">The setting.</param>
    public static bool IsValid(string name) =>
        name is "auto" or "cpu" or "cuda" ||
        (name.StartsWith("cuda:", StringComparison.Ordinal) &&
         int.TryParse(name.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out _));

    /// <summary>The device of a setting; "auto" is the first GPU if there is one, else the CPU.</summary>
    /// <param name="name">auto, cpu, cuda or cuda:N.</param>
    /// <exception cref="ArgumentException">The setting has another form, or asks for a GPU that is not there.</exception>
    public static Device Parse(string name)
    {
        NativeBackend.EnsureLoaded();
        if (!IsValid(name))
        {
            throw new ArgumentException($"device: expected {Expected}, got '{name}'.");
        }

        if (name == "cpu")
        {
            return CPU;
        }

        bool available = cuda.is_available();
        if (name == "auto")
        {
            return available ? new Device(DeviceType.CUDA, 0) : CPU;
        }

        int index = name.Contains(':', StringComparison.Ordinal) ? int.Parse(name.AsSpan(5), CultureInfo.InvariantCulture) : 0;
        if (!available || index >= cuda.device_count())
        {
            throw new ArgumentException(
                $"device: '{name}' is not available "
                    + $"({(available ? $"{cuda.device_count()} GPU(s) found" : "no GPU found by this build")}); "
                    + "use 'cpu', or build with -p:TorchBackend=cuda on a machine with a GPU."
            );
        }

        return new Device(DeviceType.CUDA, index);
    }

    /// <summary>
    /// The first device of a setting's type, without a look at whether there is one here; "auto" as <see cref="Parse"/> has it.
    /// </summary>
    /// <param name="name">auto, cpu, cuda or cuda:N.</param>
    /// <exception cref="ArgumentException">The setting has another form.</exception>
    public static Device TypeOf(string name) => name switch
    {
        "auto" or "cpu" => Parse(name),
        _ when IsValid(name) => new Device(DeviceType.CUDA, 0),
        _ => throw new ArgumentException($"device: expected {Expected}, got '{name}'."),
    };

    /// <summary>Waits until the device has done its work, so that a clock may be read.</summary>
    /// <param name="device">The device.</param>
    public static void Synchronise(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (device.type == DeviceType.CUDA)
        {
            cuda.synchronize();
        }
    }
}
