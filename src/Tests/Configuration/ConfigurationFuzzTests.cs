using System.Text;
using NUnit.Framework;
using Reproduce.Configuration;
using Reproduce.Tests.Support;

namespace Reproduce.Tests.Configuration;

/// <summary>
/// Whatever a file holds, it is either a valid experiment or refused in printable lines, soon and without another exception.
/// </summary>
[TestFixture]
public sealed class ConfigurationFuzzTests
{
    private const int Mutations = 1000;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private string _folder = "";

    [SetUp]
    public void MakeFolder()
    {
        _folder = Directory.CreateTempSubdirectory("configuration-fuzz-").FullName;
        Directory.CreateDirectory(Path.Combine(_folder, "experiments"));
    }

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void ChosenFilesAreReadOrRefused()
    {
        foreach ((string? name, byte[]? bytes) in HostileYaml.Chosen(Sample.Yaml))
        {
            ReadOrRefuse(name, bytes);
        }
    }

    [Test]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void MutatedFilesAreReadOrRefused()
    {
        byte[] good = Encoding.UTF8.GetBytes(Sample.Yaml);
        var random = new Random(20);
        int refused = 0;
        for (int i = 0; i < Mutations; i++)
        {
            refused += ReadOrRefuse($"mutation {i}", HostileYaml.Mutate(good, random)) ? 0 : 1;
        }
        // Both outcomes must occur, or the mutator is too tame or too wild to say anything.
        Assert.That(refused, Is.InRange(Mutations / 2, Mutations - 20));
    }

    [Test]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void MutatedOverlaysAndSettingsAreReadOrRefused()
    {
        byte[] profile = Encoding.UTF8.GetBytes("""
            simulations: { budgets: [100], validation: 10 }
            contenders:
              "*": { training: { epochs: 2 } }
              "*:cmpe": { final_steps: 3 }
              fmpe-small: { training: { dropout: ~ } }
            """);
        byte[] setting = Encoding.UTF8.GetBytes("contenders.*.training.epochs=[3, 4]");
        Directory.CreateDirectory(Path.Combine(_folder, "configs", "profiles"));
        File.WriteAllText(Path.Combine(_folder, "experiments", "x.yaml"), Sample.Yaml);
        var random = new Random(21);
        for (int i = 0; i < Mutations / 2; i++)
        {
            File.WriteAllBytes(Path.Combine(_folder, "configs", "profiles", "p.yaml"), HostileYaml.Mutate(profile, random));
            LoadOrRefuse($"profile {i}", "p", []);
            LoadOrRefuse($"setting {i}", null, [Encoding.Latin1.GetString(HostileYaml.Mutate(setting, random))]);
        }
    }

    private bool ReadOrRefuse(string name, byte[] bytes)
    {
        File.WriteAllBytes(Path.Combine(_folder, "experiments", "x.yaml"), bytes);
        return LoadOrRefuse(name, null, []);
    }

    private bool LoadOrRefuse(string name, string? profile, string[] sets) =>
        TimeLimit.Hold(Limit, name, () => LoadOnce(name, profile, sets));

    private bool LoadOnce(string name, string? profile, string[] sets)
    {
        try
        {
            YamlMap root = ExperimentFiles.Load("experiments/x.yaml", profile, null, sets, _folder);
            SampleExperiment experiment = YamlBinder.Bind<SampleExperiment>(root, Sample.Kinds);
            // What was accepted can be written down and gives the same experiment again.
            SampleExperiment again = YamlBinder.Bind<SampleExperiment>(
                YamlReader.Parse(YamlWriter.Write(root), "resolved.yaml"), Sample.Kinds);
            Assert.That(CanonicalJson.Write(again, Sample.Kinds), Is.EqualTo(CanonicalJson.Write(experiment, Sample.Kinds)), name);
            return true;
        }
        catch (ConfigurationException refusal)
        {
            Assert.That(refusal.Problems, Is.Not.Empty, name);
            Assert.That(refusal.Problems.All(line => line.Length > 0 && !line.Any(char.IsControl)), Is.True, name);
            return false;
        }
        catch (Exception problem) when (problem is not ResultStateException)
        {
            throw new AssertionException($"{name}: {problem}");
        }
    }
}
