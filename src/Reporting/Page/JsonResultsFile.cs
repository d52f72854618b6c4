using System.Text.Json;

namespace Reproduce.Reporting;

/// <summary>Reads a JSON file that a report has written beside its page.</summary>
public static class JsonResultsFile
{
    /// <summary>Reads a file.</summary>
    /// <typeparam name="T">What it holds.</typeparam>
    /// <param name="path">The file.</param>
    /// <param name="options">How it was written.</param>
    /// <param name="problem">Says what is wrong with the content, or null; null for no such check.</param>
    /// <exception cref="MalformedTableException">The file does not hold that.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static T Read<T>(string path, JsonSerializerOptions options, Func<T, string?>? problem = null)
        where T : class
    {
        try
        {
            T content = JsonSerializer.Deserialize<T>(File.ReadAllText(path), options) ?? throw new JsonException("it is empty");
            return problem?.Invoke(content) is string wrong ? throw new JsonException(wrong) : content;
        }
        catch (JsonException e)
        {
            throw new MalformedTableException(
                path,
                (int)(e.LineNumber ?? 0) + 1,
                e.Path,
                $"{e.Message} Run the experiment again: its report writes this file."
            );
        }
    }
}
