using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Configuration;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Networks;
using Reproduce.Inference.Training;
using Reproduce.Runner.Catalogue;
using Reproduce.Runner.Inferring;
using Reproduce.Runner.Pipeline;
using Reproduce.Tests.Configuration;
using Reproduce.Tests.Runner;
using Reproduce.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tests.Faults;

/// <summary>A model's file that somebody sends: read, or refused in a line, soon and in little memory; nothing in it is run.</summary>
[Category(FastUnlessSlowAttribute.Slow)]
public sealed class ModelFileTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10);

    private TemporaryFolder _folder = null!;
    private string _path = "";

    [SetUp]
    public void SetUp()
    {
        _folder = new TemporaryFolder();
        _path = Path.Combine(_folder.Path, "model.npz");
        using TrainedModel model = Model();
        ModelFile.Write(_path, model);
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void AFileGivesTheModelBack()
    {
        using DisposeScope scope = NewDisposeScope();
        using TrainedModel model = Model(), read = ModelFile.Read(_path, CPU);
        Tensor x = tensor(new float[,] { { 0.3f, -0.2f } }), theta = tensor(new float[,] { { 0.1f, 0.5f } });

        Tensor Density(TrainedModel m) => ((ITractableDensity)m.Estimator).LogProb(theta, m.Estimator.Summarise(new Observation(x)));

        Assert.Multiple(() =>
        {
            Assert.That(
                CanonicalJson.Write(read.Settings, SettingKinds.All), Is.EqualTo(CanonicalJson.Write(model.Settings, SettingKinds.All)));
            Assert.That(Density(read).item<float>(), Is.EqualTo(Density(model).item<float>()));
            Assert.That(read.Known.bytes.ToArray(), Is.EqualTo(model.Known.bytes.ToArray()));
            Assert.That(read.Others.bytes.ToArray(), Is.EqualTo(model.Others.bytes.ToArray()));
            Assert.That(read.Key, Is.EqualTo(model.Key));
        });
    }

    [Test]
    public void MutatedModelsAreReadOrRefused() => FaultLog.Try(8, "mutated files of trained models", () =>
    {
        int cases = FaultLog.Cases(100, 500), refused = 0;
        byte[] good = File.ReadAllBytes(_path);
        Random random = new(77);
        long most = 0;
        for (int i = 0; i < cases; i++)
        {
            // Damage in a zip archive is found by its checksums: half of the files are whole and say something else.
            if (i % 2 == 0)
            {
                File.WriteAllBytes(_path, ByteDamage.Mutate(good, random));
            }
            else
            {
                File.WriteAllBytes(_path, good);
                WriteOtherwise(random);
            }

            long before = GC.GetTotalAllocatedBytes();
            string name = $"case {i}";
            refused += TimeLimit.Hold(s_limit, name, () => IsRefused(name)) ? 1 : 0;
            most = Math.Max(most, GC.GetTotalAllocatedBytes() - before);
        }

        Assert.That(refused, Is.GreaterThan(cases / 2));
        return (cases, $"{refused} refused, {cases - refused} harmless; no other exception; at most {most / 1024} KiB taken for a file of "
            + $"{good.Length / 1024} KiB");
    });

    /// <summary>What somebody with bad intentions would send: each refused for its own reason, in little memory.</summary>
    [Test]
    public void HostileModelsAreRefused() => FaultLog.Try(8, "hostile files of trained models, made by hand", () =>
    {
        byte[] good = File.ReadAllBytes(_path);
        (string Name, string Reason, Action Write)[] cases =
        [
            .. Enumerable.Range(0, 16).Select(i => ($"cut after {i} sixteenths", "", (Action)(() => Cut(i / 16.0)))),
            ("a zip bomb", "more than 16 times the file's", () => Add("bomb", Npy("(300000000,)", new byte[300_000_000]))),
            ("a huge declared shape", "there are 4", () => Replace("model_known", Npy("(100000, 100000)", new byte[4]))),
            ("an impossible shape", "impossibly large", () => Replace("model_known", Npy("(4294967296, 4294967296)", new byte[4]))),
            ("an entry that leaves the folder", "", () => Add("../../outside", Npy("(4,)", new byte[4]))),
            ("an absolute entry", "", () => Add("/tmp/outside", Npy("(4,)", new byte[4]))),
            ("a pickled object", "", () => Add("object", Npy("(1,)", new byte[8], "|O"))),
            ("code for a header", "header cannot be read", () => Add("code", Header("__import__('os').system('id')", []))),
            ("weights of NaN", "expected finite numbers", () => Change(w => full_like(w, float.NaN))),
            ("weights of infinity", "expected finite numbers", () => Change(w => full_like(w, float.PositiveInfinity))),
            ("weights of whole numbers", "", () => Change(w => w.to(ScalarType.Int64))),
            ("weights of another shape", "do not fit the network", () => Change(w => w.flatten())),
            ("no simulation", "", () => Rewrite(a => a.Where(p => !p.Key.StartsWith("example_", StringComparison.Ordinal)).ToDictionary())),
            ("a title that a terminal obeys", "title: expected", () => Say("\"title\":\"Tiny\"", "\"title\":\"\\u001b[2JTiny\"")),
            ("a name of two lines", "labels[0]: expected", () => Say("\"labels\":[\"", "\"labels\":[\"\\n| b |")),
            ("ten thousand brackets", "", () => Text(new string('[', 10_000))),
            ("names that name themselves", "", () => Text("a: &a [*a, *a]")),
            ("settings of two megabytes", "", () => Text(new string(' ', 2_000_000))),
        ];
        long most = 0;
        foreach ((string name, string reason, Action write) in cases)
        {
            File.WriteAllBytes(_path, good);
            write();
            using Process self = Process.GetCurrentProcess();
            long before = GC.GetTotalAllocatedBytes(), resident = self.WorkingSet64;
            ConfigurationException? e = Assert.Throws<ConfigurationException>(() => ModelFile.Read(_path, CPU), name);
            most = Math.Max(most, GC.GetTotalAllocatedBytes() - before);
            self.Refresh();
            Assert.That(e!.Message, Does.Contain(reason), name);
            Assert.That(e.Problems.All(line => line.Length is > 0 and < 1000 && !line.Any(char.IsControl)), Is.True, name);
            // Tensors are no memory of .NET's; the bomb's has 300 MB.
            Assert.That(self.WorkingSet64 - resident, Is.LessThan(100 << 20), name);
        }

        string[] beside = [.. Directory.EnumerateFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories)];
        Assert.That(beside, Is.EqualTo(new[] { _path }), "nothing was unpacked");
        return (cases.Length, $"all refused in one line each; at most {most / 1024} KiB taken for a file of {good.Length / 1024} KiB");

        void Cut(double share) => File.WriteAllBytes(_path, good[..(int)(good.Length * share)]);

        void Say(string right, string wrong)
        {
            using DisposeScope scope = NewDisposeScope();
            string text = ModelFileTests.Text(Npz.Read(_path));
            Assert.That(text, Does.Contain(right));
            Text(text.Replace(right, wrong, StringComparison.Ordinal));
        }

        void Text(string text) => Rewrite(arrays =>
        {
            arrays["model_settings"] = tensor(Encoding.UTF8.GetBytes(text));
            return arrays;
        });

        void Change(Func<Tensor, Tensor> change) => Rewrite(arrays =>
        {
            string name = arrays.Keys.First(k => k.Contains("weight", StringComparison.OrdinalIgnoreCase));
            arrays[name] = change(arrays[name]);
            return arrays;
        });
    });

    [TestCase("\"units\":16", "\"units\":65536", "weights, there are")]
    [TestCase("\"kind\":\"acf\"", "\"kind\":\"afc\"", "did you mean 'acf'?")]
    [TestCase("\"layers\":2", "\"layers\":3", "do not fit the network")]
    [TestCase("\"experiment\":\"tiny\"", "\"experiment\":\"../tiny\"", "experiment: expected a text of the form")]
    [TestCase("\"version\":1", "\"version\":2", "version: expected")]
    [TestCase("[\"a\",\"b\"],\"rows_per_pass\"", "[\"a\"],\"rows_per_pass\"", "as many parameters as there are names")]
    [TestCase("\"summary\":", "\"task\":{\"kind\":\"external\",\"command\":[\"sh\"]},\"summary\":", "unknown key 'task'")]
    public void SettingsThatDoNotFitAreRefused(string right, string wrong, string reason)
    {
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> arrays = Npz.Read(_path);
        string text = Text(arrays);
        Assert.That(text, Does.Contain(right));
        arrays["model_settings"] = tensor(Encoding.UTF8.GetBytes(text.Replace(right, wrong, StringComparison.Ordinal)));
        Npz.Write(_path, arrays);

        Assert.That(() => ModelFile.Read(_path, CPU), Throws.TypeOf<ConfigurationException>().With.Message.Contains(reason));
    }

    /// <summary>Bounds of parameters may be infinite, and nothing else; outside of them the density is zero.</summary>
    [Test]
    public void BoundsMayBeInfiniteButNotTurned()
    {
        const float No = float.NegativeInfinity, All = float.PositiveInfinity;
        using DisposeScope scope = NewDisposeScope();
        using (TrainedModel model = Model(unbounded: true))
        {
            ModelFile.Write(_path, model);
        }

        Bound([0, No], [All, 1]);
        using TrainedModel read = ModelFile.Read(_path, CPU);
        ITractableDensity density = (ITractableDensity)read.Estimator;
        Tensor theta = tensor(new float[,] { { 0.1f, 0.5f }, { -0.1f, 0.5f }, { 0.1f, 1.5f } });
        Tensor condition = read.Estimator.Summarise(new Observation(tensor(new float[,] { { 0.3f, -0.2f } }))).expand(3, -1);

        Assert.That(
            density.LogProb(theta, condition).isfinite().data<bool>().ToArray(), Is.EqualTo(new[] { true, false, false }));
        foreach ((float[] low, float[] high) in new[]
        {
            (new[] { 2, No }, new[] { 1, All }), (new[] { All, No }, new[] { All, All }), (new[] { float.NaN, No }, new[] { 1, All }),
        })
        {
            Bound(low, high);
            Assert.That(
                () => ModelFile.Read(_path, CPU),
                Throws.TypeOf<ConfigurationException>().With.Message.Contains("expected lower bounds below the upper ones"));
        }

        void Bound(float[] low, float[] high) => Rewrite(arrays =>
        {
            foreach ((string end, float[] bounds) in new[] { ("thetaLow", low), ("thetaHigh", high) })
            {
                arrays[arrays.Keys.Single(k => k.EndsWith(end, StringComparison.Ordinal))] = tensor(bounds);
            }

            return arrays;
        });
    }

    [Test]
    public void AFileOfAnotherKindIsNamed()
    {
        Npz.Write(_path, new Dictionary<string, Tensor> { ["draws"] = ones(2) });

        Assert.That(
            () => ModelFile.Read(_path, CPU),
            Throws.TypeOf<ConfigurationException>().With.Message.Contains("model.npz: there is no array 'model_settings'"));
    }

    private bool IsRefused(string name)
    {
        try
        {
            ModelFile.Read(_path, CPU).Dispose();
            return false;
        }
        catch (ConfigurationException e)
        {
            Assert.That(e.Problems.All(line => line.Length > 0 && !line.Any(char.IsControl)), Is.True, $"{name}: {e.Message}");
            return true;
        }
    }

    private void WriteOtherwise(Random random)
    {
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> arrays = Npz.Read(_path);
        string name = arrays.Keys.Order(StringComparer.Ordinal).ElementAt(random.Next(arrays.Count));
        Tensor old = arrays[name];
        switch (random.Next(8))
        {
            case 0: arrays.Remove(name); break;
            case 1: arrays[name] = zeros(0L, 3L); break;
            case 2: arrays[name] = old.to(ScalarType.Float64); break;
            case 3: arrays[name] = tensor(float.NaN); break;
            case 4: arrays[name] = cat([old.flatten(), old.flatten()]); break;
            case 5: arrays["example_x_more"] = ones(1L, (long)random.Next(1, 9)); break;
            default:
                byte[] text = HostileYaml.Mutate(Encoding.UTF8.GetBytes(Text(arrays)), random);
                arrays["model_settings"] = tensor(text);
                break;
        }

        Npz.Write(_path, arrays);
    }

    private void Rewrite(Func<Dictionary<string, Tensor>, Dictionary<string, Tensor>> change)
    {
        using DisposeScope scope = NewDisposeScope();
        Npz.Write(_path, change(Npz.Read(_path)));
    }

    private void Add(string name, byte[] npy)
    {
        using ZipArchive archive = ZipFile.Open(_path, ZipArchiveMode.Update);
        using Stream entry = archive.CreateEntry(name + ".npy", CompressionLevel.Optimal).Open();
        entry.Write(npy);
    }

    private void Replace(string name, byte[] npy)
    {
        using (ZipArchive archive = ZipFile.Open(_path, ZipArchiveMode.Update))
        {
            archive.GetEntry(name + ".npy")!.Delete();
        }

        Add(name, npy);
    }

    private static byte[] Npy(string shape, byte[] data, string type = "|u1") =>
        Header($"{{'descr': '{type}', 'fortran_order': False, 'shape': {shape}, }}", data);

    // As numpy writes it: magic, version 1.0, length of the header, header, data.
    private static byte[] Header(string dictionary, byte[] data)
    {
        byte[] header = Encoding.Latin1.GetBytes(dictionary.PadRight((dictionary.Length + 11 + 63) / 64 * 64 - 11) + "\n");
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)(header.Length & 255), (byte)(header.Length >> 8), .. header, .. data];
    }

    private static string Text(Dictionary<string, Tensor> arrays) =>
        Encoding.UTF8.GetString(arrays["model_settings"].data<byte>().ToArray());

    private static TrainedModel Model(bool unbounded = false)
    {
        using RandomSource random = new(RandomKey.FromSeed(4));
        AffineFlowSettings settings = new()
        {
            Training = new TrainingSettings { Epochs = 1, BatchSize = 32, LearningRate = 1e-3 },
            Flow = new() { Layers = 2, Units = 16 },
            Standardise = true,
            Unbounded = unbounded,
        };
        Simulations simulations = new(random.Normal([32, 2]), new Observation(random.Normal([32, 2])));
        NetworkDesign design = new("acf", settings, new DirectSummarySettings(), RandomKey.FromSeed(5));
        return new TrainedModel
        {
            Settings = new ModelSettings
            {
                Version = ModelFile.Version,
                Experiment = "tiny",
                Title = "Tiny",
                Contender = "acf",
                Settings = settings,
                Summary = design.Summary,
                Budget = 32,
                Parameters = ["a", "b"],
                Labels = ["α", "β"],
                Key = "00000000000000ff",
                Origin = "a test",
            },
            Style = ReportStyles.Of([ReportStyles.Named("acf", settings)]).Of("acf"),
            Estimator = EstimatorFactory.CreateLike(design, simulations, CPU),
            Example = simulations.Take(1),
            Known = random.Normal([20, 2]),
            Others = random.Normal([5, 2]),
        };
    }
}
