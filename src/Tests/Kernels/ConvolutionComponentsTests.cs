using NUnit.Framework;
using Reproduce.Kernels;

namespace Reproduce.Tests.Kernels;

/// <summary>Components of a convolution's kernels, and their gradients, against plain sums over doubles.</summary>
[Category("VectorCode")]
public sealed class ConvolutionComponentsTests
{
    // Less than a block of 32, one, and what is left over of several.
    private static readonly int[] s_counts = [1, 31, 32, 70, 96];

    private static readonly float[,] s_matrix = PanelConvolution.ComponentMatrix(3);

    [SetUp]
    public void RequireVectors() => Assume.That(MatrixProduct.IsSupported, "This processor's vectors are too narrow.");

    [TestCaseSource(nameof(s_counts))]
    public void FollowTheirMatrix(int count)
    {
        float[] kernels = KernelNumbers.Uniform(9 * count, 7), components = new float[36 * count];
        ConvolutionComponents.Forward(kernels, components);
        for (int i = 0; i < components.Length; i++)
        {
            double expected = Enumerable.Range(0, 9).Sum(k => (double)s_matrix[i / count, k] * kernels[i % count * 9 + k]);
            Assert.That(components[i], Is.EqualTo(expected).Within(1e-6), $"component {i / count} of kernel {i % count}");
        }
    }

    [TestCaseSource(nameof(s_counts))]
    public void HaveTheGradientsOfTheirMatrix(int count)
    {
        float[] slopes = KernelNumbers.Uniform(36 * count, 8), gradient = new float[9 * count];
        ConvolutionComponents.Backward(slopes, gradient);
        for (int i = 0; i < gradient.Length; i++)
        {
            double expected = Enumerable.Range(0, 36).Sum(c => (double)s_matrix[c, i % 9] * slopes[c * count + i / 9]);
            Assert.That(gradient[i], Is.EqualTo(expected).Within(1e-5), $"number {i % 9} of kernel {i / 9}");
        }
    }

    [Test]
    public void ShortOperandsAreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => ConvolutionComponents.Forward(new float[18], new float[71]));
        Assert.Throws<ArgumentOutOfRangeException>(() => ConvolutionComponents.Backward(new float[71], new float[18]));
    }
}
