namespace Reproduce.Reporting;

/// <summary>What the steps of a night took.</summary>
public static class NightlyTimes
{
    /// <summary>Name of the file in the folder of a night's results; the script adds a line to it after every step.</summary>
    public const string FileName = "times.csv";

    /// <summary>Reads the file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The steps in their order, with their seconds; none when the file is missing.</returns>
    /// <exception cref="MalformedTableException">The file is malformed.</exception>
    public static IReadOnlyList<(string Step, double Seconds)> Read(string path)
    {
        if (!File.Exists(path))
        {
            return [];
        }

        using CsvTable csv = new(path, ["step", "seconds"]);
        List<(string, double)> times = [];
        while (csv.Next())
        {
            times.Add((csv.RequiredText("step"), csv.Number("seconds")));
        }

        return times;
    }
}
