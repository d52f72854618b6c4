using NUnit.Framework;
using Reproduce.Files;
using Reproduce.Tests.Runner;

namespace Reproduce.Tests.Files;

/// <summary>What another program holds open for a moment is waited for, and named when it does not let go.</summary>
public sealed class HeldFilesTests
{
    private static IEnumerable<Exception> Refusals() => [new IOException("held."), new UnauthorizedAccessException("denied.")];

    [TestCaseSource(nameof(Refusals))]
    public void WhatIsHeldForAMomentIsTriedAgain(Exception refusal)
    {
        int tried = 0, pauses = 0;

        HeldFiles.Persist("a.npz", () => Refuse(refusal, ++tried < 3), tries: 5, pause: () => pauses++);

        Assert.That((tried, pauses), Is.EqualTo((3, 2)));
    }

    [TestCaseSource(nameof(Refusals))]
    public void WhatStaysHeldIsNamedWithWhatToDo(Exception refusal)
    {
        int tried = 0;

        IOException e = Assert.Throws<IOException>(
            () => HeldFiles.Persist("folder/a.npz", () => Refuse(refusal, ++tried > 0), tries: 5, pause: () => { }))!;

        Assert.That(tried, Is.EqualTo(5));
        Assert.That(e.Message, Does.StartWith("folder/a.npz cannot be").And.Contain("Close that program"));
        Assert.That(e.Message, Does.Contain(refusal.Message.TrimEnd('.')));
    }

    [Test]
    public void WhatIsNotThereIsNotWaitedFor()
    {
        int tried = 0;

        Assert.Throws<FileNotFoundException>(
            () => HeldFiles.Persist("a.npz", () => Refuse(new FileNotFoundException(), ++tried > 0), tries: 5, pause: () => { }));

        Assert.That(tried, Is.EqualTo(1));
    }

    /// <summary>The real thing on Windows; elsewhere an open file is in nobody's way.</summary>
    [Test]
    public void AFileThatAReaderHasOpenIsReplacedWhenItIsClosed()
    {
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.Path, "checkpoint.npz");
        WholeFile.WriteText(path, "old");
        FileStream reader = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        Task closing = Task.Run(async () =>
        {
            await Task.Delay(TimeSpan.FromSeconds(0.6));
            await reader.DisposeAsync();
        });

        WholeFile.WriteText(path, "new");

        closing.Wait();
        Assert.That(File.ReadAllText(path), Is.EqualTo("new"));
        Assert.That(Directory.EnumerateFiles(folder.Path).Select(Path.GetFileName), Is.EqualTo(new[] { "checkpoint.npz" }));
    }

    [Test]
    public void AFailedWriteLeavesTheOldFileAndNothingBesideIt()
    {
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.Path, "a.txt");
        WholeFile.WriteText(path, "old");

        Assert.Throws<InvalidOperationException>(() => WholeFile.Write(path, beside =>
        {
            File.WriteAllText(beside, "half");
            throw new InvalidOperationException();
        }));

        Assert.That(File.ReadAllText(path), Is.EqualTo("old"));
        Assert.That(Directory.EnumerateFiles(folder.Path).Count(), Is.EqualTo(1));
    }

    private static void Refuse(Exception refusal, bool refuses)
    {
        if (refuses)
        {
            throw refusal;
        }
    }
}
