using System.Reflection;
using System.Xml.Linq;
using NUnit.Framework;

namespace Reproduce.Tests.Architecture;

/// <summary>Which room may know which, and that every public type says what it is.</summary>
public sealed class RoomArrowsTests
{
    private const string Kernels = "Reproduce.Kernels", Compute = "Reproduce.Compute", Files = "Reproduce.Files";

    public static IEnumerable<string> Rooms =>
        [
            Kernels,
            Files,
            Compute,
            "Reproduce.Inference",
            "Reproduce.Tasks",
            "Reproduce.Evaluation",
            "Reproduce.Configuration",
            "Reproduce.Reporting",
        ];

    [TestCase(Kernels)]
    [TestCase(Files)]
    [TestCase(Compute, Files, Kernels)]
    [TestCase("Reproduce.Inference", Compute, Kernels)]
    [TestCase("Reproduce.Tasks", Compute, Files, Kernels)]
    [TestCase("Reproduce.Evaluation", Compute, Kernels)]
    [TestCase("Reproduce.Configuration")]
    [TestCase("Reproduce.Reporting", Files, Kernels)]
    public void ARoomKnowsOnlyTheRoomsBelowIt(string room, params string[] allowed)
    {
        IEnumerable<string> known = References(room).Where(n => n.StartsWith("Reproduce", StringComparison.Ordinal));
        Assert.That(known, Is.SubsetOf(allowed));
    }

    [TestCase(Kernels)]
    [TestCase(Files)]
    public void TheGroundKnowsNothingButTheBaseLibrary(string room) => Assert.That(References(room), Is.All.StartsWith("System."));

    [TestCase("Reproduce.Configuration")]
    [TestCase("Reproduce.Reporting")]
    public void ARoomWithoutTensorsKnowsNoTorch(string room) => Assert.That(References(room), Has.None.EqualTo("TorchSharp"));

    [TestCaseSource(nameof(Rooms))]
    public void PublicTypesAreDocumented(string room)
    {
        Assembly assembly = Assembly.Load(room);
        XDocument documentation = XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml"));
        HashSet<string> described =
            [.. documentation.Descendants("member").Where(m => m.HasElements).Select(m => m.Attribute("name")!.Value)];
        Assert.That(
            assembly.GetExportedTypes().Select(t => "T:" + t.FullName!.Replace('+', '.')).Where(name => !described.Contains(name)),
            Is.Empty);
    }

    private static IEnumerable<string> References(string room) => Assembly.Load(room).GetReferencedAssemblies().Select(a => a.Name!);
}
