using System.Text.Json;
using Reproduce.Files;

namespace Reproduce.Reporting;

/// <summary>
/// figures.json: the figures of a page. A later run that adds to the page and has no draws for some of them shows those as they are.
/// </summary>
public static class FigureIndex
{
    /// <summary>Name of the file beside the figures.</summary>
    public const string FileName = "figures.json";

    private static readonly JsonSerializerOptions s_json = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Writes the figures of a page.</summary>
    /// <param name="figures">The figures, in the page's order.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(IReadOnlyList<FigureEntry> figures, string path) =>
        FileSizeLimit.WriteText(path, JsonSerializer.Serialize(figures, s_json) + "\n");

    /// <summary>Reads the figures of a page.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="MalformedTableException">It is not what <see cref="Write"/> makes.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyList<FigureEntry> Read(string path) =>
        JsonResultsFile.Read<FigureEntry[]>(path, s_json, figures =>
            figures.FirstOrDefault(f => f.Name != Path.GetFileName(f.Name)) is FigureEntry outside
                ? $"'{outside.Name}': expected a name without a folder"
                : null
        );
}
