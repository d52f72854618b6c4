using System.Runtime.InteropServices;
using Reproduce.Runner.Storage;

namespace Reproduce.Runner.Stages;

/// <summary>Says which setting to lower when memory runs out.</summary>
public static class MemoryShortage
{
    // What libtorch's allocators say, on the CPU and on a GPU.
    private static readonly string[] s_words = ["can't allocate memory", "not enough memory", "out of memory", "bad_alloc", "bad allocation"];

    /// <summary>Whether an exception is about memory, from .NET or from libtorch.</summary>
    /// <param name="e">The exception.</param>
    public static bool IsIt(Exception e)
    {
        ArgumentNullException.ThrowIfNull(e);
        return e is OutOfMemoryException
            || (e is AggregateException several && several.InnerExceptions.Any(IsIt))
            || (e is ExternalException && s_words.Any(w => e.Message.Contains(w, StringComparison.OrdinalIgnoreCase)));
    }

    /// <summary>One sentence with the job and the setting to lower.</summary>
    /// <param name="job">The job.</param>
    /// <param name="e">The exception.</param>
    public static string Say(StageFolder job, Exception? e = null)
    {
        ArgumentNullException.ThrowIfNull(job);
        string claim = e?.Message.Split('\n')[0].Trim() is { Length: > 0 } first ? $" ({Shorten(first)})" : "";
        return $"{job.Stage}, {job.Label}: out of memory{claim}; lower {Setting(job.Stage)}.";
    }

    private static string Setting(string stage) => stage switch
    {
        "simulate" => "simulations.budgets or simulations.validation",
        "test" => "test.data_sets",
        "reference" => "test.draws or test.data_sets",
        "train" => "the contender's training.batch_size or network size, or give --jobs 1",
        "sample" => "sampling.rows_per_pass, sampling.threads or test.draws",
        _ => "scores.mmd.max_draws, sampling.threads or test.draws",
    };

    // libtorch begins with the place in its source: "[enforce fail at alloc_cpu.cpp:118] err == 0. DefaultCPUAllocator: ...".
    private static string Shorten(string text)
    {
        int at = text.IndexOf("DefaultCPUAllocator", StringComparison.Ordinal);
        string rest = at > 0 ? text[at..] : text;
        return (rest.Length <= 160 ? rest : rest[..160] + "...").TrimEnd('.');
    }
}
