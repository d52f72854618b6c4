using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using NUnit.Framework;
using Reproduce.Configuration;
using Reproduce.Runner.Catalogue;
using Reproduce.Runner.CommandLine;
using Reproduce.Runner.Configuration;
using Reproduce.Tests.Configuration;

namespace Reproduce.Tests.Runner;

/// <summary>The schemas by which editors check files say what the program says.</summary>
public sealed class SchemaTests
{
    private const string Line = "# yaml-language-server: $schema=";

    private static readonly string s_configs = Path.Combine(Repository.Root, "configs");
    private static readonly Dictionary<string, JsonSchema> s_schemas = [];

    public static IEnumerable<string> Files =>
        from folder in new[] { "experiments", "configs" }
        from file in Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.yaml", SearchOption.AllDirectories)
        select Path.GetRelativePath(Repository.Root, file).Replace('\\', '/');

    /// <summary>Changes of experiments/gmm.yaml that the schema must refuse.</summary>
    public static IEnumerable<TestCaseData> Mistakes =>
    [
        new("seed: 2024", "sed: 2024"),
        new("seed: 2024", "seed: many"),
        new("seed: 2024", "seed: \"2024\""),
        new("seed: 2024", "seed: 1.5"),
        new("seed: 2024", "seed: [1]"),
        new("name: gmm", "name: ../gmm"),
        new("name: gmm\n", ""),
        new("kind: gaussian-mixture", "kind: gaussian-mixtur"),
        new("kind: gaussian-mixture", "kind: two-moons"),
        new("  kind: gaussian-mixture\n", ""),
        new("dimension: 2", "dimension: 1"),
        new("dimension: 2", "truncate_reference: true"),
        new("points: 10", "points: {a: 1}"),
        new("budgets: [512, 1024, 2048, 4096, 8192]", "budgets: []"),
        new("budgets: [512, 1024, 2048, 4096, 8192]", "budgets: 512"),
        new("budgets: [512, 1024, 2048, 4096, 8192]", "budgets: [512, x]"),
        new("data_sets: 100", "data_sets: 0"),
        new("budget_replicates: {512: 5,", "budget_replicates: {512: 0,"),
        new("budget_replicates: {512: 5,", "budget_replicates: {\"5 12\": 5,"),
        new("  acf:\n", "  \"a cf\":\n"),
        new("extends: acf", "extends: acfs"),
        new("    extends: acf\n", ""),
        new("dropout: 0.1", "dropout: 1.5"),
        new("dropout: 0.1", "drop: 0.1"),
        new("s0: 10", "s0: many"),
        new("repeats: 5", "repeats: [5]"),
        new("kind: trend", "kind: trends"),
        new("direction: increases", "direction: up"),
        new("    at_least: 60\n", "    at_leas: 60\n"),
    ];

    [Test]
    public void TheCommittedSchemasAreThoseOfTheProgram()
    {
        foreach ((string name, string text) in SchemaFiles.Write(s_configs))
        {
            Assert.That(
                File.ReadAllText(Path.Combine(s_configs, name)).ReplaceLineEndings("\n") == text,
                $"{name}: the verb 'schema' writes it anew");
        }
    }

    [TestCaseSource(nameof(Files))]
    public void EveryShippedFileNamesItsSchemaAndIsValid(string file)
    {
        string path = Path.Combine(Repository.Root, file), first = File.ReadLines(path).First();
        Assert.That(first, Does.StartWith(Line));
        string schema = Path.GetFullPath(first[Line.Length..], Path.GetDirectoryName(path)!);
        Assert.That(Path.GetDirectoryName(schema), Is.EqualTo(s_configs));

        Assert.That(Problems(Path.GetFileName(schema), YamlReader.Load(path, file)), Is.Empty);
    }

    [TestCaseSource(nameof(Mistakes))]
    public void AMistakeIsRefused(string right, string wrong)
    {
        string yaml = Experiment("gmm").ReplaceLineEndings("\n");
        int at = yaml.IndexOf(right, StringComparison.Ordinal);
        Assert.That(at, Is.GreaterThan(0));
        YamlNode tree = YamlReader.Parse(yaml[..at] + wrong + yaml[(at + right.Length)..], "gmm.yaml");

        Assert.That(Problems(SchemaFiles.ExperimentFile, tree), Is.Not.Empty);
    }

    [TestCase("contenders: {\"*:cmpe\": {stps: [1]}}")]
    [TestCase("contenders: {\"*:nope\": 3}")]
    [TestCase("contenders: {cmpe: {training: {epochs: 0}}}")]
    [TestCase("\"*:deep-set\": {outputs: 0}")]
    [TestCase("simulations: {budget: [1]}")]
    [TestCase("experiments: gmm")]
    public void AMistakeInAnOverlayIsRefused(string yaml) =>
        Assert.That(Problems(SchemaFiles.OverlayFile, YamlReader.Parse(yaml, "x.yaml")), Is.Not.Empty);

    [TestCase("gmm")]
    [TestCase("denoising")]
    [TestCase("examples/influenza")]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void WhatTheProgramAcceptsTheSchemaAccepts(string experiment)
    {
        byte[] good = Encoding.UTF8.GetBytes(Experiment(experiment));
        var random = new Random(22);
        int accepted = 0, bound = 0, refused = 0, marked = 0;
        using TemporaryFolder folder = new();
        for (int i = 0; i < 250; i++)
        {
            string file = folder.File("experiments/x.yaml", "");
            File.WriteAllBytes(file, HostileYaml.Mutate(good, random));
            if (Read(file) is not { } tree)
            {
                continue;
            }

            bound++;
            string problems = Problems(SchemaFiles.ExperimentFile, tree);
            if (IsAccepted(file))
            {
                accepted++;
                Assert.That(problems, Is.Empty, $"mutation {i}: {File.ReadAllText(file)}");
            }
            else
            {
                refused++;
                marked += problems.Length > 0 ? 1 : 0;
            }
        }

        TestContext.Out.WriteLine($"{bound} trees, {accepted} accepted; of {refused} refused the schema refuses {marked}");
        Assert.That(accepted, Is.GreaterThan(20));
        Assert.That(marked, Is.GreaterThan(refused / 2));
    }

    private static string Experiment(string name) => File.ReadAllText(Path.Combine(Repository.Root, "experiments", $"{name}.yaml"));

    private static YamlMap? Read(string file)
    {
        try
        {
            return YamlReader.Load(file);
        }
        catch (ConfigurationException)
        {
            return null;
        }
    }

    private static bool IsAccepted(string file)
    {
        try
        {
            YamlMap root = ExperimentFiles.Load(file, null, null, [], Repository.Root);
            return YamlBinder.Bind<Experiment>(root, SettingKinds.All).Name.Length > 0;
        }
        catch (ConfigurationException)
        {
            return false;
        }
    }

    private static string Problems(string schema, YamlNode tree)
    {
        if (!s_schemas.TryGetValue(schema, out JsonSchema? loaded))
        {
            loaded = s_schemas[schema] = JsonSchema.FromText(File.ReadAllText(Path.Combine(s_configs, schema)));
        }

        EvaluationResults results = loaded.Evaluate(
            JsonSerializer.SerializeToElement(Json(tree)), new EvaluationOptions { OutputFormat = OutputFormat.List });
        return results.IsValid ? "" : string.Join("\n", (results.Details ?? [])
            .Where(d => !d.IsValid && d.Errors is not null)
            .Select(d => $"{d.InstanceLocation}: {string.Join("; ", d.Errors!.Values)}")
            .Prepend("refused:"));
    }

    // As the core schema of YAML 1.2 reads scalars, which is what editors do.
    private static JsonNode? Json(YamlNode node) => node switch
    {
        YamlMap map => new JsonObject(map.Entries.Select(e => KeyValuePair.Create(e.Key, Json(e.Value)))),
        YamlSequence list => new JsonArray([.. list.Items.Select(Json)]),
        YamlScalar { IsNull: true } => null,
        YamlScalar { IsQuoted: false, Text: "true" } => true,
        YamlScalar { IsQuoted: false, Text: "false" } => false,
        YamlScalar { IsQuoted: false } scalar when Number(scalar.Text) is { } number => number,
        YamlScalar scalar => scalar.Text,
        _ => throw new ArgumentOutOfRangeException(nameof(node)),
    };

    private static JsonNode? Number(string text)
    {
        bool isWhole = long.TryParse(text, NumberStyles.AllowLeadingSign, null, out long whole);
        return isWhole ? whole
            : text.Any(char.IsAsciiDigit) && double.TryParse(text, CultureInfo.InvariantCulture, out double real)
                && double.IsFinite(real) && !text.Contains(',', StringComparison.Ordinal) && text.Trim() == text ? real : null;
    }
}
