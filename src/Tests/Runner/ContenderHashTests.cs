using System.Reflection;
using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Configuration;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Networks;
using Reproduce.Inference.Training;
using Reproduce.Runner.Catalogue;
using Reproduce.Runner.Configuration;
using Reproduce.Tests.Inference;
using static TorchSharp.torch;

namespace Reproduce.Tests.Runner;

/// <summary>
/// Every setting of every kind of contender is changed, one at a time: which of the two texts that folder names are hashes of changes with
/// it, that of a training or that of a drawing.
/// </summary>
public sealed class ContenderHashTests
{
    // Written out here as well as at the properties: a mark that is forgotten, or set where it should not be, shares a cache wrongly.
    private static readonly string[] s_planOnly = ["label", "figure_steps", "stream", "steps", "budget_steps", "replicate_steps"];

    private static readonly string[] s_samplingOnly =
    [
        "fmpe.flow_matching.extra_euler_step", "fmpe.flow_matching.dropout_while_sampling", "cmpe.consistency.dropout_while_sampling",
        "fmpe.flow_matching.tolerance", "npse.diffusion.rho", "npse.diffusion.solver", "npse.diffusion.churn", "npse.diffusion.tolerance",
        "ect.tuning.rho", "fmpe.network.drawing_precision", "cmpe.network.drawing_precision", "npse.network.drawing_precision",
        "ect.network.drawing_precision",
    ];

    public static IEnumerable<string> Kinds => Contenders.Settings.Keys.Order(StringComparer.Ordinal);

    [TestCaseSource(nameof(Kinds))]
    public void EverySettingMovesTheTextOfWhatItDecides(string kind)
    {
        ContenderSettings settings = Example(kind);
        string[][] paths = [.. Paths(settings)];
        Assert.That(paths, Has.Length.GreaterThan(15));
        Assert.Multiple(() =>
        {
            foreach (string[] path in paths)
            {
                ContenderSettings changed = Changed(settings, path);
                string name = string.Join('.', path);
                (bool Training, bool Drawing) expected = s_planOnly.Contains(name) ? (false, false)
                    : s_samplingOnly.Contains($"{kind}.{name}") ? (false, true)
                    : (true, false);
                (bool Training, bool Drawing) moved = (
                    Text(changed.TrainingOnly()) != Text(settings.TrainingOnly()),
                    Text(changed.SamplingOnly()) != Text(settings.SamplingOnly()));
                Assert.That(moved, Is.EqualTo(expected), $"{kind}: {name}");
            }
        });
    }

    [Test]
    public void EverySettingThatOnlyDrawingUsesIsThere()
    {
        IEnumerable<string> all = Kinds.SelectMany(kind => Paths(Example(kind)).Select(path => $"{kind}.{string.Join('.', path)}"));
        Assert.That(s_samplingOnly, Is.SubsetOf(all));
    }

    // What the marks promise, tried: hours of training are shared on their word.
    [TestCaseSource(nameof(s_samplingOnly))]
    public void ASettingThatOnlyDrawingUsesLeavesATrainingAloneBitForBit(string setting)
    {
        string[] path = setting.Split('.');
        ContenderSettings settings = Example(path[0]);
        Assert.That(Train(Changed(settings, [.. path.Skip(1)])), Is.EqualTo(Train(settings)));
    }

    [Test]
    public void ASettingOfTheTrainingChangesItsBits()
    {
        ContenderSettings settings = Example("cmpe");
        Assert.That(Train(Changed(settings, ["consistency", "rho"])), Is.Not.EqualTo(Train(settings)));
    }

    [Test]
    public void ASettingInsideCountsWithThoseOutside() =>
        Assert.That(
            Text(MarkedSettings.Only(Example("npse"), typeof(SamplingOnlyAttribute))),
            Is.EqualTo("""{"churn":0,"rho":7,"solver":"heun"}""")
        );

    private static string Text(object settings) => CanonicalJson.Write(settings, SettingKinds.All);

    private static ContenderSettings Example(string kind)
    {
        string method = kind switch
        {
            "cmpe" => ", steps: [2], network: {units: 8}, consistency: {largest_time: 10, s0: 10, s1: 50}",
            "fmpe" or "npse" or "ect" => ", steps: [2], network: {units: 8}",
            _ => ", flow: {layers: 2, units: 8}",
        };
        string yaml = $"{{kind: {kind}, training: {{epochs: 2, batch_size: 16, learning_rate: 0.001}}{method}}}";
        return YamlBinder.Bind<ContenderSettings>(YamlReader.Parse(yaml, "contender.yaml"), SettingKinds.All);
    }

    // Paths of all single values and lists.
    private static IEnumerable<string[]> Paths(object record) => new RecordShape(record.GetType()).Settings.SelectMany(setting =>
        setting.Property.GetValue(record) is { } inside && IsRecord(inside)
            ? Paths(inside).Select(path => (string[])[setting.Key, .. path])
            : [[setting.Key]]);

    private static T Changed<T>(T record, ReadOnlySpan<string> path)
        where T : class
    {
        object copy = record.GetType().GetMethod("<Clone>$")!.Invoke(record, null)!;
        PropertyInfo property = new RecordShape(record.GetType()).Find(path[0])!.Property;
        object? value = property.GetValue(record);
        property.SetValue(copy, path.Length > 1 ? Changed(value!, path[1..]) : Another(value, property.PropertyType));
        return (T)copy;
    }

    private static object Another(object? value, Type type)
    {
        Type plain = Nullable.GetUnderlyingType(type) ?? type;
        return value switch
        {
            bool flag => !flag,
            int number => number + 1,
            double number => number + 0.25,
            Enum member => Enum.GetValues(plain).Cast<object>().First(other => !other.Equals(member)),
            int[] numbers => (int[])[.. numbers, 3],
            null when plain == typeof(int) => 3,
            null when plain == typeof(double) => 0.25,
            null when plain.IsEnum => Enum.GetValues(plain).Cast<object>().Last(),
            null when plain == typeof(string) => "another",
            null when plain == typeof(int[]) => (int[])[2],
            null when plain == typeof(BudgetBatchSize[]) => (BudgetBatchSize[])[new BudgetBatchSize { Budget = 64, BatchSize = 2 }],
            _ => throw new NotSupportedException($"{type.Name}: say here how a setting of this type is changed."),
        };
    }

    private static bool IsRecord(object value) => value.GetType().GetMethod("<Clone>$") is not null;

    private static byte[] Train(ContenderSettings settings)
    {
        RandomKey key = RandomKey.FromSeed(71);
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(key);
        using Simulations training = LinearGaussian.Simulate(40, key);
        using IPosteriorEstimator estimator = settings.Create(new EstimatorParts(2, new DirectSummary(2), ones(2), random));
        using Trainer trainer = new(estimator, settings.Training, key);
        trainer.Run(training);
        return trainer.Parameters.Values.bytes.ToArray();
    }
}
