using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reproduce.Configuration;
using Reproduce.Runner.Catalogue;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Engines;

namespace Reproduce.Runner.CommandLine;

/// <summary>The JSON Schemas of the files that people write, by which editors complete keys, show descriptions and mark mistakes.</summary>
public static class SchemaFiles
{
    /// <summary>Of an experiment file.</summary>
    public const string ExperimentFile = "experiment.schema.json";

    /// <summary>Of a profile or a variant.</summary>
    public const string OverlayFile = "overlay.schema.json";

    /// <summary>Of the settings that contenders share.</summary>
    public const string ContenderFile = "contender.schema.json";

    /// <summary>Of what a cluster is asked for.</summary>
    public const string EngineFile = "engine.schema.json";

    /// <summary>Of a suite of experiments.</summary>
    public const string SuiteFile = "suite.schema.json";

    // Document, definitions, definition, properties.
    private const int Lines = 4;

    // The text stays readable: it is no part of a page.
    private static readonly JsonSerializerOptions s_options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The text of each schema, by its file's name.</summary>
    /// <param name="configs">The folder <c>configs</c>, for the names of shared contenders.</param>
    /// <exception cref="ConfigurationException">A shared contender's file is wrong.</exception>
    /// <exception cref="FileNotFoundException">The settings' descriptions are not beside the program.</exception>
    public static IReadOnlyDictionary<string, string> Write(string configs)
    {
        ArgumentNullException.ThrowIfNull(configs);
        SettingsDocumentation documentation = new();
        SettingsSchema.SharedSettings shared = new(
            typeof(ContenderSettings), ExperimentFiles.Extends, SharedFile.KindsOfContenders(configs));
        SettingsSchema Writer() => new(SettingKinds.All, documentation, shared);
        JsonObject only = new()
        {
            [SharedFile.ExperimentsKey] = new JsonObject
            {
                ["description"] = "The experiments that this is for; for all when not given.",
                ["type"] = "array",
                ["items"] = new JsonObject { ["type"] = "string" },
            },
        };
        return new Dictionary<string, JsonObject>
        {
            [ExperimentFile] = Writer().OfFile(typeof(Experiment), "An experiment"),
            [OverlayFile] = Writer().OfOverlay(typeof(Experiment), "A profile or a variant, laid over an experiment", only),
            [ContenderFile] = Writer().OfOverlay(typeof(ContenderSettings), "Settings that contenders share"),
            [SuiteFile] = Writer().OfFile(typeof(SuiteSettings), "A suite of experiments"),
            [EngineFile] = Writer().OfFile(typeof(SlurmSettings), "A cluster under Slurm"),
        }.ToDictionary(f => f.Key, f => Text(f.Value, Lines, "\n") + "\n");
    }

    // One key a line down to the settings of a record, each of which is a line.
    private static string Text(JsonNode? node, int levels, string newLine)
    {
        if (node is not JsonObject { Count: > 0 } map || levels == 0)
        {
            return node?.ToJsonString(s_options) ?? "null";
        }

        string inside = newLine + "  ";
        IEnumerable<string> lines = map.Select(m => $"{inside}{JsonSerializer.Serialize(m.Key)}: {Text(m.Value, levels - 1, inside)}");
        return $"{{{string.Join(',', lines)}{newLine}}}";
    }
}
