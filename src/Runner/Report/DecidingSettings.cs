using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Reproduce.Configuration;
using Reproduce.Runner.Catalogue;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Pipeline;
using Reproduce.Tasks;

namespace Reproduce.Runner.Report;

/// <summary>
/// Every setting that decides a number at one budget and number of steps, by the name that the experiment file gives it, with a digest of
/// its value: so that numbers of different settings do not come into one table.
/// </summary>
public static class DecidingSettings
{
    private const string ContenderPrefix = "contenders.";
    private const int DigestDigits = 16;

    // Left out where it is the default, as in reports of before there was another: what is not there says something.
    private const string PrecisionKey = "precision";

    /// <summary>The settings of an experiment.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="leftOut">Contenders that were not run.</param>
    public static Dictionary<string, string> Of(Experiment experiment, IReadOnlyCollection<string> leftOut)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        Dictionary<string, object> settings = new()
        {
            ["name"] = experiment.Name,
            ["seed"] = experiment.Seed,
            ["task"] = experiment.Task,
            ["simulations.validation"] = experiment.Simulations.Validation,
            ["test"] = experiment.Test,
            ["summary"] = experiment.Summary,
            ["sampling"] = experiment.Sampling,
            ["scores"] = experiment.Scores,
        };
        foreach ((string name, ContenderSettings contender) in experiment.Contenders.Where(c => !leftOut.Contains(c.Key)))
        {
            settings[ContenderPrefix + name] = new
            {
                Training = contender.TrainingOnly(),
                Sampling = contender.SamplingOnly(),
                contender.Stream,
            };
        }

        if (experiment.Precision != default)
        {
            settings[PrecisionKey] = experiment.Precision;
        }

        // The local C2ST is of what is in the file, wherever it lies.
        if (experiment.Infer.Observation is string file && ObservationFile.DigestOf(file) is string digest)
        {
            settings["infer.observation"] = digest;
        }

        Dictionary<string, string> texts = settings.ToDictionary(s => s.Key, s => CanonicalJson.Write(s.Value, SettingKinds.All));
        if (experiment.Task is IFileBound)
        {
            texts["task"] = WithoutFolder(texts["task"]);
        }

        return texts.ToDictionary(t => t.Key, t => Digest(t.Value));
    }

    /// <summary>
    /// The first setting that differs between a run and a report; a contender or a file that only one of the two has is no difference.
    /// </summary>
    /// <param name="own">The run's settings.</param>
    /// <param name="before">The report's.</param>
    /// <returns>Its name, or null.</returns>
    public static string? FirstDifference(IReadOnlyDictionary<string, string> own, IReadOnlyDictionary<string, string> before)
    {
        ArgumentNullException.ThrowIfNull(own);
        ArgumentNullException.ThrowIfNull(before);
        return own.Keys.Append(PrecisionKey).FirstOrDefault(key =>
            own.GetValueOrDefault(key) != before.GetValueOrDefault(key) && (before.ContainsKey(key) || key == PrecisionKey));
    }

    /// <summary>The settings without those of contenders that have no numbers.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="contenders">Contenders that have numbers.</param>
    public static Dictionary<string, string> Restrict(IReadOnlyDictionary<string, string> settings, IReadOnlyCollection<string> contenders)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return settings
            .Where(s =>
                !s.Key.StartsWith(ContenderPrefix, StringComparison.Ordinal) || contenders.Contains(s.Key[ContenderPrefix.Length..])
            )
            .ToDictionary();
    }

    /// <summary>A run's settings, and those of contenders that only the report before it has.</summary>
    /// <param name="own">The run's.</param>
    /// <param name="kept">The report's, or null.</param>
    public static Dictionary<string, string> Merge(Dictionary<string, string> own, IReadOnlyDictionary<string, string>? kept)
    {
        ArgumentNullException.ThrowIfNull(own);
        return own.Concat((kept ?? new Dictionary<string, string>()).Where(k => !own.ContainsKey(k.Key))).ToDictionary();
    }

    // The version tells what is in the files, wherever they lie.
    private static string WithoutFolder(string task)
    {
        JsonObject settings = JsonNode.Parse(task)!.AsObject();
        settings.Remove("folder");
        return settings.ToJsonString();
    }

    private static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..DigestDigits];
}
