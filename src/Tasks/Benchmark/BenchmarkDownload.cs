using System.Globalization;

namespace Reproduce.Tasks.Benchmark;

/// <summary>Downloads sbibm's observations, parameters and reference draws from its repository, at one commit, and checks them.</summary>
/// <param name="open">Opens an address for reading; null for HTTP.</param>
/// <param name="address">The folder of its tasks on the net, ending in a slash; null for the repository's.</param>
internal sealed class BenchmarkDownload(Func<Uri, Stream>? open = null, Uri? address = null)
{
    /// <summary>The embedded list of files: SHA-256, bytes, and TASK/num_observation_N/NAME.</summary>
    internal const string List = "sbibm-files.txt";

    private readonly CheckedDownload _download = new(open);

    /// <summary>Where the files come from.</summary>
    public Uri Address { get; } = address
        ?? new Uri("https://raw.githubusercontent.com/sbi-benchmark/sbibm/1a45fa72f7550e6948ba4e46fafd6d9bca085009/sbibm/tasks/");

    /// <summary>The files of a task that are published: path below the folder of all tasks, bytes, SHA-256.</summary>
    /// <param name="task">The task's folder.</param>
    public static IReadOnlyList<(string Path, long Size, string Sha256)> FilesOf(string task)
    {
        using StreamReader reader = new(typeof(BenchmarkDownload).Assembly.GetManifestResourceStream(List)!);
        return
        [
            .. from line in reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            let words = line.Split(' ')
            where words[2].StartsWith(task + "/", StringComparison.Ordinal)
            select (words[2], long.Parse(words[1], CultureInfo.InvariantCulture), words[0]),
        ];
    }

    /// <summary>Downloads the files of a task that a folder does not have yet, compressed or not.</summary>
    /// <param name="folder">The folder of all tasks; made if need be.</param>
    /// <param name="task">The task's folder.</param>
    /// <exception cref="HttpRequestException">There is no network, or the server refuses.</exception>
    /// <exception cref="InvalidDataException">What came is not the published file.</exception>
    public void Fetch(string folder, string task)
    {
        foreach ((string path, long size, string sha256) in FilesOf(task))
        {
            string target = Path.Combine([folder, .. path.Split('/')]);
            if (File.Exists(target) || File.Exists(Path.ChangeExtension(target, null)))
            {
                continue;
            }

            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            _download.Fetch(new Uri(Address, $"{task}/files{path[task.Length..]}"), target, size, sha256);
        }
    }
}
