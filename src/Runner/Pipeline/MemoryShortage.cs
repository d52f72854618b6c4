using System.Runtime.InteropServices;

namespace Reproduce.Runner.Pipeline;

/// <summary>Recognises that memory ran out and says which setting to lower.</summary>
public static class MemoryShortage
{
    // What libtorch's allocators say, on the CPU and on a GPU.
    private static readonly string[] s_words =
    [
        "can't allocate memory",
        "not enough memory",
        "out of memory",
        "bad_alloc",
        "bad allocation",
    ];

    /// <summary>Whether want of memory caused an exception of .NET or of libtorch.</summary>
    /// <param name="e">The exception.</param>
    public static bool Caused(Exception e)
    {
        ArgumentNullException.ThrowIfNull(e);
        return e is OutOfMemoryException
            || (e is AggregateException several && several.InnerExceptions.Any(Caused))
            || (e is ExternalException && s_words.Any(w => e.Message.Contains(w, StringComparison.OrdinalIgnoreCase)));
    }

    /// <summary>One sentence with the job and the setting to lower.</summary>
    /// <param name="job">The job.</param>
    /// <param name="e">The exception.</param>
    public static string Describe(IJob job, Exception? e = null)
    {
        ArgumentNullException.ThrowIfNull(job);
        string claim = e?.Message.Split('\n')[0].Trim() is { Length: > 0 } first ? $" ({Shorten(first)})" : "";
        return $"{job.Folder.Stage}, {job.Folder.Label}: out of memory{claim}; lower {job.MemorySettings}.";
    }

    // libtorch begins with the place in its source: "[enforce fail at alloc_cpu.cpp:118] err == 0. DefaultCPUAllocator: ...".
    private static string Shorten(string text)
    {
        int at = text.IndexOf("DefaultCPUAllocator", StringComparison.Ordinal);
        string rest = at > 0 ? text[at..] : text;
        return (rest.Length <= 160 ? rest : rest[..160] + "...").TrimEnd('.');
    }
}
