using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Configuration;
using Reproduce.Runner.Pipeline;
using Reproduce.Tests.Support;
using static TorchSharp.torch;

namespace Reproduce.Tests.Runner;

/// <summary>Observed sets of varying size: how they may be written, and what becomes of them.</summary>
public sealed class ObservationFileTests : ScopedTests
{
    [Test]
    public void ASetHasTheMembersThatItIsGiven()
    {
        Observation x = Fit(2, ("y", tensor(new float[] { 1, 2, 3, 4, 5, 6 }, [3, 2])));

        Assert.That(x["y"].flatten().data<float>().ToArray(), Is.EqualTo(new float[] { 1, 2, 3, 4, 5, 6, 0, 0 }));
        Assert.That(x["y"].shape, Is.EqualTo(new long[] { 1, 4, 2 }));
        Assert.That(x["y_length"].data<float>().ToArray(), Is.EqualTo(new float[] { 3 }));
    }

    [Test]
    public void ASetOfNumbersNeedsNoLastAxisNorName()
    {
        Observation x = Fit(1, ("x", tensor(new float[] { 5, 6 })));

        Assert.That(x["y"].flatten().data<float>().ToArray(), Is.EqualTo(new float[] { 5, 6, 0, 0 }));
        Assert.That(x["y_length"].data<float>().ToArray(), Is.EqualTo(new float[] { 2 }));
    }

    [Test]
    public void SeveralSetsHaveTheirLengthsBesideThem()
    {
        Tensor sets = ones(2, 3, 2);
        sets[0, 1..] = float.NaN;

        Observation x = Fit(2, ("y", sets), ("y_length", tensor(new float[] { 1, 3 })));

        Assert.That(x["y"].sum([1L, 2L]).data<float>().ToArray(), Is.EqualTo(new float[] { 2, 6 }));
        Assert.That(x["y_length"].data<float>().ToArray(), Is.EqualTo(new float[] { 1, 3 }));
    }

    [Test]
    public void WhatDoesNotFitIsRefused() => Assert.Multiple(() =>
    {
        Assert.That(() => Fit(2, ("y", ones(5, 2))), Refused("a set of at most 4 members of 2 numbers"));
        Assert.That(() => Fit(2, ("y", ones(3, 3))), Refused("a set of at most 4 members of 2 numbers"));
        Assert.That(() => Fit(2, ("y", ones(2, 3, 2)), ("y_length", tensor(new float[] { 1, 7 }))), Refused("whole numbers from 0 to 4"));
        Assert.That(() => Fit(2, ("y", ones(2, 3, 2)), ("y_length", tensor(new float[] { 1, 2, 3 }))), Refused("as many observations"));
        Assert.That(() => Fit(2, ("y", full([3, 2], float.NaN))), Refused("'y': expected finite numbers"));
        Assert.That(() => Fit(2, ("z", ones(3, 2)), ("y_length", ones(1))), Refused("expected the arrays y, y_length, got y_length, z"));
    });

    private static Observation Fit(int width, params (string Name, Tensor Value)[] given)
    {
        Observation example = new(new Dictionary<string, Tensor> { ["y"] = zeros(1, 4, width), ["y_length"] = zeros(1, 1) });
        using ObservationFile file = new("own.npz", given.ToDictionary(g => g.Name, g => g.Value));
        return file.Fit(example);
    }

    private static NUnit.Framework.Constraints.ContainsConstraint Refused(string reason) =>
        Throws.TypeOf<ConfigurationException>().With.Message.Contains(reason);
}
