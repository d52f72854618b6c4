using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Posteriors;
using Reproduce.Tests.Inference.Support;
using Reproduce.Tests.Support;
using static TorchSharp.torch;

namespace Reproduce.Tests.Inference;

/// <summary>What a posterior takes: densities of numbers of any type, as draws; and what it refuses.</summary>
public sealed class PosteriorTests : ScopedTests
{
    [Test]
    public void ADensityIsThatOfNumbersOfAnyType([Values("acf", "nsf", "fmpe", "npse")] string contender)
    {
        using Posterior posterior = new(Contenders.Create(contender, perturbed: true));
        Tensor theta = tensor(new[,] { { 0.5f, -1 }, { 2, 0.25f } }), x = tensor(new[,] { { 1f, 2 } });
        double[] expected = posterior.LogProb(theta, new Observation(x)).Numbers();
        Tensor wide = theta.to(ScalarType.Float64);
        Assert.Multiple(() =>
        {
            Assert.That(posterior.LogProb(theta, new Observation(x.to(ScalarType.Float64))).Numbers(), Is.EqualTo(expected));
            Assert.That(posterior.LogProb(wide, new Observation(x.to(ScalarType.Int64))).Numbers(), Is.EqualTo(expected));
            Assert.That(posterior.LogProb(wide, new Observation(cat([x, x]))).Numbers(), Is.EqualTo(expected).Within(1e-5));
            Assert.That(expected, Is.All.Matches<double>(double.IsFinite));
        });
    }

    [Test]
    public void ADensityOfWhatIsNoNumberIsRefused()
    {
        using Posterior posterior = new(Contenders.Create("acf"));
        Tensor theta = zeros(3, 2), x = zeros(1, 2);
        Assert.Multiple(() =>
        {
            Assert.That(
                () => posterior.LogProb(theta, new Observation(full_like(x, float.NaN))),
                Throws.ArgumentException.With.Message.Contains("observation 0 has NaN or infinity"));
            Assert.That(
                () => posterior.LogProb(full_like(theta, float.NaN), new Observation(x)),
                Throws.ArgumentException.With.Message.StartsWith("theta: expected finite numbers"));
            Assert.That(
                () => posterior.LogProb(theta, new Observation(zeros(2, 2))),
                Throws.ArgumentException.With.Message.StartsWith("x: expected one observation, or 3 as in theta, got 2"));
            Assert.That(
                () => posterior.LogProb(zeros(3), new Observation(x)),
                Throws.ArgumentException.With.Message.StartsWith("theta: expected [B, 2], got [3]"));
        });
    }
}
