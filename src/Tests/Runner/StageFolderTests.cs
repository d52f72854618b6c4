using System.Text.Json.Nodes;
using NUnit.Framework;
using Reproduce.Runner.Storage;

namespace Reproduce.Tests.Runner;

/// <summary>A result is whole or not there, and damage is found.</summary>
public sealed class StageFolderTests
{
    private TemporaryFolder _cache = null!;

    [SetUp]
    public void SetUp() => _cache = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _cache.Dispose();

    [Test]
    public void AnUnfinishedResultIsNotThere()
    {
        StageFolder folder = NewFolder();
        using IDisposable? claim = folder.Begin();
        File.WriteAllText(folder.WorkFile("a.txt"), "half");

        Assert.That(folder.IsComplete, Is.False);
        Assert.That(Directory.Exists(folder.Path), Is.False);
    }

    [Test]
    public void ACommittedResultIsWholeAndKeepsNoTemporaryFile()
    {
        StageFolder folder = Commit();

        Assert.Multiple(() =>
        {
            Assert.That(folder.IsComplete, Is.True);
            Assert.That(File.ReadAllText(folder.FileOf("a.txt")), Is.EqualTo("content"));
            Assert.That(File.Exists(folder.FileOf("checkpoint")), Is.False);
            Assert.That(Directory.Exists(folder.WorkPath), Is.False);
            Assert.That(folder.Seconds, Is.EqualTo(2.5));
            Assert.That(folder.FindCorruption(), Is.Null);
        });
    }

    [Test]
    public void WhatATrainingGoesOnFromIsThereUntilTheResultHasItsName()
    {
        StageFolder folder = NewFolder();
        using IDisposable? claim = folder.Begin();
        File.WriteAllText(folder.WorkFile("a.txt"), "content");
        File.WriteAllText(folder.WorkFile("checkpoint"), "temporary");
        Directory.CreateDirectory(folder.WorkFile("kept"));
        File.WriteAllText(Path.Combine(folder.WorkFile("kept"), "chunk"), "temporary");
        File.WriteAllText(folder.Path, ""); // In the way of the rename, as an open file is on Windows.

        Assert.That(() => folder.Commit(TimeSpan.FromSeconds(1), "checkpoint", "kept"), Throws.InstanceOf<IOException>());
        Assert.That(File.Exists(folder.WorkFile("checkpoint")) && File.Exists(Path.Combine(folder.WorkFile("kept"), "chunk")));
        File.Delete(folder.Path);
        folder.Commit(TimeSpan.FromSeconds(1), "checkpoint", "kept");

        Assert.That(
            Directory.EnumerateFileSystemEntries(folder.Path).Select(Path.GetFileName),
            Is.EquivalentTo(new[] { "a.txt", "stage.json", "stage.sha256" })
        );
        Assert.That((folder.FindCorruption(), folder.Origin?.Cores), Is.EqualTo(((string?)null, (int?)Environment.ProcessorCount)));
    }

    [Test]
    public void ARecordOfBeforeOriginsIsRead()
    {
        StageFolder folder = Commit();
        string record = folder.FileOf("stage.json");
        JsonObject old = JsonNode.Parse(File.ReadAllText(record))!.AsObject();
        old.Remove("Origin");
        File.WriteAllText(record, old.ToJsonString());
        File.Delete(folder.FileOf("stage.sha256"));

        Assert.That((folder.FindCorruption(), folder.Origin, folder.Seconds), Is.EqualTo(((string?)null, (JobOrigin?)null, 2.5)));
    }

    [Test]
    public void AFailureIsAFileBesideTheFolderUntilTheJobIsBegunAgain()
    {
        StageFolder folder = NewFolder();
        string file = folder.Path + ".failed";

        folder.Fail("the loss became infinite");

        JobFailure? failure = NewFolder().Failure;
        Assert.That((failure?.Reason, failure?.Process?.Process), Is.EqualTo(("the loss became infinite", (int?)Environment.ProcessId)));
        Assert.That(failure!.Time, Does.Match("^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}Z$"));
        Assert.That(JsonNode.Parse(File.ReadAllText(file))!["Reason"]!.GetValue<string>(), Is.EqualTo("the loss became infinite"));
        using (folder.Begin())
        {
            Assert.That((folder.Failure, File.Exists(file)), Is.EqualTo(((JobFailure?)null, false)));
        }
    }

    [TestCase("{")]
    [TestCase("{}")]
    [TestCase("null")]
    public void ADamagedRecordOfAFailureIsAFailure(string content)
    {
        StageFolder folder = NewFolder();
        folder.Fail("the loss became infinite");

        File.WriteAllText(folder.Path + ".failed", content);

        Assert.That(folder.Failure?.Reason, Does.Contain(".failed cannot be read"));
    }

    [TestCase("contenX")]
    [TestCase("conten")]
    [TestCase("")]
    public void AChangedFileIsFound(string content)
    {
        StageFolder folder = Commit();

        File.WriteAllText(folder.FileOf("a.txt"), content);

        Assert.That(folder.FindCorruption(), Does.Contain("a.txt was changed after it was written"));
    }

    [Test]
    public void AMissingFileIsFound()
    {
        StageFolder folder = Commit();

        File.Delete(folder.FileOf("a.txt"));

        Assert.That(folder.FindCorruption(), Does.EndWith("a.txt is missing."));
    }

    [TestCase("{")]
    [TestCase("null")]
    [TestCase("{}")]
    public void ADamagedRecordIsFound(string content)
    {
        StageFolder folder = Commit();

        File.WriteAllText(folder.FileOf("stage.json"), content);

        Assert.That(folder.FindCorruption(), Does.Contain("stage.json"));
    }

    // The record's own numbers are shown in reports: they are checked, too.
    [Test]
    public void AChangedNumberInTheRecordIsFound()
    {
        StageFolder folder = Commit();
        string record = File.ReadAllText(folder.FileOf("stage.json"));

        File.WriteAllText(folder.FileOf("stage.json"), record.Replace("2.5", "3.5", StringComparison.Ordinal));

        Assert.That(folder.FindCorruption(), Does.Contain("stage.json was changed after it was written"));
    }

    [Test]
    public void ARecordWithoutASealIsOfBeforeThereWereSeals()
    {
        StageFolder folder = Commit();

        File.Delete(folder.FileOf("stage.sha256"));

        Assert.That(folder.FindCorruption(), Is.Null);
    }

    [Test]
    public void ARecordOfAnotherJobIsFound()
    {
        StageFolder folder = Commit();
        StageFolder other = new(_cache.Path, "train", "label", new { A = 2 });

        Directory.Move(folder.Path, other.Path);

        Assert.That(other.FindCorruption(), Does.EndWith("belongs to another job."));
    }

    [Test]
    public void WhatAKilledWriterLeftIsNotPartOfTheResult()
    {
        StageFolder folder = NewFolder();
        Directory.CreateDirectory(folder.WorkPath);
        File.WriteAllText(folder.WorkFile("weights.npz.123.tmp"), "half");

        using (folder.Begin())
        {
            folder.Commit(TimeSpan.Zero);
        }

        Assert.That(
            Directory.EnumerateFiles(folder.Path).Select(Path.GetFileName),
            Is.EquivalentTo(new[] { "stage.json", "stage.sha256" })
        );
    }

    /// <summary>A name that leads to itself is there and cannot be read, as with a passing error, such as too many open files.</summary>
    [TestCase("stage.json")]
    [TestCase("stage.sha256")]
    [TestCase("a.txt")]
    [Platform(Exclude = "Win", Reason = "symbolic links")]
    public void WhatCannotBeReadNowIsNotDamaged(string name)
    {
        StageFolder folder = Commit();
        string file = folder.FileOf(name);
        File.Delete(file);
        File.CreateSymbolicLink(file, file);

        Assert.That(() => folder.FindCorruption(), Throws.InstanceOf<IOException>().And.Not.InstanceOf<FileNotFoundException>());
    }

    [Test]
    public void AMissingRecordIsFound()
    {
        StageFolder folder = Commit();

        File.Delete(folder.FileOf("stage.json"));

        Assert.That(folder.FindCorruption(), Does.EndWith("stage.json is missing."));
    }

    [Test]
    public void ADamagedResultThatStaysIsNotTakenForRemoved()
    {
        StageFolder folder = Commit();
        using (new HeldFolder(folder.Path))
        {
            Assert.That(() => folder.Discard(), Throws.TypeOf<IOException>().With.Message.StartsWith($"{folder.Path} cannot be removed: "));
        }

        folder.Discard();
        folder.Discard();
        Assert.That(folder.IsComplete, Is.False, "and where it is gone already nothing is wrong");
    }

    [Test]
    public void AnUnfinishedResultThatCannotBeTakenOverIsNotBegunAnew()
    {
        StageFolder folder = NewFolder();
        string left = folder.Path + ".0123.part", checkpoint = Path.Combine(left, "checkpoint");
        Directory.CreateDirectory(left);
        File.WriteAllText(checkpoint, "half");
        using (new HeldFolder(left))
        {
            Assert.That(() => folder.Begin(), Throws.TypeOf<IOException>().With.Message.StartsWith($"{left} cannot be gone on with: "));
        }

        using IDisposable? claim = folder.Begin();
        Assert.That(File.ReadAllText(folder.WorkFile("checkpoint")), Is.EqualTo("half"));
    }

    [Test]
    public void WhatIsLeftOfOtherTriesIsInNoResultsWay()
    {
        StageFolder folder = NewFolder();
        string old = folder.Path + ".0123.part";
        Directory.CreateDirectory(old);
        Directory.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddDays(-1));
        Directory.CreateDirectory(folder.Path + ".4567.part");
        using (new HeldFolder(old))
        using (folder.Begin())
        {
            folder.Commit(TimeSpan.Zero);
            Assert.That((folder.IsComplete, Directory.Exists(old)), Is.EqualTo((true, true)));
        }
    }

    [Test]
    public void InputsDecideTheName()
    {
        StageFolder one = new(_cache.Path, "train", "label", new { A = 1, B = "x" });
        StageFolder same = new(_cache.Path, "train", "another label", new { B = "x", A = 1 });
        StageFolder other = new(_cache.Path, "train", "label", new { A = 2, B = "x" });
        StageFolder otherStage = new(_cache.Path, "score", "label", new { A = 1, B = "x" });

        Assert.That(same.Hash, Is.EqualTo(one.Hash));
        Assert.That(new[] { one.Hash, other.Hash, otherStage.Hash }, Is.Unique);
    }

    private StageFolder NewFolder() => new(_cache.Path, "train", "label", new { A = 1 });

    private StageFolder Commit()
    {
        StageFolder folder = NewFolder();
        using (folder.Begin())
        {
            File.WriteAllText(folder.WorkFile("a.txt"), "content");
            File.WriteAllText(folder.WorkFile("checkpoint"), "x");
            folder.Commit(TimeSpan.FromSeconds(2.5), "checkpoint");
        }

        return folder;
    }
}
