using NUnit.Framework;
using Reproduce.Tasks;
using Reproduce.Tasks.External;
using static TorchSharp.torch;

namespace Reproduce.Tests.Tasks.External;

/// <summary>Simulators whose answers are sets of varying size.</summary>
[Category(FastUnlessSlowAttribute.Slow)]
public sealed class ExternalSetsTests : ExternalTaskFixture
{
    /// <summary>Members 1 .. n in a set of n, of which five have room; a set of six costs its own simulation alone.</summary>
    /// <param name="batched">Whether the simulator gives a list for all simulations.</param>
    [TestCase(false)]
    [TestCase(true)]
    public void SetsOfVaryingSizeComeWithTheirLengths(bool batched)
    {
        string script = """
            import numpy as np
            from reproduce_worker import serve

            def members(theta):
                n = int(theta[0])
                return np.stack([np.arange(1, n + 1), theta[2] * np.ones(n)], 1)

            """ + (batched
                ? "serve(lambda theta, rng: {'y': [members(row) for row in theta], 'z': theta[:, 0]}, batched=True)\n"
                : "serve(lambda theta, rng: {'y': members(theta), 'z': theta[0]})\n");
        using ExternalTask task = new(Settings(script) with { Sets = [new SetSettings { Name = "y", Max = 5 }] });
        Tensor theta = tensor(new float[] { 2, 10, 0, 20, 6, 30, 5, 40 }, [4, 2]);

        SimulationBatch batch = task.SimulateBatch(theta, Key, Request());

        Assert.Multiple(() =>
        {
            Assert.That(batch.Failures.Select(f => f.Row), Is.EqualTo(new long[] { 2 }));
            Assert.That(batch.Failures[0].Reason, Does.Contain("y has 6 members, more than 5"));
            Assert.That(batch.X.Parts.Keys, Is.EqualTo(new[] { "y", "y_length", "z" }));
            Assert.That(batch.X["y"].shape, Is.EqualTo(new long[] { 4, 5, 2 }));
            Assert.That(Row(batch, "y_length", 0).Concat(Row(batch, "y_length", 1)), Is.EqualTo(new float[] { 2, 0 }));
            Assert.That(Row(batch, "y", 0), Is.EqualTo(new float[] { 1, 10, 2, 10, 0, 0, 0, 0, 0, 0 }));
            Assert.That(Row(batch, "y", 1), Is.EqualTo(new float[10]));
            Assert.That(Row(batch, "y", 3), Is.EqualTo(new float[] { 1, 40, 2, 40, 3, 40, 4, 40, 5, 40 }));
        });
    }

    [TestCase("{'y': np.full((len(theta), 5, 2), np.nan)}", "expected the arrays 'y' and 'y_length'")]
    [TestCase("{'y': np.zeros((len(theta), 4, 2)), 'y_length': theta[:, 0]}", "with room for 5 members as the settings say, got 4")]
    [TestCase("{'y': np.zeros((len(theta), 5, 2)), 'y_length': theta[:, 0] + 5}", "'y_length' is no whole number from 0 to 5")]
    public void ASetThatCannotBeIsRefused(string answer, string reason)
    {
        // A program without the helper's padding: an empty list of sets.
        string script = "import numpy as np, reproduce_worker\nreproduce_worker.with_sets = lambda arrays, sets: arrays\n"
            + $"reproduce_worker.serve(lambda theta, rng: {answer}, batched=True)\n";
        using ExternalTask task = new(Settings(script) with { Sets = [new SetSettings { Name = "y", Max = 5 }] });

        Assert.That(() => task.SimulateBatch(ones(40, 2), Key, Request(workers: 1)), Broken(reason));
    }

    /// <summary>What is behind the members may be anything, NaN too.</summary>
    [Test]
    public void PaddingIsNoFailure()
    {
        string script = "import numpy as np\nfrom reproduce_worker import serve\n"
            + "serve(lambda theta, rng: {'y': np.full((len(theta), 5), np.nan), 'y_length': 0 * theta[:, 0]}, batched=True)\n";
        using ExternalTask task = new(Settings(script) with { Sets = [new SetSettings { Name = "y", Max = 5 }] });

        SimulationBatch batch = task.SimulateBatch(ones(4, 2), Key, Request());

        Assert.That(batch.Failures, Is.Empty);
        Assert.That(batch.X["y"].shape, Is.EqualTo(new long[] { 4, 5, 1 }));
        Assert.That(Row(batch, "y", 0), Is.EqualTo(new float[5]));
    }

    [Test]
    public void TheHelperForRKnowsSetsAndMatrices()
    {
        const string Script = """
            source("reproduce_worker.R")
            serve(function(theta) list(y = matrix(seq_len(2 * theta["a"]), ncol = 2), m = matrix(1:6, 2), v = 1:3))
            """;
        using ExternalTask task = new(Settings(Script) with
        {
            Command = [Rscript.OrIgnore(), "--vanilla", "simulator.R"],
            Sets = [new SetSettings { Name = "y", Max = 3 }],
        });
        Folder.File("simulator.R", Script);

        SimulationBatch batch = task.SimulateBatch(tensor(new float[] { 2, 0, 0, 0, 3, 0 }, [3, 2]), Key, Request(workers: 1));

        Assert.Multiple(() =>
        {
            Assert.That(batch.Failures, Is.Empty);
            Assert.That(Row(batch, "y", 0), Is.EqualTo(new float[] { 1, 3, 2, 4, 0, 0 }));
            Assert.That(Row(batch, "y", 1), Is.EqualTo(new float[6]));
            Assert.That(Row(batch, "y", 2), Is.EqualTo(new float[] { 1, 4, 2, 5, 3, 6 }));
            Assert.That(batch.X["y_length"].data<float>().ToArray(), Is.EqualTo(new float[] { 2, 0, 3 }));
            Assert.That(batch.X["m"].shape, Is.EqualTo(new long[] { 3, 2, 3 }));
            Assert.That(Row(batch, "m", 1), Is.EqualTo(new float[] { 1, 3, 5, 2, 4, 6 }));
            Assert.That(Row(batch, "v", 1), Is.EqualTo(new float[] { 1, 2, 3 }));
        });
    }
}
