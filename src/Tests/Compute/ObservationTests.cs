using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Tests.Support;
using static TorchSharp.torch;

namespace Reproduce.Tests.Compute;

public sealed class ObservationTests : ScopedTests
{
    private static Observation TwoParts() => new(new Dictionary<string, Tensor>
    {
        ["series"] = arange(12, dtype: ScalarType.Float32).reshape(3, 4),
        ["image"] = arange(12, dtype: ScalarType.Float32).reshape(3, 1, 2, 2),
    });

    private static float[] First(Tensor t) => t.reshape(t.shape[0], -1).select(1, 0).contiguous().data<float>().ToArray();

    [Test]
    public void PartsAreInOrdinalOrderWithOneBatchSize()
    {
        Observation x = TwoParts();
        Assert.That(x.Count, Is.EqualTo(3));
        Assert.That(x.Parts.Keys, Is.EqualTo(s_names));
        Assert.That(x["series"].shape[1], Is.EqualTo(4));
    }

    private static readonly string[] s_names = ["image", "series"];

    [Test]
    public void RowsAreSelectedInEveryPart()
    {
        Observation x = TwoParts();
        Observation selected = x.Select(tensor([2L, 0L, 2L]));
        Assert.That(First(selected["series"]), Is.EqualTo(new float[] { 8, 0, 8 }));
        Assert.That(First(selected["image"]), Is.EqualTo(new float[] { 8, 0, 8 }));
        Observation narrow = x.Narrow(1, 2);
        Assert.That(narrow.Count, Is.EqualTo(2));
        Assert.That(First(narrow["image"]), Is.EqualTo(new float[] { 4, 8 }));
    }

    [Test]
    public void WhatIsDerivedMayBeDisposedOnItsOwn()
    {
        Observation x = TwoParts();
        x.To(CPU).Dispose();
        x.Narrow(0, 1).Dispose();
        Assert.That(First(x["series"]), Is.EqualTo(new float[] { 0, 4, 8 }));
    }

    [Test]
    public void DetachedObservationOutlivesItsScope()
    {
        Observation x;
        using (NewDisposeScope())
        {
            x = TwoParts().DetachFromDisposeScope();
        }

        using (x)
        {
            Assert.That(First(x["series"]), Has.Length.EqualTo(3));
        }

        Assert.That(x["series"].IsInvalid, Is.True, "Dispose frees the tensors");
    }

    [Test]
    public void MistakesAreNamed()
    {
        Dictionary<string, Tensor> uneven = new() { ["a"] = zeros(3, 1), ["b"] = zeros(2, 1) };
        Assert.That(() => new Observation(uneven),
            Throws.ArgumentException.With.Message.Contains("expected a batch of 3").And.Message.Contains("[2, 1]"));
        Assert.That(() => new Observation(new Dictionary<string, Tensor>()),
            Throws.ArgumentException.With.Message.Contains("at least one"));
        Assert.That(() => TwoParts()["radial"], Throws.ArgumentException.With.Message.Contains("'radial'; it has: image, series"));
        Assert.That(() => TwoParts().Sole, Throws.InvalidOperationException.With.Message.Contains("image, series"));
        Assert.That(new Observation(zeros(5, 2)).Sole.shape[0], Is.EqualTo(5));
    }
}
