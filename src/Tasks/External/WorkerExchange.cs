using System.Text.Json;
using Reproduce.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tasks.External;

/// <summary>
/// Requests with arrays: they are in files in the worker's folder. The lines name them as "input" and "output", both .npz; in place of the
/// latter, whose zip archive is hard to write in some languages, may be a NAME.npy for each array in "folder".
/// </summary>
internal static class WorkerExchange
{
    private const string Single = ".npy";

    // A whole number that a double holds exactly, as many languages have no other.
    private const ulong SeedMask = (1UL << 53) - 1;

    /// <summary>The seed of a request.</summary>
    /// <param name="key">Its stream.</param>
    public static long Seed(RandomKey key) => (long)(key.Value & SeedMask);

    /// <summary>Asks for arrays.</summary>
    /// <param name="worker">The worker.</param>
    /// <param name="verb">What it shall do.</param>
    /// <param name="key">The stream of its random numbers.</param>
    /// <param name="input">Arrays that it gets.</param>
    /// <param name="rows">Length of the first axis of every array of the answer.</param>
    /// <param name="cancel">Stops the waiting.</param>
    /// <param name="count">A number that the verb needs beside.</param>
    /// <param name="type">What the arrays of the answer become.</param>
    /// <returns>
    /// Arrays on the CPU, outside of any scope, which the caller disposes of; and the rows that failed with their reasons.
    /// </returns>
    /// <exception cref="WorkerFailureException">There is no such answer.</exception>
    public static (Dictionary<string, Tensor> Arrays, List<(int Row, string Reason)> Failed) Ask(
        WorkerProcess worker,
        string verb,
        RandomKey key,
        IReadOnlyDictionary<string, Tensor> input,
        long rows,
        CancellationToken cancel,
        long? count = null,
        ScalarType type = ScalarType.Float32)
    {
        string given = Path.Combine(worker.Folder, "input.npz"), made = Path.Combine(worker.Folder, "output.npz");
        foreach (string old in Directory.EnumerateFiles(worker.Folder))
        {
            File.Delete(old);
        }

        Npz.Write(given, input);
        Dictionary<string, object> request = new()
        {
            ["verb"] = verb,
            ["seed"] = Seed(key),
            ["input"] = given,
            ["output"] = made,
            ["folder"] = worker.Folder,
        };
        if (count is long number)
        {
            request["count"] = number;
        }

        using JsonDocument answer = worker.Ask(request, cancel);
        List<(int Row, string Reason)> failed = FailedRows(answer.RootElement, rows);
        return (Read(worker.Folder, made, rows, type), failed);
    }

    private static List<(int Row, string Reason)> FailedRows(JsonElement answer, long rows)
    {
        if (!answer.TryGetProperty("failed", out JsonElement list))
        {
            return [];
        }

        try
        {
            List<(int Row, string Reason)> failed =
            [
                .. list.EnumerateArray().Select(f => (f.GetProperty("row").GetInt32(), f.GetProperty("reason").ToString())),
            ];
            return failed.All(f => f.Row >= 0 && f.Row < rows) ? failed : throw Wrong($"a failed row that is none of the {rows}");
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw Wrong("\"failed\" is no list of {\"row\": 0, \"reason\": \"...\"}");
        }
    }

    private static Dictionary<string, Tensor> Read(string folder, string file, long rows, ScalarType type)
    {
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> arrays;
        try
        {
            arrays = File.Exists(file)
                ? Npz.Read(file)
                : Directory.EnumerateFiles(folder, "*" + Single)
                    .ToDictionary(f => Path.GetFileNameWithoutExtension(f)!, f => Npz.ReadArray(f, Observation.Only));
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw Wrong(e.Message);
        }

        if (arrays.Count == 0)
        {
            throw Wrong("no array was written");
        }

        foreach ((string name, Tensor array) in arrays)
        {
            if (array.dim() == 0 || array.shape[0] != rows || array.numel() == 0)
            {
                throw Wrong($"'{name}' has the shape ({string.Join(", ", array.shape)}); expected {rows} along the first axis");
            }
        }

        return arrays.ToDictionary(
            a => a.Key,
            a => (a.Value.dim() == 1 ? a.Value.unsqueeze(1) : a.Value).to(type).contiguous().DetachFromDisposeScope());
    }

    private static WorkerFailureException Wrong(string what) => new("a wrong answer", $"a wrong answer: {what}", isAlive: true);
}
