using System.Runtime.Intrinsics;
using NUnit.Framework;
using Reproduce.Kernels;

namespace Reproduce.Tests.Kernels;

/// <summary>Convolutions of panels, and their gradients, against plain loops over doubles.</summary>
[Category("VectorCode")]
public sealed class PanelConvolutionTests
{
    private const int Lanes = Panels.Width;

    private static IEnumerable<ConvolutionShape> Shapes =>
    [
        new(1, 1, 3, 3, 3, 0, 0),
        new(3, 5, 7, 9, 3, 1, 1),
        new(2, 4, 6, 5, 3, 0, 1),
        new(17, 3, 8, 4, 3, 1, 0),
        new(32, 2, 5, 12, 3, 2, 2),
        new(40, 33, 4, 4, 3, 1, 1),
        new(3, 2, 1, 1, 3, 1, 1),
        new(5, 3, 4, 7, 1, 0, 0),
        new(33, 16, 3, 3, 1, 0, 0),
    ];

    [SetUp]
    public void RequireVectors() => Assume.That(MatrixProduct.IsSupported, "This processor's vectors are too narrow.");

    // Numbers in [-1, 1): sums of 9 C products have a deviation of sqrt(C) or so.
    [TestCaseSource(nameof(Shapes))]
    public void FollowsItsFormula(ConvolutionShape shape)
    {
        Operands x = Numbers(shape);
        float[] y = new float[shape.OutputLength];
        PanelConvolution.Forward(shape, x.Image, Components(shape, x.Kernel), x.Bias, y);
        double[] expected = new double[shape.OutputLength];
        ForEveryProduct(shape, (image, kernel, result) => expected[result] += (double)x.Image[image] * x.Kernel[kernel]);
        for (int i = 0; i < expected.Length; i++)
        {
            expected[i] += x.Bias[i / (shape.OutputHeight * shape.OutputWidth * Lanes) * Lanes + i % Lanes];
        }

        AssertClose(y, expected, shape.Inputs);
    }

    [TestCaseSource(nameof(Shapes))]
    public void HasTheGradientsOfItsFormula(ConvolutionShape shape)
    {
        Operands x = Numbers(shape);
        float[] g = KernelNumbers.Uniform(shape.OutputLength, 4);
        double[] byImage = new double[x.Image.Length], byKernel = new double[x.Kernel.Length], byBias = new double[x.Bias.Length];
        ForEveryProduct(shape, (image, kernel, result) =>
        {
            byImage[image] += (double)g[result] * x.Kernel[kernel];
            byKernel[kernel] += (double)g[result] * x.Image[image];
        });
        for (int i = 0; i < g.Length; i++)
        {
            byBias[i / (shape.OutputHeight * shape.OutputWidth * Lanes) * Lanes + i % Lanes] += g[i];
        }

        Gradients found = Backward(shape, x, g);
        AssertClose(found.Image, byImage, shape.Outputs);
        AssertClose(found.Kernel, byKernel, shape.OutputHeight * shape.OutputWidth * Lanes);
        AssertClose(found.Bias, byBias, shape.OutputHeight * shape.OutputWidth);
    }

    [TestCaseSource(nameof(Shapes))]
    public void GradientsByTheKernelAreAddedAndBothCanBeLeftOut(ConvolutionShape shape)
    {
        Operands x = Numbers(shape);
        float[] g = KernelNumbers.Uniform(shape.OutputLength, 4), kernel = Components(shape, x.Kernel), bias = new float[x.Bias.Length];
        float[] once = new float[kernel.Length], twice = new float[kernel.Length], image = new float[x.Image.Length];
        PanelConvolution.Backward(shape, x.Image, kernel, g, once, bias, []);
        PanelConvolution.Backward(shape, x.Image, kernel, g, twice, bias, []);
        PanelConvolution.Backward(shape, x.Image, kernel, g, twice, bias, image);
        Assert.That(twice, Is.EqualTo(once.Select(v => 2 * v)).Within(1e-6 * once.Max(Math.Abs)));
        float[] alone = new float[x.Image.Length];
        alone.AsSpan().Fill(float.NaN);
        PanelConvolution.Backward(shape, x.Image, kernel, g, [], bias, alone);
        Assert.That(alone, Is.EqualTo(image));
    }

    [TestCaseSource(nameof(Shapes))]
    public void AnImageDependsOnNoOther(ConvolutionShape shape)
    {
        const int Own = 5;
        Operands x = Numbers(shape);
        float[] kernel = Components(shape, x.Kernel), before = new float[shape.OutputLength], after = new float[shape.OutputLength];
        PanelConvolution.Forward(shape, x.Image, kernel, x.Bias, before);
        for (int i = 0; i < x.Image.Length; i++)
        {
            x.Image[i] = i % Lanes == Own ? x.Image[i] : float.NaN;
        }

        PanelConvolution.Forward(shape, x.Image, kernel, x.Bias, after);
        Assert.That(after.Where((_, i) => i % Lanes == Own), Is.EqualTo(before.Where((_, i) => i % Lanes == Own)));
    }

    // Vectors of 512 bits are there on every processor, in software where it has none.
    [TestCaseSource(nameof(Shapes))]
    public void AllWidthsGiveTheSameBits(ConvolutionShape shape)
    {
        if (shape.Kernel == 1)
        {
            AssertSame<PointTiles>(shape);
        }
        else
        {
            AssertSame<WinogradTiles>(shape);
        }
    }

    [Test]
    public void OperandsThatDoNotFitAreRefused()
    {
        ConvolutionShape shape = new(2, 3, 5, 5, 3, 1, 1);
        int image = shape.InputLength, kernel = PanelConvolution.ComponentMatrix(3).GetLength(0) * 6, result = shape.OutputLength;
        Assert.Multiple(() =>
        {
            Assert.That(() => Forward(shape, image, kernel, result), Throws.Nothing);
            Assert.That(() => Forward(shape, image - 1, kernel, result), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => Forward(shape, image, kernel - 1, result), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => Forward(shape, image, kernel, result - 1), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => Forward(shape with { Kernel = 5 }, image, kernel, result), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(
                () => Forward(new(2, 3, 2, 5, 3, 0, 0), image, kernel, result), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => PanelConvolution.ComponentMatrix(2), Throws.InstanceOf<ArgumentOutOfRangeException>());
        });

        static void Forward(ConvolutionShape shape, int image, int kernel, int result) =>
            PanelConvolution.Forward(shape, new float[image], new float[kernel], new float[3 * Lanes], new float[result]);
    }

    private static void AssertSame<TTiles>(in ConvolutionShape shape)
        where TTiles : struct, ITileTransform
    {
        Operands x = Numbers(shape);
        float[] kernel = Components(shape, x.Kernel), g = KernelNumbers.Uniform(shape.OutputLength, 4);
        float[] narrow = new float[g.Length], wide = new float[g.Length];
        TiledConvolution<TTiles, NarrowLanes, Vector256<float>, Vector256<uint>>.Forward(shape, x.Image, kernel, x.Bias, narrow);
        TiledConvolution<TTiles, WideLanes, Vector512<float>, Vector512<uint>>.Forward(shape, x.Image, kernel, x.Bias, wide);
        Assert.That(wide, Is.EqualTo(narrow));
        float[] byKernel = new float[kernel.Length], byImage = new float[x.Image.Length];
        float[] wideByKernel = new float[kernel.Length], wideByImage = new float[x.Image.Length];
        TiledConvolution<TTiles, NarrowLanes, Vector256<float>, Vector256<uint>>.Backward(shape, x.Image, kernel, g, byKernel, byImage);
        TiledConvolution<TTiles, WideLanes, Vector512<float>, Vector512<uint>>.Backward(
            shape, x.Image, kernel, g, wideByKernel, wideByImage);
        Assert.That(wideByKernel, Is.EqualTo(byKernel));
        Assert.That(wideByImage, Is.EqualTo(byImage));
    }

    private static Operands Numbers(in ConvolutionShape shape)
    {
        int kernel = shape.Outputs * shape.Inputs * shape.Kernel * shape.Kernel;
        return new Operands(
            KernelNumbers.Uniform(shape.InputLength, 1), KernelNumbers.Uniform(kernel, 2), KernelNumbers.Uniform(shape.Outputs * Lanes, 3));
    }

    private static Gradients Backward(in ConvolutionShape shape, Operands x, float[] resultGradient)
    {
        float[] kernel = Components(shape, x.Kernel), byComponents = new float[kernel.Length];
        Gradients found = new(new float[x.Image.Length], new float[x.Kernel.Length], new float[x.Bias.Length]);
        found.Image.AsSpan().Fill(float.NaN);
        found.Bias.AsSpan().Fill(float.NaN);
        PanelConvolution.Backward(shape, x.Image, kernel, resultGradient, byComponents, found.Bias, found.Image);
        float[,] matrix = PanelConvolution.ComponentMatrix(shape.Kernel);
        int channels = shape.Outputs * shape.Inputs, size = matrix.GetLength(1);
        for (int i = 0; i < channels * size; i++)
        {
            double sum = 0;
            for (int c = 0; c < matrix.GetLength(0); c++)
            {
                sum += (double)matrix[c, i % size] * byComponents[c * channels + i / size];
            }

            found.Kernel[i] = (float)sum;
        }

        return found;
    }

    private static float[] Components(in ConvolutionShape shape, float[] kernel)
    {
        float[,] matrix = PanelConvolution.ComponentMatrix(shape.Kernel);
        int channels = shape.Outputs * shape.Inputs, size = matrix.GetLength(1);
        float[] components = new float[matrix.GetLength(0) * channels];
        for (int i = 0; i < components.Length; i++)
        {
            double sum = 0;
            for (int k = 0; k < size; k++)
            {
                sum += (double)matrix[i / channels, k] * kernel[i % channels * size + k];
            }

            components[i] = (float)sum;
        }

        return components;
    }

    // Calls with the places of the factors and of the sum, for every product that a convolution is made of.
    private static void ForEveryProduct(ConvolutionShape shape, Action<int, int, int> product)
    {
        int size = shape.Kernel;
        foreach (int o in Enumerable.Range(0, shape.Outputs))
        {
            foreach (int c in Enumerable.Range(0, shape.Inputs))
            {
                for (int at = 0; at < shape.OutputHeight * shape.OutputWidth * size * size; at++)
                {
                    int k = at % (size * size), pixel = at / (size * size);
                    int row = pixel / shape.OutputWidth, column = pixel % shape.OutputWidth;
                    int y = row + k / size - shape.Before, x = column + k % size - shape.Before;
                    for (int n = 0; n < Lanes && y >= 0 && y < shape.Height && x >= 0 && x < shape.Width; n++)
                    {
                        product(
                            ((c * shape.Height + y) * shape.Width + x) * Lanes + n, (o * shape.Inputs + c) * size * size + k,
                            ((o * shape.OutputHeight + row) * shape.OutputWidth + column) * Lanes + n);
                    }
                }
            }
        }
    }

    private static void AssertClose(float[] found, double[] expected, int terms) =>
        Assert.That(found.Select(v => (double)v), Is.EqualTo(expected).Within(1e-5 * Math.Sqrt(9 * terms)));

    private sealed record Operands(float[] Image, float[] Kernel, float[] Bias);

    private sealed record Gradients(float[] Image, float[] Kernel, float[] Bias);
}
