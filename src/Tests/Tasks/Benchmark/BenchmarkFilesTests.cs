using System.Globalization;
using ICSharpCode.SharpZipLib.BZip2;
using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Tasks.Benchmark;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tests.Tasks.Benchmark;

/// <summary>Observations and reference draws of sbibm's layout, from files that the test makes.</summary>
public sealed class BenchmarkFilesTests
{
    private DisposeScope _scope = null!;
    private string _folder = null!;

    [SetUp]
    public void SetUp()
    {
        _scope = NewDisposeScope();
        _folder = Directory.CreateTempSubdirectory("benchmark").FullName;
    }

    [TearDown]
    public void TearDown()
    {
        _scope.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public void TestSetsAndReferenceDrawsAreThePublishedOnes()
    {
        WriteTask("two_moons", 2, 2, draws: 30);
        BenchmarkTask task = new(new BenchmarkSettings { Problem = BenchmarkName.TwoMoons, DataFolder = _folder });
        (Tensor theta, Observation x) = task.First(3);
        Assert.That(TaskAssert.Values(theta), Is.EqualTo(new[] { 1.5, 2.5, 2.5, 3.5, 3.5, 4.5 }));
        Assert.That(TaskAssert.Values(x.Sole), Is.EqualTo(new[] { 0.1, 0.2, 0.2, 0.3, 0.3, 0.4 }).Within(1e-7));

        // In another order than that of the files: draws belong to an observation, not to its place.
        using Observation turned = new(x.Sole.flip(0));
        Tensor draws = task.Sample(turned, 20, RandomKey.FromSeed(1));
        Assert.That(draws.shape, Is.EqualTo(new long[] { 3, 20, 2 }));
        Assert.That(TaskAssert.Values(draws[0, 4]), Is.EqualTo(new[] { 304.0, 304.5 }), "fifth draw of the third observation");
        Assert.That(TaskAssert.Values(draws[2, 0]), Is.EqualTo(new[] { 100, 100.5 }), "first draw of the first one");
        Assert.That(
            () => task.Sample(x, 31, RandomKey.FromSeed(1)),
            Throws.ArgumentException.With.Message.Contains("expected at most 30, as many as are published, got 31"));
        using Observation other = new(tensor([7f, 7]).reshape(1, 2));
        Assert.That(
            () => task.Sample(other, 5, RandomKey.FromSeed(1)),
            Throws.ArgumentException.With.Message.Contains("expected one of the ten observations"));
    }

    [Test]
    public void TheSecondDrawsAreTheOtherReference()
    {
        WriteTask("gaussian_linear", 10, 10, draws: 30);
        BenchmarkTask task = new(new BenchmarkSettings { Problem = BenchmarkName.GaussianLinear, DataFolder = _folder });
        (_, Observation x) = task.First(10);
        Tensor published = task.Sample(x, 30, RandomKey.FromSeed(1)), own = task.SampleAgain(x, 4000, RandomKey.FromSeed(2));
        Assert.That(published.min().item<float>(), Is.GreaterThanOrEqualTo(100), "as they are in the files");
        Tensor expected = (x.Sole / 2).unsqueeze(1);
        Assert.That((own.mean([1L], keepdim: true) - expected).abs().max().item<float>(), Is.LessThan(6 * Math.Sqrt(0.05 / 4000)));
        Assert.That(TaskAssert.Values(own.var(1).mean([0])), Is.All.EqualTo(0.05).Within(0.0025));
        BenchmarkTask turned = new(new BenchmarkSettings
        {
            Problem = BenchmarkName.GaussianLinear,
            DataFolder = _folder,
            OwnReference = true,
        });
        Assert.That(turned.Sample(x, 4000, RandomKey.FromSeed(2)).eq(own).all().item<bool>(), Is.True);
        Assert.That(turned.SampleAgain(x, 30, RandomKey.FromSeed(1)).eq(published).all().item<bool>(), Is.True);
    }

    [Test]
    public void DistractorsAreDrawnFromTheirMixtureAndPutInOrder()
    {
        // Two components at 1000 and -1000 with scales of 1 and 3, and the numbers from behind.
        WriteTask("slcp", 5, 8, draws: 30);
        Tensor location = stack([full(92, 1000.0, dtype: ScalarType.Float64), full(92, -1000.0, dtype: ScalarType.Float64)]);
        Tensor factor = stack([eye(92, dtype: ScalarType.Float64), eye(92, dtype: ScalarType.Float64) * 3]);
        Npz.Write(
            Path.Combine(_folder, "slcp", "distractors.npz"),
            new Dictionary<string, Tensor> { ["loc"] = location, ["scale_tril"] = factor });
        File.WriteAllText(
            Path.Combine(_folder, "slcp", "permutation_idx.csv"), string.Join(",", Enumerable.Range(0, 100).Reverse()));
        BenchmarkTask task = new(new BenchmarkSettings { Problem = BenchmarkName.SlcpDistractors, DataFolder = _folder });
        (_, Observation tests) = task.First(10);
        double[] first = TaskAssert.Values(tests.Sole[0]);
        Assert.That(first[^8..].Reverse(), Is.EqualTo(Enumerable.Range(1, 8).Select(i => 0.1 * i)).Within(1e-7), "slcp's come last");

        const int Rows = 4000;
        using RandomSource random = new(RandomKey.FromSeed(3));
        Tensor x = task.Simulate(tensor([0.5f, -1, 0.5f, 0.5f, 0]).expand(Rows, 5), random).Sole;
        Assert.That(x.narrow(1, 92, 8).abs().max().item<float>(), Is.LessThan(3), "slcp's numbers");
        Tensor high = x.select(1, 0) > 0, distances = (x.narrow(1, 0, 92).abs() - 1000).abs();
        Assert.That(high.to(ScalarType.Float64).mean().item<double>(), Is.EqualTo(0.5).Within(6 * 0.5 / Math.Sqrt(Rows)));

        // |t| of two degrees of freedom is below 1 with probability 1 / sqrt 3; the numbers of a row share their chi-square.
        double near = (distances < where(high, 1, 3).unsqueeze(1)).to(ScalarType.Float64).mean().item<double>();
        Assert.That(near, Is.EqualTo(1 / Math.Sqrt(3)).Within(6 * 0.3 / Math.Sqrt(Rows)));
    }

    [TestCase("1,2\n3,x", "line 2: expected numbers with commas between them, got '3,x'")]
    [TestCase("a\n1,2\n3", "line 3: expected 2 numbers as before, got 1")]
    [TestCase("a,b\n", "there are no numbers")]
    public void ADamagedFileIsNamed(string text, string message)
    {
        WriteTask("sir", 2, 10, draws: 30);
        string path = Path.Combine(_folder, "sir", "num_observation_2", "observation.csv");
        File.WriteAllText(path, text);
        BenchmarkTask task = new(new BenchmarkSettings { Problem = BenchmarkName.Sir, DataFolder = _folder });
        Assert.That(
            () => task.First(10), Throws.TypeOf<InvalidDataException>().With.Message.StartsWith(path).And.Message.Contains(message));
    }

    [Test]
    public void AMissingFileIsNamedBeforeAnythingIsComputed()
    {
        BenchmarkSettings settings = new() { Problem = BenchmarkName.Sir, DataFolder = _folder };
        Assert.That(settings.FindMissingInput(), Does.StartWith("data_folder: there is no file").And.Contains("sir"));
        WriteTask("sir", 2, 10, draws: 30);
        Assert.That(settings.FindMissingInput(), Is.Null);
        WriteTask("slcp", 5, 8, draws: 30);
        Assert.That((settings with { Problem = BenchmarkName.SlcpDistractors }).FindMissingInput(), Does.Contain("distractors.npz"));
    }

    // Draw k of observation i is 100 i + k, and half more in each further column.
    private void WriteTask(string task, int dimension, int length, int draws)
    {
        static string Line(IEnumerable<double> numbers) =>
            string.Join(",", numbers.Select(n => n.ToString("0.####", CultureInfo.InvariantCulture)));
        for (int i = 1; i <= 10; i++)
        {
            string folder = Directory.CreateDirectory(Path.Combine(_folder, task, $"num_observation_{i}")).FullName;
            File.WriteAllText(
                Path.Combine(folder, "observation.csv"), "header\n" + Line(Enumerable.Range(0, length).Select(d => 0.1 * (i + d))) + "\n");
            File.WriteAllText(
                Path.Combine(folder, "true_parameters.csv"), "header\n" + Line(Enumerable.Range(0, dimension).Select(d => i + d + 0.5)));
            IEnumerable<string> rows = Enumerable.Range(0, draws)
                .Select(k => Line(Enumerable.Range(0, dimension).Select(d => 100 * i + k + 0.5 * d)));
            using FileStream file = File.Create(Path.Combine(folder, "reference_posterior_samples.csv.bz2"));
            using BZip2OutputStream packed = new(file);
            using StreamWriter writer = new(packed);
            writer.Write("header\n" + string.Join("\n", rows) + "\n");
        }
    }
}
