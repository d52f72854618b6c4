using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Flows;
using Reproduce.Tests.Inference.Support;
using static TorchSharp.torch;

namespace Reproduce.Tests.Inference;

/// <summary>The spline against numbers worked out by hand and against finite differences, in double precision.</summary>
public sealed class RationalQuadraticSplineTests
{
    // Two bins on [-5, 5]: widths 5 and 5, heights 2 and 8, derivative 0.5 between them, so edge slopes (2+8)/(5+5) = 1.
    // In the first bin s = 0.4; at its middle xi = 1/2 the denominator is 0.4 + (0.5 + 1 - 0.8)/4 = 0.575,
    // y = -5 + 2 (0.4/4 + 1/4)/0.575 = -5 + 0.7/0.575 and dy/dx = 0.16 (0.125 + 0.2 + 0.25)/0.575^2 = 0.16/0.575.
    // In the second s = 1.6; at its middle the denominator is 1.6 + (1 + 0.5 - 3.2)/4 = 1.175,
    // y = -3 + 8 (1.6/4 + 0.5/4)/1.175 = -3 + 4.2/1.175 and dy/dx = 2.56 (0.25 + 0.8 + 0.125)/1.175^2 = 2.56/1.175.
    [TestCase(-2.5, -5 + 0.7 / 0.575, 0.16 / 0.575)]
    [TestCase(2.5, -3 + 4.2 / 1.175, 2.56 / 1.175)]
    [TestCase(0, -3, 0.5)]
    [TestCase(-5, -5, 1)]
    [TestCase(5, 5, 1)]
    [TestCase(7, 7, 1)]
    [TestCase(-9.5, -9.5, 1)]
    public void ValuesByHand(double x, double y, double derivative)
    {
        using IDisposable scope = NewDisposeScope();
        Tensor raw = Raw(0, 0, [5, 5], [2, 8], [0.5]);
        (Tensor value, Tensor log) = RationalQuadraticSpline.Forward(Entry(x), raw);
        Assert.That(value.item<double>(), Is.EqualTo(y).Within(1e-12));
        Assert.That(Math.Exp(log.item<double>()), Is.EqualTo(derivative).Within(1e-8));
        Assert.That(RationalQuadraticSpline.Inverse(Entry(y), raw).item<double>(), Is.EqualTo(x).Within(1e-10));
    }

    // Domain [-4, 6] onto [-7, -3]: slope 4/10 outside, through the corners (-4, -7) and (6, -3).
    [TestCase(8.5, -2)]
    [TestCase(-9, -9)]
    public void TailsGoOnWithTheMeanSlope(double x, double y)
    {
        using IDisposable scope = NewDisposeScope();
        Tensor raw = Raw(1, -2, [3, 7], [1, 3], [0.7]);
        (Tensor value, Tensor log) = RationalQuadraticSpline.Forward(Entry(x), raw);
        Assert.That(value.item<double>(), Is.EqualTo(y).Within(1e-12));
        Assert.That(log.item<double>(), Is.EqualTo(Math.Log(0.4)).Within(1e-8));
        Assert.That(RationalQuadraticSpline.Inverse(Entry(y), raw).item<double>(), Is.EqualTo(x).Within(1e-10));
    }

    [Test]
    public void ZeroRawNumbersGiveTheIdentity([Values(1, 2, 16)] int bins)
    {
        using IDisposable scope = NewDisposeScope();
        Tensor x = linspace(-9, 9, 181, dtype: ScalarType.Float64).unsqueeze(1);
        (Tensor value, Tensor log) = RationalQuadraticSpline.Forward(
            x, zeros([181, 1, RationalQuadraticSpline.RawNumbers(bins)], dtype: ScalarType.Float64));
        Assert.That((value - x).abs().max().item<double>(), Is.LessThan(1e-12));
        Assert.That(log.abs().max().item<double>(), Is.LessThan(1e-9));
    }

    [Test]
    public void RisesEverywhereWithTheDerivativeOfFiniteDifferences()
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(RandomKey.FromSeed(1));
        const int points = 2001;
        Tensor raw = random.Normal([1, 1, RationalQuadraticSpline.RawNumbers(16)], dtype: ScalarType.Float64).expand(points, 1, -1);
        Tensor x = linspace(-20, 20, points, dtype: ScalarType.Float64).unsqueeze(1);
        (Tensor value, Tensor log) = RationalQuadraticSpline.Forward(x, raw);
        Assert.That(value.diff(dim: 0).min().item<double>(), Is.GreaterThan(0));

        // The second derivative jumps at the knots, where a central difference is off by a term of first order in its step.
        const double step = 1e-5;
        Tensor difference =
            (RationalQuadraticSpline.Forward(x + step, raw).Value - RationalQuadraticSpline.Forward(x - step, raw).Value) / (2 * step);
        Assert.That(((difference - log.exp()) / log.exp()).abs().max().item<double>(), Is.LessThan(1e-4));
    }

    [TestCase(-4, 1.0)]
    [TestCase(6, 1.0)]
    public void ValueAndDerivativeAreContinuousAtTheEdges(double edge, double scale)
    {
        using IDisposable scope = NewDisposeScope();
        Tensor raw = Raw(1, -2, [3, 7], [1, 3], [0.7]);
        const double step = 1e-9;
        (Tensor before, Tensor logBefore) = RationalQuadraticSpline.Forward(Entry(edge - step), raw);
        (Tensor after, Tensor logAfter) = RationalQuadraticSpline.Forward(Entry(edge + step), raw);
        Assert.That(after.item<double>(), Is.EqualTo(before.item<double>()).Within(10 * step * scale));
        Assert.That(logAfter.item<double>(), Is.EqualTo(logBefore.item<double>()).Within(1e-7));
        Assert.That(logBefore.item<double>(), Is.EqualTo(Math.Log(0.4)).Within(1e-7));
    }

    [Test]
    public void GradientsAreFiniteFarOutside()
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(RandomKey.FromSeed(2));
        Tensor raw = random.Normal([64, 2, RationalQuadraticSpline.RawNumbers(16)]).requires_grad_();
        Tensor x = random.Normal([64, 2]) * 1000;
        (Tensor value, Tensor log) = RationalQuadraticSpline.Forward(x, raw);
        (value.mean() + log.mean()).backward();
        Assert.That(raw.grad!.Numbers(), Has.All.Matches<double>(double.IsFinite));
    }

    // Sizes and derivatives of 0, which raw numbers of some hundred below 0 would have in float32, gave 0/0.
    [Test]
    public void CollapsedBinsHaveFiniteValuesAndGradients(
        [Values(-300, 1, 300)] int widths, [Values(-300, 1, 300)] int heights, [Values(-300, 1, 300)] int derivatives)
    {
        using IDisposable scope = NewDisposeScope();
        const int bins = 4;
        float[] one =
        [
            0, 0, .. Enumerable.Repeat((float)widths, bins), .. Enumerable.Repeat((float)heights, bins),
            .. Enumerable.Repeat((float)derivatives, bins - 1),
        ];
        Tensor x = linspace(-9, 9, 64).unsqueeze(1), raw = tensor(one).view(1, 1, -1).expand(64, 1, -1).clone().requires_grad_();
        (Tensor value, Tensor log) = RationalQuadraticSpline.Forward(x, raw);
        (value.mean() + log.mean()).backward();
        Assert.That(value.Numbers().Concat(log.Numbers()).Concat(raw.grad!.Numbers()), Has.All.Matches<double>(double.IsFinite));
        Assert.That(RationalQuadraticSpline.Inverse(x, raw.detach()).Numbers(), Has.All.Matches<double>(double.IsFinite));
    }

    private static Tensor Entry(double x) => tensor([x], [1, 1], dtype: ScalarType.Float64);

    // The raw numbers behind the wanted sizes: the softplus shifts are such that zero stands for equal bins and derivative 1.
    private static Tensor Raw(double left, double bottom, double[] widths, double[] heights, double[] derivatives)
    {
        double unit = 10.0 / widths.Length;
        double Unsoft(double y, double zero) => Math.Log(Math.Exp(y) - 1) - Math.Log(Math.Exp(zero) - 1);
        double[] raw =
        [
            left, bottom, .. widths.Select(w => Unsoft(w, unit)), .. heights.Select(h => Unsoft(h, unit)),
            .. derivatives.Select(d => Unsoft(d, 1)),
        ];
        return tensor(raw, [1, 1, raw.Length], dtype: ScalarType.Float64);
    }
}
