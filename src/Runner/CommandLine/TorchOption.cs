using System.CommandLine;
using Reproduce.Compute;
using Reproduce.Configuration;

namespace Reproduce.Runner.CommandLine;

/// <summary>
/// The option that names an installed libtorch. libtorch is loaded before anything of the command line is known, so the option becomes the
/// environment variable that the loader reads, and child processes inherit it.
/// </summary>
internal static class TorchOption
{
    private const string Name = "--torch";

    /// <summary>The option, for every verb.</summary>
    public static Option<string?> Create() => new(Name)
    {
        Description = $"Folder of an installed libtorch, such as .../site-packages/torch/lib, to use in the place of the packages'; "
            + $"{NativeBackend.FolderVariable} in the environment says the same.",
        Recursive = true,
    };

    /// <summary>Sets the variable. To be called before anything touches a tensor.</summary>
    /// <param name="arguments">The command line.</param>
    /// <exception cref="ConfigurationException">No folder stands behind the option.</exception>
    public static void Apply(IReadOnlyList<string> arguments)
    {
        for (int i = 0; i < arguments.Count; i++)
        {
            string? folder = arguments[i] == Name ? arguments.ElementAtOrDefault(i + 1) ?? ""
                : arguments[i].StartsWith(Name + "=", StringComparison.Ordinal) ? arguments[i][(Name.Length + 1)..]
                : null;
            if (folder is null)
            {
                continue;
            }

            if (!Directory.Exists(folder))
            {
                throw new ConfigurationException($"{Name}: expected the folder of an installed libtorch, got '{folder}'.");
            }

            Environment.SetEnvironmentVariable(NativeBackend.FolderVariable, Path.GetFullPath(folder));
        }
    }
}
