using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Compute.Priors;
using Reproduce.Tasks;
using Reproduce.Tasks.Denoising;
using Reproduce.Tasks.Offline;
using Reproduce.Tests.Runner;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tests.Tasks;

/// <summary>Simulations in files: which rows are for what, and files that cannot be used.</summary>
public sealed class SimulationsTaskTests
{
    private TemporaryFolder _folder = null!;
    private DisposeScope _scope = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TemporaryFolder();
        _scope = NewDisposeScope();
    }

    [TearDown]
    public void TearDown()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    /// <summary>theta of row i is (i, i), y is i and z five times i.</summary>
    [Test]
    public void OneFileIsDividedInto80And10And10Percent()
    {
        SimulationsSettings settings = Settings(Write("all.npz", 50));
        SimulationsTask task = new(settings);

        (Tensor theta, Observation x) = task.First(DataSplit.Test, 3, _ => { });

        Assert.Multiple(() =>
        {
            Assert.That(settings.SplitSizes, Is.EqualTo((40, 5, 5)));
            Assert.That(theta.select(1, 0).contiguous().data<float>().ToArray(), Is.EqualTo(new float[] { 45, 46, 47 }));
            Assert.That(x["y"].shape, Is.EqualTo(new long[] { 3, 1 }), "a vector of N numbers is N observations of one");
            Assert.That(x["z"].shape, Is.EqualTo(new long[] { 3, 2, 2 }));
            Assert.That(task.First(DataSplit.Validation, 1, _ => { }).Theta[0, 0].item<float>(), Is.EqualTo(40));
            Assert.That(task.First(DataSplit.Training, 1, _ => { }).Theta[0, 0].item<float>(), Is.Zero);
        });
    }

    [Test]
    public void FilesOfTheirOwnAreTakenWhole()
    {
        SimulationsSettings settings = Settings(Write("training.npz", 30)) with
        {
            Validation = Write("v.npz", 7),
            Test = Write("t.npz", 8),
        };

        Assert.That(settings.SplitSizes, Is.EqualTo((30, 7, 8)));
        Assert.That(settings.FindMissingInput(), Is.Null);
        Assert.That((settings with { Test = "none.npz" }).FindMissingInput(), Does.StartWith("test: there is no file 'none.npz'"));
        Assert.That((settings with { Test = "none.npz" }).SplitSizes, Is.Null);
    }

    [Test]
    public void RowsWithNaNAreLeftOutAndCounted()
    {
        SimulationsTask task = new(Settings(Write("all.npz", 50, nan: 2)));
        List<string> told = [];

        (Tensor theta, _) = task.First(DataSplit.Training, 39, told.Add);

        Assert.That(theta.select(1, 0).contiguous().data<float>().ToArray()[..3], Is.EqualTo(new float[] { 0, 1, 3 }));
        Assert.That(told.Single(), Does.Contain("1 of 40 simulations have NaN or infinity").And.Contains("the first is row 2"));
        Assert.That(
            () => task.First(DataSplit.Training, 40, _ => { }),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("40 simulations for training, 1 of them with NaN"));
    }

    /// <summary>An array with lengths beside it: its padding may be anything, its lengths may not.</summary>
    [Test]
    public void ASetOfVaryingSizeHasItsLengthsBesideIt()
    {
        Tensor set = full([20, 3], float.NaN), lengths = ones(20);
        set.narrow(1, 0, 1).fill_(7);
        Write("good.npz");
        lengths[18] = 4;
        Write("bad.npz");

        (_, Observation x) = new SimulationsTask(Settings("good.npz")).First(DataSplit.Training, 16, _ => { });

        Assert.Multiple(() =>
        {
            Assert.That(x["y"].shape, Is.EqualTo(new long[] { 16, 3, 1 }));
            Assert.That(x["y"][15].flatten().data<float>().ToArray(), Is.EqualTo(new float[] { 7, 0, 0 }));
            Assert.That(x["y_length"].shape, Is.EqualTo(new long[] { 16, 1 }));
            Assert.That(
                () => new SimulationsTask(Settings("bad.npz")).First(DataSplit.Test, 2, _ => { }),
                Throws.TypeOf<InvalidDataException>().With.Message.EndsWith("bad.npz: row 18: 'y_length' is no whole number from 0 to 3"));
        });

        void Write(string name) => Npz.Write(
            Path.Combine(_folder.Path, name),
            new Dictionary<string, Tensor> { ["theta"] = zeros(20, 2), ["y"] = set, ["y_length"] = lengths });
    }

    [Test]
    public void AFileOfAnotherFormIsRefused()
    {
        Npz.Write(Path.Combine(_folder.Path, "alone.npz"), new Dictionary<string, Tensor> { ["theta"] = zeros(5, 2) });
        Npz.Write(Path.Combine(_folder.Path, "three.npz"), new Dictionary<string, Tensor> { ["theta"] = zeros(5, 3), ["y"] = zeros(5) });
        Npz.Write(Path.Combine(_folder.Path, "rows.npz"), new Dictionary<string, Tensor> { ["theta"] = zeros(5, 2), ["y"] = zeros(4) });

        Assert.Multiple(() =>
        {
            Assert.That(First("alone.npz"), Refused("expected the array 'theta' and observations beside it"));
            Assert.That(First("three.npz"), Refused("as 2 parameters are named, got (5, 3)"));
            Assert.That(First("rows.npz"), Refused("expected 5 rows in 'y' as in theta"));
        });

        Action First(string file) => () => new SimulationsTask(Settings(file)).First(DataSplit.Training, 1, _ => { });

        static NUnit.Framework.Constraints.ContainsConstraint Refused(string reason) =>
            Throws.TypeOf<InvalidDataException>().With.Message.Contains(reason);
    }

    /// <summary>
    /// Draw s of row i is (i, s): draws belong to their simulation, whatever was left out before it and in whichever order.
    /// </summary>
    [Test]
    public void ReferenceDrawsBelongToTheirSimulations()
    {
        Tensor draws = stack(
            [arange(0, 5).unsqueeze(1).expand(5, 8), arange(0, 8).unsqueeze(0).expand(5, 8)], -1).to(ScalarType.Float64);
        SimulationsTask task = new(Settings(Write("all.npz", 50, nan: 46)) with { Reference = WriteDraws("draws.npz", draws) });
        (_, Observation x) = task.First(DataSplit.Test, 4, _ => { });
        using Observation turned = new(x.Parts.ToDictionary(p => p.Key, p => p.Value.flip(0)));
        IReferencePosterior reference = task.Description.Reference!;

        Tensor first = reference.Sample(turned, 4, RandomKey.FromSeed(1)), second = reference.SampleAgain(turned, 4, RandomKey.FromSeed(2));

        Assert.Multiple(() =>
        {
            Assert.That(first.shape, Is.EqualTo(new long[] { 4, 4, 2 }));
            Assert.That(TaskAssert.Values(first.select(1, 0).select(1, 0)), Is.EqualTo(new double[] { 4, 3, 2, 0 }), "1 failed");
            Assert.That(TaskAssert.Values(first[0].select(1, 1)), Is.EqualTo(new double[] { 0, 1, 2, 3 }));
            Assert.That(TaskAssert.Values(second[0].select(1, 1)), Is.EqualTo(new double[] { 4, 5, 6, 7 }), "no draw twice");
            Assert.That(
                () => reference.Sample(turned, 5, RandomKey.FromSeed(1)),
                Throws.TypeOf<InvalidDataException>().With.Message.Contains("expected at least 10 draws for each simulation"));
            Assert.That(
                () => reference.Sample(task.First(DataSplit.Training, 1, _ => { }).X, 4, RandomKey.FromSeed(1)),
                Throws.ArgumentException.With.Message.Contains("reference draws for them alone"));
        });
    }

    [Test]
    public void ReferenceDrawsOfAnotherFormAreRefused()
    {
        SimulationsSettings settings = Settings(Write("all.npz", 50));
        Tensor broken = zeros(5, 8, 2);
        broken[3, 1, 0] = float.NaN;

        Assert.Multiple(() =>
        {
            Assert.That(
                Sample(WriteDraws("four.npz", zeros(4, 8, 2))),
                Throws.TypeOf<InvalidDataException>().With.Message.Contains("expected 'draws' of the shape (5, S, 2)"));
            Assert.That(
                Sample(WriteDraws("nan.npz", broken)),
                Throws.TypeOf<InvalidDataException>().With.Message.EndsWith("NaN or infinity among the draws of row 3"));
            Assert.That(
                (settings with { Reference = "none.npz" }).FindMissingInput(), Does.StartWith("reference: there is no file 'none.npz'"));
            Assert.That(new SimulationsTask(settings).Description.Reference, Is.Null);
        });

        Action Sample(string file) => () =>
        {
            SimulationsTask task = new(settings with { Reference = file });
            task.Description.Reference!.Sample(task.First(DataSplit.Test, 5, _ => { }).X, 4, RandomKey.FromSeed(1));
        };
    }

    private string WriteDraws(string name, Tensor draws)
    {
        Npz.Write(Path.Combine(_folder.Path, name), new Dictionary<string, Tensor> { ["draws"] = draws });
        return name;
    }

    private SimulationsSettings Settings(string file) => new()
    {
        Training = file,
        Folder = _folder.Path,
        Parameters = [new ParameterSettings { Name = "a" }, new ParameterSettings { Name = "b", Label = "β" }],
    };

    private string Write(string name, int count, int? nan = null)
    {
        Tensor rows = arange(0, count, dtype: ScalarType.Float64).unsqueeze(1);
        Tensor y = rows.squeeze(1).clone();
        if (nan is int row)
        {
            y[row] = double.NaN;
        }

        Dictionary<string, Tensor> arrays = new()
        {
            ["theta"] = rows.expand(-1, 2),
            ["y"] = y,
            ["z"] = 5 * rows.expand(-1, 4).reshape(-1, 2, 2),
        };
        Npz.Write(Path.Combine(_folder.Path, name), arrays);
        return name;
    }
}
