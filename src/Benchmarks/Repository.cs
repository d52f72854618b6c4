namespace Reproduce.Benchmarks;

/// <summary>The working copy that this program was built in.</summary>
internal static class Repository
{
    /// <summary>Its root; the current folder when the program stands outside of one.</summary>
    internal static string Root { get; } = Find();

    /// <summary>The file of an experiment.</summary>
    /// <param name="experiment">Its name, such as gmm.</param>
    internal static string Experiment(string experiment) => Path.Combine(Root, "experiments", experiment + ".yaml");

    private static string Find()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Reproduce.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? Environment.CurrentDirectory;
    }
}
