using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Compute;

/// <summary>Moves numbers that were made on the CPU to the device that wants them, without letting the host wait.</summary>
public static class HostCopy
{
    /// <summary>The tensor on a device: itself for the CPU, else a copy in place of it.</summary>
    /// <param name="drawn">A tensor on the CPU, any shape; taken over: it is returned, or disposed of.</param>
    /// <param name="device">Where it is wanted; null for the CPU.</param>
    /// <returns>The same shape and element type, on <paramref name="device"/>.</returns>
    /// <remarks>
    /// A copy from ordinary memory makes the host wait until the GPU has done everything before it; one from page-locked memory is put
    /// in the queue. The page-locked block may be given back at once: libtorch's allocator notes the copies that read from it and hands
    /// it to nobody before they are done.
    /// </remarks>
    public static Tensor Move(Tensor drawn, Device? device)
    {
        ArgumentNullException.ThrowIfNull(drawn);
        if (device is null || device.type == DeviceType.CPU)
        {
            return drawn;
        }

        using (drawn)
        {
            if (device.type != DeviceType.CUDA)
            {
                return drawn.to(device);
            }

            using Tensor pinned = drawn.pin_memory();
            return pinned.to(device, non_blocking: true);
        }
    }
}
