using System.Runtime.Intrinsics;
using NUnit.Framework;
using Reproduce.Kernels;

namespace Reproduce.Tests.Kernels;

/// <summary>Attention between the positions of images in panels, and its gradients, against plain loops over doubles.</summary>
[Category("VectorCode")]
public sealed class PanelAttentionTests
{
    private const int Lanes = Panels.Width;

    // Less than a tile of either kind, whole tiles, and what is left over of them.
    private static IEnumerable<PanelAttentionShape> Shapes =>
        [new(1, 1), new(3, 2), new(1, 9), new(2, 4), new(5, 7), new(8, 8), new(16, 49), new(33, 6)];

    [SetUp]
    public void RequireVectors() => Assume.That(MatrixProduct.IsSupported, "This processor's vectors are too narrow.");

    [TestCaseSource(nameof(Shapes))]
    public void FollowsItsFormula(PanelAttentionShape shape)
    {
        float[] asked = Asked(shape), read = new float[shape.Length], weights = new float[shape.WeightsLength];
        PanelAttention.Forward(shape, asked, read, weights);
        (double[] expected, double[] softmax) = Read(shape, asked);
        Assert.That(read, Is.EqualTo(expected).Within(2e-6 * expected.Max(Math.Abs)));
        Assert.That(weights, Is.EqualTo(softmax).Within(2e-6));
    }

    [TestCaseSource(nameof(Shapes))]
    public void HasTheGradientsOfItsFormula(PanelAttentionShape shape)
    {
        int p = shape.Positions, c = shape.Channels, part = shape.Length;
        float[] asked = Asked(shape), weights = new float[shape.WeightsLength], g = KernelNumbers.Uniform(shape.Length, 6);
        float[] gradient = new float[3 * part];
        PanelAttention.Forward(shape, asked, new float[shape.Length], weights);
        PanelAttention.Backward(shape, asked, weights, g, gradient);

        (double[] read, double[] softmax) = Read(shape, asked);
        double[] expected = new double[3 * part];
        ForEveryPair(p, (i, j, n) =>
        {
            double weight = softmax[(i * p + j) * Lanes + n], slope = 0;
            for (int k = 0; k < c; k++)
            {
                int at = (k * p + i) * Lanes + n, other = (k * p + j) * Lanes + n;
                expected[2 * part + other] += weight * g[at];
                slope += g[at] * (asked[2 * part + other] - read[at]);
            }

            for (int k = 0; k < c; k++)
            {
                int at = (k * p + i) * Lanes + n, other = (k * p + j) * Lanes + n;
                expected[at] += weight * slope * asked[part + other] / Math.Sqrt(c);
                expected[part + other] += weight * slope * asked[at] / Math.Sqrt(c);
            }
        });
        Assert.That(gradient, Is.EqualTo(expected).Within(5e-6 * expected.Max(Math.Abs)));
    }

    // Scores of several hundreds would overflow without the largest taken off.
    [Test]
    public void LargeScoresReadTheNearestAlone()
    {
        PanelAttentionShape shape = new(2, 5);
        float[] asked = Asked(shape), read = new float[shape.Length], weights = new float[shape.WeightsLength];
        for (int i = 0; i < 2 * shape.Length; i++)
        {
            asked[i] *= 100;
        }

        PanelAttention.Forward(shape, asked, read, weights);
        (double[] expected, _) = Read(shape, asked);
        Assert.That(expected.Max(), Is.LessThan(1.01), "means of values below 1");
        Assert.That(read, Is.EqualTo(expected).Within(1e-3));
    }

    [TestCaseSource(nameof(Shapes))]
    public void AllWidthsGiveTheSameBits(PanelAttentionShape shape)
    {
        Assume.That(MatrixProduct.IsWide, "This processor has no 512-bit vectors, whose powers of two are instructions.");
        float[] asked = Asked(shape), g = KernelNumbers.Uniform(shape.Length, 6), room = new float[shape.WeightsLength];
        float[] read = new float[shape.Length], weights = new float[shape.WeightsLength], gradient = new float[3 * shape.Length];
        float[] wideRead = new float[read.Length], wideWeights = new float[weights.Length], wideGradient = new float[gradient.Length];
        PanelAttentionLoops<NarrowLanes, Vector256<float>, Vector256<uint>>.Forward(shape, asked, read, weights);
        PanelAttentionLoops<WideLanes, Vector512<float>, Vector512<uint>>.Forward(shape, asked, wideRead, wideWeights);
        PanelAttentionLoops<NarrowLanes, Vector256<float>, Vector256<uint>>.Backward(shape, asked, weights, g, gradient, room);
        PanelAttentionLoops<WideLanes, Vector512<float>, Vector512<uint>>.Backward(shape, asked, wideWeights, g, wideGradient, room);
        Assert.That(wideRead, Is.EqualTo(read));
        Assert.That(wideWeights, Is.EqualTo(weights));
        Assert.That(wideGradient, Is.EqualTo(gradient));
    }

    [Test]
    public void ShortOperandsAreRefused()
    {
        PanelAttentionShape shape = new(2, 3);
        float[] asked = Asked(shape), read = new float[shape.Length], weights = new float[shape.WeightsLength];
        Assert.Throws<ArgumentOutOfRangeException>(() => PanelAttention.Forward(shape, asked.AsSpan(1), read, weights));
        Assert.Throws<ArgumentOutOfRangeException>(() => PanelAttention.Forward(shape, asked, read.AsSpan(1), weights));
        Assert.Throws<ArgumentOutOfRangeException>(() => PanelAttention.Forward(shape, asked, read, weights.AsSpan(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => PanelAttention.Backward(shape, asked, weights, read, asked.AsSpan(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => PanelAttention.Forward(new(0, 3), asked, read, weights));
    }

    // Queries and keys whose scores differ by a few, values in [-1, 1).
    private static float[] Asked(PanelAttentionShape shape)
    {
        float[] asked = KernelNumbers.Uniform(3 * shape.Length, 5);
        for (int i = 0; i < 2 * shape.Length; i++)
        {
            asked[i] *= 2;
        }

        return asked;
    }

    private static (double[] Read, double[] Softmax) Read(PanelAttentionShape shape, float[] asked)
    {
        int p = shape.Positions, c = shape.Channels, part = shape.Length;
        double[] read = new double[shape.Length], softmax = new double[shape.WeightsLength];
        for (int i = 0; i < p; i++)
        {
            for (int n = 0; n < Lanes; n++)
            {
                double[] scores = [.. Enumerable.Range(0, p).Select(j => Enumerable.Range(0, c).Sum(
                    k => (double)asked[(k * p + i) * Lanes + n] * asked[part + (k * p + j) * Lanes + n]) / Math.Sqrt(c))];
                double largest = scores.Max(), sum = scores.Sum(s => Math.Exp(s - largest));
                for (int j = 0; j < p; j++)
                {
                    softmax[(i * p + j) * Lanes + n] = Math.Exp(scores[j] - largest) / sum;
                }
            }
        }

        ForEveryPair(p, (i, j, n) =>
        {
            for (int k = 0; k < c; k++)
            {
                read[(k * p + i) * Lanes + n] += softmax[(i * p + j) * Lanes + n] * asked[2 * part + (k * p + j) * Lanes + n];
            }
        });
        return (read, softmax);
    }

    private static void ForEveryPair(int positions, Action<int, int, int> pair)
    {
        for (int i = 0; i < positions; i++)
        {
            for (int j = 0; j < positions; j++)
            {
                for (int n = 0; n < Lanes; n++)
                {
                    pair(i, j, n);
                }
            }
        }
    }
}
