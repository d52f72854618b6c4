using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Networks;
using Reproduce.Kernels;
using Reproduce.Tests.Inference.Support;
using static TorchSharp.torch;

namespace Reproduce.Tests.Inference;

/// <summary>Dropout: how much it keeps, how it scales, and which passes share masks.</summary>
public sealed class ForwardPassTests
{
    private static readonly RandomKey s_key = RandomKey.FromSeed(17);

    [Test]
    public void KeepsTheRightShareAndItsMean([Values(0.05, 0.2, 0.5)] double rate)
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        const int n = 200_000;
        double[] masked = ForwardPass.WithDropout(random).Dropout(full([n], 3.0, dtype: ScalarType.Float32), rate).Numbers();
        double kept = masked.Count(v => v != 0) / (double)n;

        // Five standard errors of a share.
        Assert.That(kept, Is.EqualTo(1 - rate).Within(5 * Math.Sqrt(rate * (1 - rate) / n)));
        Assert.That(masked.Where(v => v != 0), Has.All.EqualTo(3 / (1 - rate)).Within(1e-5));
    }

    [Test]
    public void MasksDifferBetweenLayersAndPassesAndAreSharedOnRequest()
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        Tensor input = ones([40, 7]);
        ForwardPass student = ForwardPass.WithDropout(random);
        double[] first = student.Dropout(input, 0.5).Numbers();
        double[] second = student.Dropout(input, 0.5).Numbers();
        ForwardPass teacher = student.WithSameMasks();
        ForwardPass other = ForwardPass.WithDropout(random);
        Assert.Multiple(() =>
        {
            Assert.That(second, Is.Not.EqualTo(first), "layers");
            Assert.That(teacher.Dropout(input, 0.5).Numbers(), Is.EqualTo(first), "the first layer of a pass with the same masks");
            Assert.That(teacher.Dropout(input, 0.5).Numbers(), Is.EqualTo(second), "its second layer");
            Assert.That(other.Dropout(input, 0.5).Numbers(), Is.Not.EqualTo(first), "another pass");
        });
    }

    [Test]
    public void SharedMasksMayBeDrawnByEitherPass()
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        Tensor input = ones([40]);
        ForwardPass student = ForwardPass.WithDropout(random);
        ForwardPass teacher = student.WithSameMasks();
        Assert.That(teacher.Dropout(input, 0.5).Numbers(), Is.EqualTo(student.Dropout(input, 0.5).Numbers()));
    }

    [Test]
    public void MasksByRowsDifferBetweenLayersAndAreSharedOnRequest()
    {
        using RandomSource random = new(s_key);
        ForwardPass student = ForwardPass.WithDropout(random), teacher = student.WithSameMasks();
        RowDropout first = student.RowMask(0.5), second = student.RowMask(0.5);
        Assert.Multiple(() =>
        {
            Assert.That(first.IsOn, Is.True);
            Assert.That(second, Is.Not.EqualTo(first), "layers");
            Assert.That(teacher.RowMask(0.5), Is.EqualTo(first), "the first layer of a pass with the same masks");
            Assert.That(teacher.RowMask(0.5), Is.EqualTo(second), "its second layer");
            Assert.That(ForwardPass.WithDropout(random).RowMask(0.5), Is.Not.EqualTo(first), "another pass");
            Assert.That(ForwardPass.Evaluation.RowMask(0.5).IsOn, Is.False);
            Assert.That(ForwardPass.WithDropout(random).RowMask(0).IsOn, Is.False);
        });
    }

    [Test]
    public void EvaluationAndRateZeroChangeNothing()
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        Tensor input = random.Normal([30]);
        Assert.That(ForwardPass.Evaluation.IsStochastic, Is.False);
        Assert.That(ForwardPass.Evaluation.Dropout(input, 0.5).Numbers(), Is.EqualTo(input.Numbers()));
        Assert.That(ForwardPass.WithDropout(random).Dropout(input, 0).Numbers(), Is.EqualTo(input.Numbers()));
    }

    /// <summary>Made for a whole step and uploaded together, masks are those that are made one by one.</summary>
    [Test]
    public void MasksMadeAheadAreTheSame()
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource plain = new(s_key), ahead = new(s_key) { MakesMasksAhead = true };
        for (int step = 0; step < 4; step++)
        {
            plain.Restart(s_key.Child(step));
            ahead.Restart(s_key.Child(step));
            // The third step is another one, with a smaller batch.
            long rows = step == 2 ? 3 : 5;
            foreach (long features in new[] { 4L, 7, 4 })
            {
                Assert.That(
                    ahead.DropoutMask([features, rows], 0.3).Numbers(),
                    Is.EqualTo(plain.DropoutMask([features, rows], 0.3).Numbers()),
                    $"step {step}");
            }
        }
    }

    /// <summary>Masks that are computed by rows count among a stream's masks, and are not stored.</summary>
    [Test]
    public void MasksMadeAheadAreTheSameBetweenMasksByRows([Values] bool rowsFirst)
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource plain = new(s_key), ahead = new(s_key) { MakesMasksAhead = true };
        for (int step = 0; step < 4; step++)
        {
            plain.Restart(s_key.Child(step));
            ahead.Restart(s_key.Child(step));
            foreach (long features in new[] { 4L, 7, 4, 5 })
            {
                // The third step has its mask by rows at another place.
                if (rowsFirst || features == (step == 2 ? 5 : 7))
                {
                    Assert.That(ahead.RowDropout(0.3), Is.EqualTo(plain.RowDropout(0.3)), $"step {step}");
                }

                Assert.That(
                    ahead.DropoutMask([features, 5], 0.3).Numbers(),
                    Is.EqualTo(plain.DropoutMask([features, 5], 0.3).Numbers()),
                    $"step {step}");
            }
        }
    }
}
