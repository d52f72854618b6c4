using System.Diagnostics;
using Reproduce.Configuration;
using Reproduce.Runner;

namespace Reproduce.Tests.Runner;

/// <summary>The checkout that the tests were built from, and the real executable.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    public static IEnumerable<string> Experiments =>
        Directory.EnumerateFiles(Path.Combine(Root, "experiments"), "*.yaml").Order();

    public static IEnumerable<string> Names(string group) =>
        Directory.EnumerateFiles(Path.Combine(Root, "configs", group), "*.yaml").Select(f => Path.GetFileNameWithoutExtension(f)!)
            .Where(n => !n.Contains('.', StringComparison.Ordinal)).Order();

    /// <summary>The profiles or variants that are for an experiment, and none of them.</summary>
    public static IEnumerable<string?> NamesFor(string experimentFile, string group) =>
        SharedFile.In(Path.Combine(Root, "configs"), group).Where(f => f.IsFor(Path.GetFileNameWithoutExtension(experimentFile)))
            .Select(f => f.Name).Prepend(null);

    public static RunRequest Request(string experiment, string? profile = null, string? variant = null, params string[] settings) => new()
    {
        ExperimentFile = experiment,
        Profile = profile,
        Variant = variant,
        Settings = settings,
    };

    /// <summary>Runs the command line in a process of its own, as a user would.</summary>
    public static (int ExitCode, string Output, string Errors) Run(string workingFolder, params string[] arguments)
    {
        using Process process = Start(workingFolder, arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        process.WaitForExit();
        return (process.ExitCode, output.Result, errors.Result);
    }

    public static Process Start(string workingFolder, params string[] arguments) =>
        Start(workingFolder, new Dictionary<string, string>(), arguments);

    /// <summary>Starts the command line with variables of the environment.</summary>
    public static Process Start(string workingFolder, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet")
        {
            WorkingDirectory = workingFolder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(typeof(ExitCodes).Assembly.Location);
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Reproduce.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("The tests must run inside the checkout: no Reproduce.sln above " + AppContext.BaseDirectory);
    }
}

/// <summary>A folder that is removed again.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("reproduce-").FullName;

    public string File(string name, string content)
    {
        string path = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllText(path, content);
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
