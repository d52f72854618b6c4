using System.Globalization;
using System.Text.Json;
using Reproduce.Configuration;
using Reproduce.Files;

namespace Reproduce.Runner.Engines;

/// <summary>
/// A submission as files in a folder of its own: the experiment as run, what was asked for, the jobs of each element, the scripts, and the
/// numbers that the cluster gave them. Two submissions of the same experiment do not meet.
/// </summary>
public sealed class Submission
{
    /// <summary>Folder of submissions in a results folder.</summary>
    public const string ParentFolder = "submissions";

    /// <summary>Folder of the elements' logs.</summary>
    public const string LogsFolder = "logs";

    /// <summary>The jobs of each element.</summary>
    public const string JobsFile = "jobs.tsv";

    private const string ResolvedName = "resolved.yaml", RequestName = "request.json", IdsName = "ids.json";

    private Submission(string folder, RunRequest request)
    {
        Folder = folder;
        Request = request;
    }

    /// <summary>Its folder.</summary>
    public string Folder { get; }

    /// <summary>What was asked for.</summary>
    public RunRequest Request { get; }

    /// <summary>The experiment as run, with the type of device on which it is run.</summary>
    public string ResolvedFile => Path.Combine(Folder, ResolvedName);

    /// <summary>Numbers of the arrays that were submitted, by name.</summary>
    public IReadOnlyDictionary<string, string> Ids => File.Exists(IdsFile)
        ? JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(IdsFile)) ?? []
        : new Dictionary<string, string>();

    /// <summary>The elements.</summary>
    public IReadOnlyList<SubmittedElement> Elements =>
    [
        .. File.ReadLines(Path.Combine(Folder, JobsFile)).Select(line => line.Split('\t')).Where(parts => parts.Length >= 3)
            .Select(parts => new SubmittedElement(
                parts[0], int.Parse(parts[1], CultureInfo.InvariantCulture), parts[2].Split(' ', StringSplitOptions.RemoveEmptyEntries))),
    ];

    private string IdsFile => Path.Combine(Folder, IdsName);

    /// <summary>Makes a new folder below a results folder, with the experiment and what was asked for.</summary>
    /// <param name="output">The results folder.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="resolved">The experiment as run, YAML.</param>
    public static Submission Create(string output, RunRequest request, string resolved)
    {
        string time = DateTime.UtcNow.ToString("yyyyMMdd'T'HHmmssfff", CultureInfo.InvariantCulture);
        string folder = Path.Combine(output, ParentFolder, $"{time}-{Guid.NewGuid().ToString("N")[..4]}");
        Directory.CreateDirectory(Path.Combine(folder, LogsFolder));
        request = request.FromAnywhere(); // Who asks how it goes may stand in another folder.
        Submission submission = new(folder, request);
        WholeFile.WriteText(Path.Combine(folder, RequestName), IndentedJson.Write(request));
        WholeFile.WriteText(submission.ResolvedFile, resolved);
        return submission;
    }

    /// <summary>Reads a submission.</summary>
    /// <param name="folder">Its folder, or a results folder, whose last submission is taken.</param>
    /// <exception cref="ConfigurationException">There is none.</exception>
    public static Submission Open(string folder)
    {
        string full = Path.GetFullPath(folder), below = Path.Combine(full, ParentFolder);
        string? found = File.Exists(Path.Combine(full, RequestName)) ? full
            : Directory.Exists(below) ? Directory.EnumerateDirectories(below).Order(StringComparer.Ordinal).LastOrDefault()
            : null;
        string file = Path.Combine(found ?? full, RequestName);
        try
        {
            return found is not null && JsonSerializer.Deserialize<RunRequest>(File.ReadAllText(file)) is RunRequest request
                ? new Submission(found, request)
                : throw new ConfigurationException(
                    $"{folder}: expected the folder of a submission, or a results folder with one in '{ParentFolder}'.");
        }
        catch (Exception e) when (e is JsonException or FileNotFoundException)
        {
            throw new ConfigurationException($"{file}: expected what a submission was asked for; {e.Message}");
        }
    }

    /// <summary>Writes the jobs of the elements: array, index, hashes, stage, label.</summary>
    /// <param name="arrays">The arrays.</param>
    public void WriteJobs(IEnumerable<JobArray> arrays) => WholeFile.WriteText(
        Path.Combine(Folder, JobsFile),
        string.Concat(arrays.SelectMany(array => array.Elements.Select((element, index) => string.Join(
            '\t',
            array.Name,
            index.ToString(CultureInfo.InvariantCulture),
            string.Join(' ', element.Jobs.Select(j => j.Folder.Hash)),
            array.Stage,
            element.Label) + "\n"))));

    /// <summary>Writes the script of an array.</summary>
    /// <param name="array">The array's name.</param>
    /// <param name="text">The script.</param>
    /// <returns>Its file.</returns>
    public string WriteScript(string array, string text)
    {
        string file = Path.Combine(Folder, array + ".sbatch");
        WholeFile.WriteText(file, text);
        return file;
    }

    /// <summary>Writes the numbers of the arrays that were submitted so far.</summary>
    /// <param name="ids">By name.</param>
    public void WriteIds(IReadOnlyDictionary<string, string> ids) => WholeFile.WriteText(IdsFile, IndentedJson.Write(ids));
}
