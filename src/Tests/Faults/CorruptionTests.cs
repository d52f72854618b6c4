using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Pipeline;
using Reproduce.Runner.Storage;
using Reproduce.Tests.Runner;

namespace Reproduce.Tests.Faults;

/// <summary>Damage in any file of the cache is found, reported and mended; no number comes out of it.</summary>
[Category(FastUnlessSlowAttribute.Slow)]
public sealed class CorruptionTests
{
    [Test]
    public void DamageInAnyKindOfFileIsFound() =>
        FaultLog.Try(2, "one flipped bit or a cut end in a file of the cache: is it noticed?", () =>
        {
            int places = FaultLog.Cases(10, 50);
            Random random = new(11);
            int count = 0;
            ILookup<string, (StageFolder Folder, string File)> files = Files(TinyRun.Baseline);
            foreach (IGrouping<string, (StageFolder Folder, string File)> kind in files)
            {
                for (int i = 0; i < places; i++, count++)
                {
                    (StageFolder folder, string file) = kind.ElementAt(random.Next(kind.Count()));
                    byte[] original = File.ReadAllBytes(file);
                    byte[] damaged = ByteDamage.FlipOrTruncate(original, random);
                    File.WriteAllBytes(file, damaged);
                    try
                    {
                        Assert.That(folder.FindCorruption(), Does.Contain(folder.Path).And.Not.Contain('\n'), $"{kind.Key}, place {i}");
                    }
                    finally
                    {
                        File.WriteAllBytes(file, original);
                    }

                    Assert.That(folder.FindCorruption(), Is.Null);
                }
            }

            Assert.That(files, Has.Count.EqualTo(16)); // Six of them are the metrics of a score.
            return (
                count,
                $"all found by checksum, {places} in each of the {files.Count} kinds: "
                    + $"{string.Join(", ", files.Select(k => k.Key).Order(StringComparer.Ordinal))}"
            );
        });

    [Test]
    public void DamageInEveryKindAtOnceIsReportedAndMended() =>
        FaultLog.Try(2, "the same in the file of every kind at once, then the same command", () =>
        {
            int rounds = FaultLog.Cases(0, 3);
            Random random = new(12);
            int count = 0;
            using TinyRun run = new();
            run.Go();
            for (int round = 0; round < rounds; round++)
            {
                HashSet<string> folders = [];
                foreach (IGrouping<string, (StageFolder Folder, string File)> kind in Files(run))
                {
                    (StageFolder folder, string file) = kind.ElementAt(random.Next(kind.Count()));
                    File.WriteAllBytes(file, ByteDamage.FlipOrTruncate(File.ReadAllBytes(file), random));
                    folders.Add(folder.Path);
                    count++;
                }

                string output = run.Go();
                Assert.That(output.Split("It is computed again.").Length - 1, Is.EqualTo(folders.Count), output);
                Assert.That(run.Weights(), Is.EqualTo(TinyRun.Baseline.Weights()));
                Assert.That(run.Numbers(), Is.EqualTo(TinyRun.Baseline.Numbers()));
            }

            return (count, $"{rounds} runs, each named the damaged files, did their stages again and gave the same numbers");
        });

    private static ILookup<string, (StageFolder Folder, string File)> Files(TinyRun run)
    {
        (_, Experiment experiment) = Repository.Request(Path.Combine(run.Path, "experiments", "tiny.yaml")).Load();
        RunPlan plan = new(experiment, "paper", run.Cache, Devices.Parse(experiment.Device).type.ToString());
        return new[] { plan.Simulations[0].Folder, plan.TestSet.Folder, plan.Reference!.Folder }
            .Concat(plan.Trainings.Select(t => t.Folder))
            .Concat(plan.Samples.Select(s => s.Folder))
            .Concat(plan.Scores.Select(s => s.Folder))
            .SelectMany(folder => Directory.EnumerateFiles(folder.Path).Order(StringComparer.Ordinal).Select(file => (folder, file)))
            .ToLookup(f => Path.GetFileName(f.file));
    }
}
