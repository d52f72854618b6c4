using System.Runtime.Intrinsics;
using NUnit.Framework;
using Reproduce.Kernels;

namespace Reproduce.Tests.Kernels;

/// <summary>Group normalisation of panels with its activations against its formula in doubles, and that formula's differences.</summary>
[Category("VectorCode")]
public sealed class PanelNormalisationTests
{
    private const int Lanes = Panels.Width, Channels = 6, Positions = 5;

    [SetUp]
    public void RequireVectors() => Assume.That(MatrixProduct.IsSupported, "This processor's vectors are too narrow.");

    [Test]
    public void FollowsItsFormula([Values] NormalisedActivation activation, [Values(1, 2, 3, 6)] int groups)
    {
        GroupNormalisationShape shape = new(Channels, Positions, groups, 1e-3f);
        Operands x = Numbers(shape);
        float[] y = new float[shape.Length];
        PanelNormalisation.Forward(shape, activation, x.Image, x.Scale, x.Shift, y, new float[shape.SavedLength]);
        Assert.That(y.Select(v => (double)v), Is.EqualTo(Formula(shape, activation, x)).Within(2e-5));
    }

    [Test]
    public void HasTheGradientsOfItsFormula([Values] NormalisedActivation activation, [Values(1, 3)] int groups)
    {
        GroupNormalisationShape shape = new(Channels, Positions, groups, 1e-3f);
        Operands x = Numbers(shape);
        float[] y = new float[shape.Length], saved = new float[shape.SavedLength], g = KernelNumbers.Uniform(shape.Length, 4);
        float[] byScale = [.. Enumerable.Repeat(1f, Channels)], byShift = [.. Enumerable.Repeat(2f, Channels)];
        float[] byImage = new float[shape.Length];
        byImage.AsSpan().Fill(float.NaN);
        PanelNormalisation.Forward(shape, activation, x.Image, x.Scale, x.Shift, y, saved);
        PanelNormalisation.Backward(shape, activation, x.Image, x.Scale, x.Shift, saved, g, byScale, byShift, byImage);

        // The image's differences of all 32 images at once: they do not see one another.
        for (int at = 0; at < Channels * Positions; at++)
        {
            double[] slopes = Differences(shape, activation, x, g, (moved, step) =>
            {
                for (int n = 0; n < Lanes; n++)
                {
                    moved.Image[at * Lanes + n] += step;
                }
            });
            Assert.That(byImage.AsSpan(at * Lanes, Lanes).ToArray(), Is.EqualTo(slopes).Within(2e-3));
        }

        for (int c = 0; c < Channels; c++)
        {
            int channel = c;
            double scale = Differences(shape, activation, x, g, (moved, step) => moved.Scale[channel] += step).Sum();
            double shift = Differences(shape, activation, x, g, (moved, step) => moved.Shift[channel] += step).Sum();
            Assert.That(byScale[c] - 1, Is.EqualTo(scale).Within(0.02));
            Assert.That(byShift[c] - 2, Is.EqualTo(shift).Within(0.02));
        }
    }

    [Test]
    public void AllWidthsGiveTheSameBits([Values] NormalisedActivation activation, [Values(1, 3)] int groups)
    {
        Assume.That(MatrixProduct.IsWide, "This processor has no 512-bit vectors, whose powers of two are instructions.");
        GroupNormalisationShape shape = new(Channels, Positions, groups, 1e-3f);
        Operands x = Numbers(shape);
        float[] g = KernelNumbers.Uniform(shape.Length, 4);
        float[][] narrow = Arrays(), wide = Arrays();
        NormalisationLoops<NarrowLanes, Vector256<float>, Vector256<uint>>.Forward(
            shape, activation, x.Image, x.Scale, x.Shift, narrow[0], narrow[1]);
        NormalisationLoops<WideLanes, Vector512<float>, Vector512<uint>>.Forward(
            shape, activation, x.Image, x.Scale, x.Shift, wide[0], wide[1]);
        NormalisationLoops<NarrowLanes, Vector256<float>, Vector256<uint>>.Backward(
            shape, activation, x.Image, x.Scale, x.Shift, narrow[1], g, narrow[2], narrow[3], narrow[4]);
        NormalisationLoops<WideLanes, Vector512<float>, Vector512<uint>>.Backward(
            shape, activation, x.Image, x.Scale, x.Shift, wide[1], g, wide[2], wide[3], wide[4]);
        Assert.That(wide, Is.EqualTo(narrow));

        float[][] Arrays() =>
            [new float[shape.Length], new float[shape.SavedLength], new float[Channels], new float[Channels], new float[shape.Length]];
    }

    // A training that has gone wrong has to be seen.
    [Test]
    public void WhatIsNoNumberStaysNone([Values] NormalisedActivation activation)
    {
        GroupNormalisationShape shape = new(Channels, Positions, 2, 1e-3f);
        Operands x = Numbers(shape);
        x.Image[3 * Lanes + 7] = float.NaN;
        float[] y = new float[shape.Length];
        PanelNormalisation.Forward(shape, activation, x.Image, x.Scale, x.Shift, y, new float[shape.SavedLength]);
        int[] wrong = [.. Enumerable.Range(0, y.Length).Where(i => float.IsNaN(y[i]))];
        Assert.That(wrong, Is.EqualTo(Enumerable.Range(0, y.Length / 2 / Lanes).Select(i => i * Lanes + 7)), "the image's group");
    }

    // What a step of something changes of every image's product with g, per length of the step.
    private static double[] Differences(
        in GroupNormalisationShape shape, NormalisedActivation activation, Operands x, float[] g, Action<Operands, float> move)
    {
        const float Step = 1f / 1024;
        Operands up = x.Copy(), down = x.Copy();
        move(up, Step);
        move(down, -Step);
        double[] above = Formula(shape, activation, up), below = Formula(shape, activation, down), slopes = new double[Lanes];
        for (int i = 0; i < above.Length; i++)
        {
            slopes[i % Lanes] += (above[i] - below[i]) * g[i] / (2 * Step);
        }

        return slopes;
    }

    private static double[] Formula(in GroupNormalisationShape shape, NormalisedActivation activation, Operands x)
    {
        double[] y = new double[shape.Length];
        int group = shape.GroupChannels * Positions;
        for (int g = 0; g < shape.Groups; g++)
        {
            for (int n = 0; n < Lanes; n++)
            {
                int lane = n, first = g * group;
                double[] values = [.. Enumerable.Range(first, group).Select(i => (double)x.Image[i * Lanes + lane])];
                values = activation == NormalisedActivation.ReluBefore ? [.. values.Select(v => Math.Max(v, 0))] : values;
                double mean = values.Average(), deviation = Math.Sqrt(values.Average(v => (v - mean) * (v - mean)) + shape.Epsilon);
                for (int i = 0; i < group; i++)
                {
                    int c = (first + i) / Positions;
                    double z = (values[i] - mean) / deviation * x.Scale[c] + x.Shift[c];
                    y[(first + i) * Lanes + n] = activation == NormalisedActivation.SwishBehind ? z / (1 + Math.Exp(-z)) : z;
                }
            }
        }

        return y;
    }

    // Off zero, where a ReLU has no derivative.
    private static Operands Numbers(in GroupNormalisationShape shape) => new(
        [.. KernelNumbers.Uniform(shape.Length, 1).Select(v => v + MathF.CopySign(0.01f, v))], KernelNumbers.Uniform(Channels, 2),
        KernelNumbers.Uniform(Channels, 3));

    private sealed record Operands(float[] Image, float[] Scale, float[] Shift)
    {
        public Operands Copy() => new([.. Image], [.. Scale], [.. Shift]);
    }
}
