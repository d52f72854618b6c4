using System.Collections.Concurrent;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Compute;

/// <summary>
/// Tensors that never change, made on the CPU and uploaded once for each device and element type: a step uploads nothing.
/// </summary>
/// <typeparam name="TKey">What a constant depends on, such as a number of bins; of few different values.</typeparam>
/// <param name="make">Makes a constant on the CPU.</param>
public sealed class DeviceConstants<TKey>(Func<TKey, Tensor> make)
    where TKey : notnull
{
    private readonly ConcurrentDictionary<(TKey Key, DeviceType Device, int Index, ScalarType Type), Tensor> _made = [];

    /// <summary>A constant; not to be written to, and not to be disposed of.</summary>
    /// <param name="key">What it depends on.</param>
    /// <param name="device">Where it is wanted.</param>
    /// <param name="type">Its element type.</param>
    /// <returns>The same tensor for the same arguments, until the program ends.</returns>
    public Tensor On(TKey key, Device device, ScalarType type)
    {
        ArgumentNullException.ThrowIfNull(device);
        return _made.GetOrAdd((key, device.type, device.index, type), wanted =>
        {
            using IDisposable scope = NewDisposeScope();
            using IDisposable noGrad = no_grad();
            return HostCopy.Move(make(wanted.Key).to(wanted.Type), device).DetachFromDisposeScope();
        });
    }
}
