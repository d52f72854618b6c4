using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Networks;
using Reproduce.Tests.Inference.Support;
using static TorchSharp.torch;

namespace Reproduce.Tests.Inference;

/// <summary>Draws whose products are of bfloat16 numbers, against the same sums written out with numbers rounded by hand.</summary>
public sealed class DrawingPrecisionTests
{
    private const int Rows = 60, Parameters = 2, Condition = 3, Units = 64;

    private static readonly RandomKey s_key = RandomKey.FromSeed(83);

    /// <summary>
    /// The sums of libtorch are of float32 and those here of double, so now and then a number is rounded to the other side: the two may
    /// differ by a tenth of what rounding does.
    /// </summary>
    [Test]
    public void TheProductsOfTheBlocksAreOfRoundedNumbers([Values(0, 1, 3)] int blocks)
    {
        using IDisposable scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        (ResidualMlp exact, ResidualMlp rounded, Tensor input) = Make(blocks);
        double[] single = Apply(exact, input, ForwardPass.Evaluation), drawn = Apply(rounded, input, ForwardPass.Evaluation);
        double[] byHand = ByHand(rounded, input, blocks);

        double effect = Distance(byHand, single);
        Assert.That(effect, Is.InRange(1e-4, 1e-1), "an effect to be seen");
        Assert.That(Distance(drawn, single), Is.EqualTo(effect).Within(0.1 * effect));
        Assert.That(Distance(drawn, byHand), Is.LessThan(0.1 * effect));
    }

    /// <summary>With the instructions of a processor or without, up to the order of summation and a rounding that it decides.</summary>
    [Test]
    public void BothWaysOfAProductAreTheSame()
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        Tensor x = random.Normal([Rows, Units]).to(ScalarType.BFloat16), weight = random.Normal([Units, Units]);
        Tensor bias = random.Normal([Units]);
        double[] fast = Bfloat16Product.Linear(x, weight, bias, isFast: true).Numbers();
        double[] slow = Bfloat16Product.Linear(x, weight, bias, isFast: false).Numbers();
        double largest = fast.Max(Math.Abs);

        Assert.That(fast, Is.EqualTo(slow).Within(largest / 256));
        Assert.That(Distance(fast, slow), Is.LessThan(1e-4 * largest));
    }

    [Test]
    public void ValidationAndWhatIsDifferentiatedStayInSinglePrecision()
    {
        using IDisposable scope = NewDisposeScope();
        (ResidualMlp exact, ResidualMlp rounded, Tensor input) = Make(2);
        Assert.That(Apply(rounded, input, ForwardPass.Evaluation), Is.EqualTo(Apply(exact, input, ForwardPass.Evaluation)), "gradients");
        using IDisposable noGrad = no_grad();
        Assert.That(Apply(rounded, input, ForwardPass.SinglePrecision), Is.EqualTo(Apply(exact, input, ForwardPass.SinglePrecision)));
        using RandomSource random = new(s_key), same = new(s_key);
        Assert.That(
            Apply(rounded, input, ForwardPass.WithDropout(random)), Is.EqualTo(Apply(exact, input, ForwardPass.WithDropout(same))));
    }

    [Test]
    public void NothingOfAPassIsLeft()
    {
        using IDisposable scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        (_, ResidualMlp rounded, Tensor input) = Make(2);
        Apply(rounded, input, ForwardPass.Evaluation);
        long before = LiveTensors.Settled();
        Tensor[] parts = input.split([Parameters, Condition, 1], 1);
        using (Tensor result = rounded.Apply(parts[0], parts[1], parts[2], ForwardPass.Evaluation))
        {
            Assert.That(result.dtype, Is.EqualTo(ScalarType.Float32));
        }

        // The three parts, and the network's input, which is in the caller's scope.
        Assert.That(Tensor.TotalCount, Is.EqualTo(before + 4));
    }

    private static (ResidualMlp Exact, ResidualMlp Rounded, Tensor Input) Make(int blocks)
    {
        using RandomSource weights = new(s_key.Child(1)), same = new(s_key.Child(1)), inputs = new(s_key.Child(2));
        ResidualMlpSettings settings = new() { Units = Units, Blocks = blocks, Dropout = 0.1 };
        ResidualMlp exact = new(Parameters, Condition, settings, weights);
        ResidualMlp rounded = new(Parameters, Condition, settings with { DrawingPrecision = DrawingPrecision.Bfloat16 }, same);
        using IDisposable noGrad = no_grad();
        foreach ((Tensor weight, Tensor other) in exact.parameters().Zip(rounded.parameters()))
        {
            // Biases too, which begin at zero.
            other.copy_(weight.add_(inputs.Normal(weight.shape) * 0.1));
        }

        return (exact, rounded, inputs.Normal([Rows, Parameters + Condition + 1]));
    }

    private static double[] Apply(ResidualMlp network, Tensor input, ForwardPass pass)
    {
        using IDisposable scope = NewDisposeScope();
        Tensor[] parts = input.split([Parameters, Condition, 1], 1);
        return network.Apply(parts[0], parts[1], parts[2], pass).detach().Numbers();
    }

    private static double[] ByHand(ResidualMlp network, Tensor input, int blocks)
    {
        double[][] p = [.. network.parameters().Select(t => t.detach().Numbers())];
        double[] numbers = input.Numbers(), result = new double[Rows * Parameters];
        for (int row = 0; row < Rows; row++)
        {
            double[] h = Affine(p[0], p[1], numbers.AsSpan(row * (Parameters + Condition + 1), Parameters + Condition + 1));
            h = [.. h.Select(v => Round(Math.Max(v, 0)))];
            for (int b = 0; b < blocks; b++)
            {
                double[] inner = Affine([.. p[2 + 2 * b].Select(Round)], [.. p[3 + 2 * b].Select(Round)], h);
                h = [.. inner.Zip(h, (i, v) => Math.Max(Round(Round(i) + v), 0))];
            }

            Affine(p[2 + 2 * blocks], p[3 + 2 * blocks], h).CopyTo(result, row * Parameters);
        }

        return result;
    }

    private static double[] Affine(double[] weight, double[] bias, ReadOnlySpan<double> x)
    {
        double[] result = [.. bias];
        for (int i = 0; i < weight.Length; i++)
        {
            result[i / x.Length] += weight[i] * x[i % x.Length];
        }

        return result;
    }

    // To the upper half of float32's bits; halves to the even neighbour.
    private static double Round(double value)
    {
        uint bits = BitConverter.SingleToUInt32Bits((float)value);
        return BitConverter.UInt32BitsToSingle((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000);
    }

    private static double Distance(double[] a, double[] b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Average();
}
