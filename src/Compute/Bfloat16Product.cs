using System.Runtime.Intrinsics.X86;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Compute;

/// <summary>Products of bfloat16 numbers (7 bits of fraction, float32's range), added up in float32.</summary>
public static class Bfloat16Product
{
    // Leaf 7, subleaf 1 of CPUID, register EAX; .NET 10 has no class for these instructions.
    private const int Avx512Bf16 = 1 << 5;

    private static readonly bool s_onProcessor = Avx512F.IsSupported && (X86Base.CpuId(7, 1).Eax & Avx512Bf16) != 0;

    /// <summary>Whether libtorch has instructions for such products there, so that they are faster than those of float32.</summary>
    /// <param name="device">A device.</param>
    public static bool IsFast(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return device.type != DeviceType.CPU || s_onProcessor;
    }

    /// <summary>x W^T + b of rounded weights, rounded.</summary>
    /// <param name="x">bfloat16, [N, inputs].</param>
    /// <param name="weight">float32, [outputs, inputs].</param>
    /// <param name="bias">float32, [outputs].</param>
    /// <param name="isFast">
    /// <see cref="IsFast"/>. Without instructions libtorch takes such products many times as slowly; those of the same numbers as float32
    /// are equal to them up to the order of summation.
    /// </param>
    /// <returns>bfloat16, [N, outputs].</returns>
    public static Tensor Linear(Tensor x, Tensor weight, Tensor bias, bool isFast)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(weight);
        ArgumentNullException.ThrowIfNull(bias);
        using DisposeScope scope = NewDisposeScope();
        Tensor w = weight.to(ScalarType.BFloat16), b = bias.to(ScalarType.BFloat16);
        Tensor result = isFast
            ? nn.functional.linear(x, w, b)
            : nn.functional.linear(x.to(ScalarType.Float32), w.to(ScalarType.Float32), b.to(ScalarType.Float32)).to(ScalarType.BFloat16);
        return result.MoveToOuterDisposeScope();
    }
}
