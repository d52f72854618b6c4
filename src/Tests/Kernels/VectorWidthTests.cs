using System.Globalization;
using System.Runtime.Intrinsics.X86;
using NUnit.Framework;
using Reproduce.Kernels;

namespace Reproduce.Tests.Kernels;

/// <summary>That a run of these tests uses the vectors it says. CI runs them at every width.</summary>
[Category("VectorCode")]
public sealed class VectorWidthTests
{
    /// <summary>Names the bits of the vectors that a run is about: 512, 256 or 0.</summary>
    private const string Variable = "REPRODUCE_VECTOR_BITS";

    [Test]
    public void ProductsUseTheWidthThatWasAskedForOrElseTheWidestThereIs()
    {
        string? wanted = Environment.GetEnvironmentVariable(Variable);
        int widest = Avx512F.IsSupported ? 512 : Fma.IsSupported ? 256 : 0;
        TestContext.Progress.WriteLine($"Kernels: vectors of {MatrixProduct.VectorBits} bits ({Variable}={wanted ?? "not set"})");
        Assert.That(MatrixProduct.VectorBits, Is.EqualTo(wanted is null ? widest : int.Parse(wanted, CultureInfo.InvariantCulture)));
    }
}
