using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Tests.Inference.Support;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Reproduce.Tests.Inference;

/// <summary>What must hold for every part of a flow and for whole flows, with weights that are not at their start.</summary>
public sealed class BijectionTests
{
    private static readonly RandomKey s_key = RandomKey.FromSeed(5);

    [Test]
    public void InverseUndoesForwardInSinglePrecision(
        [ValueSource(typeof(Bijection), nameof(Bijection.Names))] string name, [Values(2, 4, 7)] int dimension)
    {
        using IDisposable scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using Bijection map = Create(name, dimension);
        (Tensor u, Tensor c) = Points(dimension, ScalarType.Float32);
        Assert.That(u.abs().max().item<float>(), Is.GreaterThan(6), "some points must lie outside the spline's domain");
        Tensor back = map.Inverse(map.Forward(u, c).Value, c);
        Assert.That((back - u).abs().max().item<float>(), Is.LessThan(1e-4));
    }

    [Test]
    public void LogDeterminantIsThatOfTheJacobian(
        [ValueSource(typeof(Bijection), nameof(Bijection.Names))] string name, [Values(2, 4, 7)] int dimension)
    {
        using IDisposable scope = NewDisposeScope();
        using Bijection map = Create(name, dimension);
        map.Network.to(ScalarType.Float64);
        (Tensor u, Tensor c) = Points(dimension, ScalarType.Float64);
        u.requires_grad_();
        (Tensor v, Tensor log) = map.Forward(u, c);

        // The rows do not influence one another, so D backward passes give the Jacobians of all rows.
        List<Tensor> rows = [];
        for (int i = 0; i < dimension; i++)
        {
            u.grad?.zero_();
            v.select(1, i).sum().backward(retain_graph: true);
            rows.Add(u.grad!.clone());
        }

        Tensor expected = linalg.slogdet(stack(rows, 1)).Item2;
        Assert.That(log.shape, Is.EqualTo(new long[] { u.shape[0] }));

        // Double precision; the spline adds 1e-10 inside its logarithms.
        Assert.That((log - expected).abs().max().item<double>(), Is.LessThan(1e-6));
        using (no_grad())
        {
            Assert.That((map.Inverse(v, c) - u).abs().max().item<double>(), Is.LessThan(1e-9), "inverse in double precision");
        }
    }

    [Test]
    public void EveryWeightGetsAGradient(
        [ValueSource(typeof(Bijection), nameof(Bijection.Names))] string name,
        [Values(2, 7)] int dimension
    )
    {
        using IDisposable scope = NewDisposeScope();
        using Bijection map = Create(name, dimension);
        (Tensor u, Tensor c) = Points(dimension, ScalarType.Float32);
        (Tensor v, Tensor log) = map.Forward(u, c);
        if (v.requires_grad)
        {
            (v.square().mean() - log.mean()).backward();
        }

        foreach ((string parameter, Parameter weight) in map.Network.named_parameters())
        {
            Assert.That(weight.grad, Is.Not.Null, parameter);
            Assert.That(weight.grad!.abs().max().item<float>(), Is.GreaterThan(0).And.LessThan(float.PositiveInfinity), parameter);
        }
    }

    [Test]
    public void ConditionsOfOtherRowsDoNotMatter([ValueSource(typeof(Bijection), nameof(Bijection.Names))] string name)
    {
        using IDisposable scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using Bijection map = Create(name, 4);
        (Tensor u, Tensor c) = Points(4, ScalarType.Float32);
        Tensor all = map.Forward(u, c).Value.narrow(0, 10, 5);
        Tensor some = map.Forward(u.narrow(0, 10, 5), c.narrow(0, 10, 5)).Value;
        Assert.That((all - some).abs().max().item<float>(), Is.LessThan(1e-5));
    }

    private static Bijection Create(string name, int dimension)
    {
        Bijection map = Bijection.Create(name, dimension);
        map.Network.Perturb(0.1, s_key.Child(name));
        return map;
    }

    private static (Tensor U, Tensor Condition) Points(int dimension, ScalarType dtype)
    {
        using RandomSource random = new(s_key.Child("points"));
        return (random.Normal([200, dimension], dtype: dtype) * 3, random.Normal([200, Bijection.Condition], dtype: dtype));
    }
}
