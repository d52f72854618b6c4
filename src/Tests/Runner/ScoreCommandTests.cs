using System.Diagnostics;
using System.Text.Json;
using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Configuration;
using Reproduce.Runner;
using Reproduce.Runner.CommandLine;
using static TorchSharp.torch;

namespace Reproduce.Tests.Runner;

/// <summary>The verb that scores two files of draws.</summary>
public sealed class ScoreCommandTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void ShiftedGaussiansScoreAsTheyMust()
    {
        string a = Write("a.npz", shift: 0, [2, 2000, 2]);
        string b = Write("b.npz", shift: 1, [2, 2000, 2]);

        JsonElement scores = Score(a, b);

        Assert.Multiple(() =>
        {
            // The best classifier of two unit Gaussians one apart is right with probability Phi(1/2) = 0.6915; 1000 held-out draws
            // for each of two data sets give a standard error of 0.01.
            Assert.That(scores.GetProperty("c2st").GetDouble(), Is.EqualTo(0.6915).Within(0.04));
            Assert.That(scores.GetProperty("mmd2_unbiased").GetDouble(), Is.GreaterThan(0.1));
            Assert.That(scores.GetProperty("mmd2").GetDouble(), Is.GreaterThan(scores.GetProperty("mmd2_unbiased").GetDouble()));
            Assert.That(scores.GetProperty("c2st_standard_error").GetDouble(), Is.EqualTo(0.0103).Within(0.001));
            Assert.That(scores.GetProperty("c2st_p_value").GetDouble(), Is.LessThan(1e-6));
            Assert.That(scores.GetProperty("data_sets").GetInt64(), Is.EqualTo(2));
            Assert.That(scores.GetProperty("c2st_per_data_set").GetArrayLength(), Is.EqualTo(2));
        });
    }

    [Test]
    public void AMatrixIsOneDataSet() => Assert.That(
        Score(Write("a.npz", 0, [500, 3]), Write("b.npz", 0, [500, 3])).GetProperty("data_sets").GetInt64(), Is.EqualTo(1));

    [Test]
    public void WrongFilesAreRefusedInOneSentence()
    {
        string good = Write("a.npz", 0, [100, 2]);
        string other = Write("b.npz", 0, [100, 3]);
        string broken = _folder.File("broken.npz", "this is no archive");

        Assert.Multiple(() =>
        {
            Assert.That(
                Problem(good, other),
                Does.Contain("expected the same number of data sets and parameters, got [1, 100, 2] and [1, 100, 3]")
            );
            Assert.That(Problem(good, broken), Does.StartWith("--reference: ").And.Contain("broken.npz"));
            Assert.That(Problem(Path.Combine(_folder.Path, "none.npz"), good), Does.StartWith("--samples: ").And.Contain("none.npz"));
        });
    }

    [Test]
    public void WhatCannotBeReadOrScoredIsRefusedInOneSentence()
    {
        string good = Write("a.npz", 0, [100, 2]);
        string text = _folder.File("text.npz", "hello");
        string empty = _folder.File("empty.npz", "");
        string wide = Write("wide.npz", 0, [10, 5000]);
        Assert.Multiple(() =>
        {
            Assert.That(Problem("", good), Is.EqualTo("--samples: expected the name of a .npz or .npy file, got an empty one."));
            Assert.That(Problem(_folder.Path, good), Is.EqualTo($"--samples: {_folder.Path} is a folder; expected a .npz or .npy file"));
            Assert.That(Problem(text, good), Is.EqualTo($"--samples: {text}: it is neither a .npz nor a .npy file"));
            Assert.That(Problem(empty, good), Is.EqualTo($"--samples: {empty}: the file is empty; expected a .npz or .npy file"));
            Assert.That(Problem(wide, wide), Does.StartWith("--samples and --reference: draws: 5000 parameters with 16 hidden units each"));
        });
    }

    [Test]
    public void FilesOfDifferentSizeAreComparedAtEqualNumbers()
    {
        string few = Write("few.npz", 0, [40, 2]), many = Write("many.npz", 0, [1000, 2]);
        using StringWriter output = new();
        ScoreCommand.Run(few, many, seed: 1, json: false, output);
        Assert.That(output.ToString(), Does.Contain("C2ST compares as many draws of each file, 40,"));
        Assert.That(Score(few, many).GetProperty("c2st_draws").GetInt64(), Is.EqualTo(40));
    }

    // The numbers of NumPy's default type: an offset in whose units float32 cannot count.
    [Test]
    public void OffsetsOfDoublePrecisionAreKept()
    {
        string a = Double("a.npz", 5e8 + 1.5, 1), b = Double("b.npz", 5e8, 1), huge = Double("c.npz", 0, 1e300);
        Assert.That(Score(a, b).GetProperty("c2st").GetDouble(), Is.EqualTo(0.773).Within(0.05)); // Phi(0.75)
        Assert.That(Score(huge, huge).GetProperty("mmd2").GetDouble(), Is.EqualTo(0).Within(1e-9));

        string Double(string name, double mean, double deviation)
        {
            using RandomSource random = new(RandomKey.FromSeed(3).Child(name));
            using Tensor draws = random.Normal([2000, 1]).to_type(ScalarType.Float64) * deviation + mean;
            string path = Path.Combine(_folder.Path, name);
            Npz.Write(path, new Dictionary<string, Tensor> { ["draws"] = draws });
            return path;
        }
    }

    [Test]
    public void FilesOfNumPyAreScored()
    {
        const string program = """
            import numpy, sys
            g = numpy.random.default_rng(1)
            numpy.savez(sys.argv[1], draws=g.normal(size=(1000, 2)), names=["mu", "sigma"])
            numpy.savez_compressed(sys.argv[2], draws=g.normal(size=(1000, 2)).astype("float32"))
            with open(sys.argv[3], "wb") as bare: numpy.save(bare, g.normal(size=(1000, 2)))
            """;
        string a = Path.Combine(_folder.Path, "a.npz");
        string b = Path.Combine(_folder.Path, "b.npz");
        string bare = Path.Combine(_folder.Path, "bare.npy");
        if (!Python(program, a, b, bare))
        {
            Assert.Ignore("python3 with numpy is not installed (Debian: python3-numpy).");
        }

        // Equal distributions: 0.5 within three standard errors of 500 held-out draws, and some more for the classifier's over-fitting.
        Assert.That(Score(a, b).GetProperty("c2st").GetDouble(), Is.EqualTo(0.5).Within(0.08));
        Assert.That(Score(bare, b).GetProperty("c2st").GetDouble(), Is.EqualTo(0.5).Within(0.08));
    }

    private static bool Python(string program, params string[] arguments)
    {
        foreach (string python in new[] { "python3", "/usr/bin/python3", "python" })
        {
            try
            {
                using Process process = Process.Start(
                    new ProcessStartInfo(python, ["-c", program, .. arguments]) { RedirectStandardError = true }
                )!;
                process.StandardError.ReadToEnd();
                process.WaitForExit();
                if (process.ExitCode == 0)
                {
                    return true;
                }
            }
            catch (System.ComponentModel.Win32Exception)
            {
                // Not installed under this name.
            }
        }

        return false;
    }

    private static JsonElement Score(string samples, string reference)
    {
        using StringWriter output = new();
        Assert.That(ScoreCommand.Run(samples, reference, seed: 1, json: true, output), Is.EqualTo(ExitCodes.Success));
        return JsonDocument.Parse(output.ToString()).RootElement.Clone();
    }

    private static string Problem(string samples, string reference) =>
        Assert
            .Throws<ConfigurationException>(() => ScoreCommand.Run(samples, reference, 1, json: false, TextWriter.Null))!
            .Problems.Single();

    private string Write(string name, double shift, long[] shape)
    {
        using RandomSource random = new(RandomKey.FromSeed(3).Child(name));
        using Tensor draws = random.Normal(shape);
        using Tensor first = draws.narrow(-1, 0, 1);
        first.add_(shift);
        string path = Path.Combine(_folder.Path, name);
        Npz.Write(path, new Dictionary<string, Tensor> { ["draws"] = draws });
        return path;
    }
}
