using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Training;
using Reproduce.Runner.Pipeline;
using Reproduce.Tasks.Denoising;
using Reproduce.Tests.Inference;
using Reproduce.Tests.Inference.Support;
using Reproduce.Tests.Runner;
using Reproduce.Tests.Support;
using static TorchSharp.torch;

namespace Reproduce.Tests.Faults;

/// <summary>
/// Files from elsewhere: 500 mutations of each kind, none of which may crash, hang, take memory, or leave a half-restored training.
/// </summary>
public sealed class ArchiveTests
{
    private const int Mutations = 500;
    private static readonly RandomKey s_key = RandomKey.FromSeed(61);
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void ArraysAreReadOrRefused() => FaultLog.Try(8, "mutated .npz archives", () =>
    {
        string path = Path.Combine(_folder.Path, "x.npz");
        using (Tensor a = arange(600, dtype: ScalarType.Float32).reshape(20, 30))
        using (Tensor b = arange(50, dtype: ScalarType.Int64))
        {
            Npz.Write(path, new Dictionary<string, Tensor> { ["a"] = a, ["b"] = b });
        }

        return Fuzz(path, () =>
        {
            using IDisposable scope = NewDisposeScope();
            // The largest that the reader may take, 16 times the file and something for small ones.
            long bytes = Npz.Read(path).Values.Sum(t => t.numel() * t.element_size());
            Assert.That(bytes, Is.LessThanOrEqualTo((16 * new FileInfo(path).Length) + (1 << 16)));
            return true;
        }, _ => { });
    });

    [Test]
    public void ImagesAreReadOrRefused() => FaultLog.Try(8, "mutated IDX files, plain and compressed", () =>
    {
        string path = Path.Combine(_folder.Path, "x.gz");
        byte[] plain = [0, 0, 8, 3, 0, 0, 0, 10, 0, 0, 0, 20, 0, 0, 0, 20, .. Enumerable.Range(0, 4000).Select(i => (byte)(i * 7))];
        using (FileStream file = File.Create(path))
        using (GZipStream zip = new(file, CompressionLevel.Optimal))
        {
            zip.Write(plain);
        }

        return Fuzz(path, () => IdxFile.Read(path).Values.Length >= 0, _ => { }, plain);
    });

    [Test]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void CheckpointsAreRestoredWholeOrNotAtAll() => FaultLog.Try(8, "mutated checkpoints", () =>
    {
        string path = Path.Combine(_folder.Path, "checkpoint.npz");
        TrainingSettings settings = TrainerTests.Settings with { Epochs = 10, Validations = 5, AverageDecay = 0.9 };
        using Simulations training = LinearGaussian.Simulate(100, s_key);
        byte[] saved = Interrupt(path, settings, training);
        byte[] fresh;
        using (State untouched = new(settings))
        {
            fresh = untouched.Bits();
        }

        State state = new(settings);
        try
        {
            TrainingLength length = TrainingLength.Of(settings, training.Count);
            return Fuzz(path, () => CheckpointFile.TryRestore(path, state.Trainer, length).Problem is null, accepted =>
            {
                Assert.That(state.Bits(), Is.EqualTo(accepted ? saved : fresh));
                if (accepted)
                {
                    state.Dispose();
                    state = new State(settings);
                }
            });
        }
        finally
        {
            state.Dispose();
        }
    });

    // What fits no training of these settings, with right checksums: somebody else's checkpoint, or a forged one.
    [TestCase("first_moment", "missing")]
    [TestCase("average", "missing")]
    [TestCase("average", "of another length")]
    [TestCase("values", "of another length")]
    [TestCase("values", "of another type")]
    [TestCase("epoch_record", "of another length")]
    [TestCase("step", "-1")]
    [TestCase("step", "40")]
    [TestCase("step", "9223372036854775807")]
    [TestCase("seconds", "NaN")]
    [TestCase("extra", "added")]
    public void ACheckpointOfAnotherTrainingIsNotUsed(string name, string how)
    {
        string path = Path.Combine(_folder.Path, "checkpoint.npz");
        TrainingSettings settings = TrainerTests.Settings with { Epochs = 10, Validations = 5, AverageDecay = 0.9 };
        using Simulations training = LinearGaussian.Simulate(100, s_key);
        Interrupt(path, settings, training);
        using IDisposable scope = NewDisposeScope();
        Dictionary<string, Tensor> arrays = Npz.Read(path);
        if (how == "missing")
        {
            arrays.Remove(name);
        }
        else
        {
            arrays[name] = how switch
            {
                "of another length" => arrays[name].narrow(-1, 0, 3),
                "of another type" => arrays[name].to(ScalarType.Float64),
                "NaN" => tensor(double.NaN, dtype: ScalarType.Float64),
                "added" => ones(1),
                _ => tensor(long.Parse(how, System.Globalization.CultureInfo.InvariantCulture), dtype: ScalarType.Int64),
            };
        }

        Npz.Write(path, arrays);
        using State state = new(settings);
        byte[] fresh = state.Bits();

        (TimeSpan spent, string? problem) = CheckpointFile.TryRestore(path, state.Trainer, TrainingLength.Of(settings, training.Count));

        Assert.That(problem, Does.Contain("checkpoint"));
        Assert.That(spent, Is.EqualTo(TimeSpan.Zero));
        Assert.That(state.Bits(), Is.EqualTo(fresh));
    }

    private static byte[] Interrupt(string path, TrainingSettings settings, Simulations training)
    {
        using State state = new(settings);
        using CancellationTokenSource cancel = new();
        Assert.That(
            () => state.Trainer.Run(training, checkpoint: t =>
            {
                if (t.Step == 6)
                {
                    CheckpointFile.Write(path, t, TimeSpan.FromSeconds(1));
                    cancel.Cancel();
                }
            }, cancel: cancel.Token),
            Throws.InstanceOf<OperationCanceledException>());
        return state.Bits();
    }

    // Reads mutated copies of a file (and of another one); gives the count and what happened.
    private static (int Cases, string Outcome) Fuzz(string path, Func<bool> read, Action<bool> check, params byte[][] others)
    {
        byte[][] originals = [File.ReadAllBytes(path), .. others];
        Random random = new(13);
        int refused = 0;
        long most = 0;
        using Process self = Process.GetCurrentProcess();
        long peak = self.PeakWorkingSet64;
        for (int i = 0; i < Mutations; i++)
        {
            byte[] mutant = ByteDamage.Mutate(originals[i % originals.Length], random);
            File.WriteAllBytes(path, mutant);
            bool accepted = TimeLimit.Hold(TimeSpan.FromSeconds(5), $"mutation {i}", Read);
            refused += accepted ? 0 : 1;
            check(accepted);
        }

        self.Refresh();
        Assert.That(refused, Is.InRange(Mutations / 2, Mutations - 1), "some mutations do no harm, most are noticed");
        Assert.That(most, Is.LessThan((16 * originals.Max(o => o.Length)) + (1 << 20)), "memory of one reading");
        Assert.That(self.PeakWorkingSet64 - peak, Is.LessThan(200L << 20), "memory of the process");
        return (
            Mutations,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{refused} refused, {Mutations - refused} harmless; no other exception; at most {most >> 10} KiB taken for a file of "
                    + $"{originals.Max(o => o.Length) >> 10} KiB"
            )
        );

        bool Read()
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                return read();
            }
            catch (InvalidDataException e)
            {
                Assert.That(e.Message, Does.Contain(Path.GetFileName(path)));
                return false;
            }
            finally
            {
                most = Math.Max(most, GC.GetAllocatedBytesForCurrentThread() - before);
            }
        }
    }

    /// <summary>A training that has not begun, and all its bits.</summary>
    private sealed class State : IDisposable
    {
        private readonly IPosteriorEstimator _estimator = Contenders.Create("fmpe");

        public State(TrainingSettings settings) =>
            Trainer = new Trainer(_estimator, settings, s_key) { CheckpointInterval = TimeSpan.Zero };

        public Trainer Trainer { get; }

        public byte[] Bits() =>
        [
            .. Trainer.Parameters.Values.bytes, .. Trainer.Optimiser.FirstMoment.bytes, .. Trainer.Optimiser.SecondMoment.bytes,
            .. Trainer.Average!.Values.bytes, .. BitConverter.GetBytes(Trainer.Step),
            .. Trainer.History.Training.Concat(Trainer.History.Validation).SelectMany(e => BitConverter.GetBytes(e.Loss)),
            .. Trainer.EpochRecord is Tensor record ? record.bytes.ToArray() : [],
        ];

        public void Dispose()
        {
            Trainer.Dispose();
            _estimator.Dispose();
        }
    }
}
