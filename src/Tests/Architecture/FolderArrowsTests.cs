using System.Reflection;
using NUnit.Framework;
using Reproduce.Inference.Estimators;
using Reproduce.Runner;

namespace Reproduce.Tests.Architecture;

/// <summary>
/// Which folder of the library and of the runner may know which. Read from the compiled assemblies, bodies of methods included
/// (<see cref="TypeUses"/>). A folder counts with those in it: Networks with Networks/Images.
/// </summary>
public sealed class FolderArrowsTests
{
    /// <summary>The library.</summary>
    private static readonly (string Folder, string[] Knows)[] s_inference =
    [
        ("Networks", []),
        ("Flows", ["Networks"]),
        ("Contracts", ["Networks"]),
        ("Training", ["Contracts", "Networks"]),
        ("Sampling", ["Contracts", "Networks"]),
        ("Densities", ["Contracts", "Networks"]),
        ("Estimators", ["Contracts", "Densities", "Flows", "Networks"]),
        ("Posteriors", ["Contracts", "Networks", "Sampling", "Training"]),
        ("Chains", ["Contracts", "Densities", "Estimators", "Flows", "Networks", "Sampling", "Training"]),
    ];

    /// <summary>The runner.</summary>
    private static readonly (string Folder, string[] Knows)[] s_runner =
    [
        ("Configuration", []),
        ("Display", []),
        ("Catalogue", ["Configuration"]),
        ("Storage", ["Catalogue"]),
        ("Pipeline", ["Catalogue", "Configuration", "Display", "Storage"]),
        ("Densities", ["Catalogue", "Configuration", "Pipeline", "Storage"]),
        ("DeviceCheck", ["Catalogue", "Configuration", "Pipeline", "Storage"]),
        ("Inferring", ["Catalogue", "Configuration", "Pipeline", "Storage"]),
        ("Report", ["Catalogue", "Configuration", "Display", "Pipeline", "Storage"]),
        ("Engines", ["Configuration", "Pipeline", "Storage"]),
        (
            "CommandLine",
            ["Catalogue", "Configuration", "Densities", "DeviceCheck", "Display", "Engines", "Inferring", "Pipeline", "Report", "Storage"]
        ),
    ];

    [Test]
    public void TheLibrarysFoldersKnowOnlyWhatTheListSays() =>
        Assert.That(Arrows(typeof(FlowPosterior).Assembly), Is.Not.Empty.And.SubsetOf(Listed(s_inference)));

    [Test]
    public void TheRunnersFoldersKnowOnlyWhatTheListSays() =>
        Assert.That(Arrows(typeof(ExitCodes).Assembly), Is.Not.Empty.And.SubsetOf(Listed(s_runner)));

    /// <summary>What is stored is not what is reported.</summary>
    [Test]
    public void StorageKnowsNoReporting()
    {
        Type[] storage = [.. typeof(ExitCodes).Assembly.GetTypes().Where(t => Folder(t) == "Storage")];

        Assert.That(storage, Is.Not.Empty);
        Assert.That(storage.SelectMany(TypeUses.Of).Select(t => t.Namespace), Has.None.StartsWith("Reproduce.Reporting"));
    }

    /// <summary>A folder knows only folders that stand before it, so the lists have no circle.</summary>
    [Test]
    public void TheListsHaveNoCircle()
    {
        foreach ((string Folder, string[] Knows)[] list in new[] { s_inference, s_runner })
        {
            for (int i = 0; i < list.Length; i++)
            {
                Assert.That(list[i].Knows, Is.SubsetOf(list[..i].Select(f => f.Folder)), list[i].Folder);
            }
        }
    }

    /// <summary>What only the body of a method names is seen.</summary>
    [Test]
    public void BodiesOfMethodsAreRead() => Assert.That(
        TypeUses.Of(typeof(Probe)), Is.SupersetOf(new[] { typeof(ConsistencySchedule), typeof(Version) }));

    private static IEnumerable<string> Listed((string Folder, string[] Knows)[] folders) =>
        folders.SelectMany(f => f.Knows.Select(k => $"{f.Folder} -> {k}"));

    private static IEnumerable<string> Arrows(Assembly assembly) =>
        from type in assembly.GetTypes()
        let knower = Folder(type)
        where knower is not null
        from used in TypeUses.Of(type)
        where used.Assembly == assembly
        let known = Folder(used)
        where known is not null && known != knower
        group used by $"{knower} -> {known}" into arrow
        select arrow.Key;

    // The part of the namespace behind the room's, such as "Networks"; none for what the compiler makes.
    private static string? Folder(Type type)
    {
        string room = type.Assembly.GetName().Name == "Reproduce" ? "Reproduce.Runner." : type.Assembly.GetName().Name + ".";
        return type.Namespace?.StartsWith(room, StringComparison.Ordinal) == true ? type.Namespace[room.Length..].Split('.')[0] : null;
    }

    // Names one type in an instruction alone and one as a local variable alone.
    private sealed class Probe
    {
        public static double First()
        {
            Version version = Environment.Version;
            return ConsistencySchedule.Grid(2, 1, 2, 7)[0] + version.Major;
        }
    }
}
