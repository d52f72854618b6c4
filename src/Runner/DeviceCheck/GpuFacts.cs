using Reproduce.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Runner.DeviceCheck;

/// <summary>A device in words.</summary>
internal static class GpuFacts
{
    /// <summary>The device in words.</summary>
    /// <param name="device">The device.</param>
    public static string Describe(Device device) => device.type switch
    {
        DeviceType.CPU => "CPU against CPU: vector code and libtorch's operations",
        DeviceType.META => "meta device: shapes without numbers",
        _ => Gpu.Ask(device, "name,driver_version,memory.total") ?? device.ToString(),
    };
}
