using System.Globalization;
using System.Text.Json;
using Reproduce.Files;

namespace Reproduce.Reporting;

/// <summary>
/// posteriors.json: a row of the posterior figure as it is shown, kept with the results so that the figure of several experiments can be
/// drawn where the draws themselves are not, as in a fresh clone.
/// </summary>
public static class PosteriorRowFile
{
    /// <summary>Name of the file beside the figures.</summary>
    public const string FileName = "posteriors.json";

    // More than a figure of 800 pixels can show.
    private const string Digits = "G5";

    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        IncludeFields = true,
    };

    /// <summary>Writes a row: no more draws than a cell shows, numbers with five digits.</summary>
    /// <param name="row">The row.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(PosteriorRow row, string path)
    {
        ArgumentNullException.ThrowIfNull(row);
        PosteriorRow shown = row with { Cells = [.. row.Cells.Select(Shown)] };
        FileSizeLimit.WriteText(path, JsonSerializer.Serialize(shown, s_json) + "\n");
    }

    /// <summary>Reads a row.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="MalformedTableException">It is not what <see cref="Write"/> makes.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static PosteriorRow Read(string path) =>
        JsonResultsFile.Read<PosteriorRow>(path, s_json, row =>
            row.Cells.FirstOrDefault(c => c.X.Length != c.Y.Length || c.Chains.SelectMany(chain => chain).Any(p => p.Length != 2))
                is PosteriorCell uneven
                ? $"cell '{uneven.Title}': expected two coordinates for every point"
                : null
        );

    private static PosteriorCell Shown(PosteriorCell cell) => cell with
    {
        X = [.. PosteriorGrid.Thin(cell.X, PosteriorGrid.MostPointsPerCell).Select(Round)],
        Y = [.. PosteriorGrid.Thin(cell.Y, PosteriorGrid.MostPointsPerCell).Select(Round)],
        Chains = [.. cell.Chains.Select(chain => chain.Select(p => p.Select(Round).ToArray()).ToArray())],
    };

    private static double Round(double value) =>
        double.Parse(value.ToString(Digits, CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
