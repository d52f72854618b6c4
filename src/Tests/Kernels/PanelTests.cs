using NUnit.Framework;
using Reproduce.Kernels;

namespace Reproduce.Tests.Kernels;

/// <summary>Layouts and elementwise operations bit for bit against loops over single numbers.</summary>
[Category("VectorCode")]
public sealed class PanelTests
{
    private const int Features = 5, Rows = 45, Width = Panels.Width;

    [Test]
    public void RowsBecomePanelsAndPanelsRows([Values(1, 13, 32)] int count)
    {
        float[] rows = Numbers(count * Features, 1), panel = Numbers(Features * Width, 2), back = new float[rows.Length];
        Panels.LoadRows(rows, panel, Features, count);
        Panels.StoreRows(panel, back, Features, count);
        Assert.Multiple(() =>
        {
            Assert.That(back, Is.EqualTo(rows));
            Assert.That(panel[Width], Is.EqualTo(rows[1]), "the features come first");
            Assert.That(panel.Where((_, i) => i % Width >= count), Is.All.Zero, "the rest is zero");
        });
    }

    [Test]
    public void ATransposedPanelIsPanelsOverFeatures([Values(1, 31, 32, 33, 64)] int features)
    {
        float[] panel = Numbers(features * Width, 1), transposed = Numbers(Panels.RoundUp(features) * Width, 2);
        float[] wanted = new float[transposed.Length];
        for (int f = 0; f < features; f++)
        {
            for (int n = 0; n < Width; n++)
            {
                wanted[f / Width * Width * Width + n * Width + f % Width] = panel[f * Width + n];
            }
        }

        Panels.Transpose(panel, transposed, features);
        Assert.That(transposed, Is.EqualTo(wanted));
    }

    [Test]
    public void ABiasIsBroadcastAndItsGradientIsTheRowSum()
    {
        float[] bias = Numbers(Features, 1), panel = new float[Features * Width], sums = Numbers(Features, 2);
        PanelOperations.Broadcast(bias, panel);
        Assert.That(panel, Is.EqualTo(bias.SelectMany(b => Enumerable.Repeat(b, Width))));
        float[] gradient = Numbers(Features * Width, 3);
        double[] wanted = [.. sums.Select((s, f) => s + gradient.Skip(f * Width).Take(Width).Sum(g => (double)g))];
        PanelOperations.AddRowSums(gradient, sums);
        Assert.That(sums.Select(s => (double)s), Is.EqualTo(wanted).Within(1e-5));
    }

    [Test]
    public void ReluAndItsGradient()
    {
        float[] h = Numbers(Features * Width, 1), residual = Numbers(h.Length, 2), gradient = Numbers(h.Length, 3);
        (float[] relu, float[] sum, float[] back) = ([.. h], [.. h], [.. gradient]);
        PanelOperations.Relu(relu);
        PanelOperations.AddRelu(sum, residual);
        PanelOperations.ReluBackward(back, relu, 1.25f);
        Assert.Multiple(() =>
        {
            Assert.That(relu, Is.EqualTo(h.Select(x => MathF.Max(x, 0))));
            Assert.That(sum, Is.EqualTo(h.Select((x, i) => MathF.Max(x + residual[i], 0))));
            Assert.That(back, Is.EqualTo(gradient.Select((g, i) => h[i] > 0 ? g * 1.25f : 0)));
        });
    }

    [Test]
    public void DropoutReadsThePanelsPartOfTheBatchsMask([Values(0, 32)] int first)
    {
        int count = Math.Min(Width, Rows - first);
        float[] mask = [.. Numbers(Features * Rows, 4).Select(x => x > 0 ? 1.25f : 0)];
        float[] h = Numbers(Features * Width, 1), residual = Numbers(h.Length, 2), gradient = Numbers(h.Length, 3);
        float[] inner = new float[h.Length];
        (float[] sum, float[] masked, float[] back) = ([.. h], [.. h], [.. gradient]);
        PanelDropout dropout = new(mask, Rows, first, count);
        PanelOperations.DropoutAddRelu(sum, residual, dropout);
        PanelOperations.ReluDropout(masked, dropout);
        PanelOperations.DropoutAddReluBackward(back, inner, sum, dropout);
        Assert.Multiple(() =>
        {
            for (int f = 0; f < Features; f++)
            {
                for (int n = 0; n < count; n++)
                {
                    int i = f * Width + n;
                    float m = mask[f * Rows + first + n], g = sum[i] > 0 ? gradient[i] : 0;
                    Assert.That(sum[i], Is.EqualTo(MathF.Max(MathF.FusedMultiplyAdd(h[i], m, residual[i]), 0)));
                    Assert.That(masked[i], Is.EqualTo(MathF.Max(h[i], 0) * m));
                    Assert.That((back[i], inner[i]), Is.EqualTo((g, g * m)));
                }
            }
        });
    }

    [Test]
    public void TheGradientOfWeightsIsTheProductWithTheTransposedLayerBelow([Values(3, 32, 40)] int inputs, [Values(3, 8)] int units)
    {
        int stride = inputs + 2;
        float[] gradient = Numbers(units * Width, 1), below = Numbers(inputs * Width, 2), weights = Numbers(units * stride, 3);
        double[] wanted = [.. weights.Select(w => (double)w)];
        for (int i = 0; i < units; i++)
        {
            for (int j = 0; j < inputs; j++)
            {
                wanted[i * stride + j] += Enumerable.Range(0, Width).Sum(n => (double)gradient[i * Width + n] * below[j * Width + n]);
            }
        }

        DenseGradients.AddWeights(gradient, below, weights, stride, units, inputs, new float[DenseGradients.ScratchLength(inputs, units)]);
        Assert.That(weights.Select(w => (double)w), Is.EqualTo(wanted).Within(1e-5));
    }

    [Test]
    public void SumsAndScales()
    {
        float[] from = Numbers(40, 1), to = Numbers(40, 2);
        (float[] added, float[] scaledSum, float[] scaled) = ([.. to], [.. to], [.. to]);
        PanelOperations.Add(from, added);
        PanelOperations.AddScaled(from, 0.3f, scaledSum);
        PanelOperations.Scale(scaled, 0.3f);
        Assert.Multiple(() =>
        {
            Assert.That(added, Is.EqualTo(to.Select((t, i) => t + from[i])));
            Assert.That(scaledSum, Is.EqualTo(to.Select((t, i) => t + from[i] * 0.3f)));
            Assert.That(scaled, Is.EqualTo(to.Select(t => t * 0.3f)));
        });
    }

    [Test]
    public void MatrixOperationsAreThoseOfSingleNumbers()
    {
        float[] matrix = Numbers(6 * 48, 1), vector = Numbers(96, 2), sums = new float[48];
        MatrixOperations.ColumnSums(matrix, sums, 6);
        Assert.Multiple(() =>
        {
            Assert.That(MatrixOperations.Dot(matrix, vector), Is.EqualTo(matrix.Zip(vector, (a, b) => (double)a * b).Sum()).Within(1e-5));
            Assert.That(
                sums.Select(s => (double)s),
                Is.EqualTo(Enumerable.Range(0, 48).Select(j => Enumerable.Range(0, 6).Sum(i => (double)matrix[i * 48 + j]))).Within(1e-6));
        });
    }

    // Within a tile of 8, of whole ones, of both; the whole matrix and a block of a wider one.
    [TestCase(5, 5)]
    [TestCase(16, 16)]
    [TestCase(20, 32)]
    public void ATransposeExchangesRowsAndColumnsOfTheBlockAlone(int size, int stride)
    {
        float[] matrix = Numbers(size * stride, 3), transposed = new float[size * stride];
        MatrixOperations.Transpose(matrix, transposed, size, stride);
        Assert.That(
            transposed,
            Is.EqualTo(Enumerable.Range(0, size * stride).Select(k => k % stride < size ? matrix[k % stride * stride + k / stride] : 0)));
    }

    [Test]
    public void WhatIsTooShortOrNoWholeNumberOfVectorsIsRefused()
    {
        float[] seven = new float[7], eight = new float[8], sixteen = new float[16];
        Assert.Multiple(() =>
        {
            Assert.That(() => PanelOperations.Relu(seven), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => PanelOperations.AddRelu(sixteen, eight), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => PanelOperations.ReluBackward(sixteen, eight), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => PanelOperations.Add(eight, sixteen), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => PanelOperations.Broadcast(eight, sixteen), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => MatrixOperations.Dot(eight, sixteen), Throws.InstanceOf<ArgumentOutOfRangeException>());
        });
    }

    private static float[] Numbers(int count, ulong seed) => KernelNumbers.Uniform(count, seed);
}
