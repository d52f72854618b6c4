using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Reproduce.Files;

namespace Reproduce.Compute;

/// <summary>
/// Makes sure that TorchSharp's native library can be loaded, and says in one sentence why when it cannot.
/// </summary>
/// <remarks>
/// TorchSharp 0.107's libLibTorchSharp.so names libstdc++'s symbol version GLIBCXX_3.4.32 (GCC 13) although no relocation uses a
/// symbol of it. Distributions with an older libstdc++ (Debian 12, Ubuntu 22.04) refuse the file for that name alone. Marking the
/// one requirement as weak in the copy in the output folder lets it load; the package cache is not touched.
/// On Windows the usual cause is another: the Visual C++ runtime, an installation of its own.
/// The check runs before any other code of this assembly, so it holds for `dotnet run`, `dotnet test` and the child processes of
/// either, from whichever folder the program was copied to.
/// </remarks>
public static class NativeBackend
{
    /// <summary>The environment variable with the folder of an installed libtorch, such as .../site-packages/torch/lib.</summary>
    public const string FolderVariable = "TORCH_LIB";

    internal const string Library = "libLibTorchSharp.so";
    private const string UnusedVersion = "GLIBCXX_3.4.32";
    private const string RuntimeInstaller = "https://aka.ms/vs/17/release/vc_redist.x64.exe";
    private static readonly string[] s_visualRuntime = ["vcruntime140.dll", "vcruntime140_1.dll", "msvcp140.dll"];
    private static string? s_problem;
    private static string? s_torch;

    /// <summary>Runs when the assembly is loaded; a failure is kept for <see cref="EnsureLoaded"/>.</summary>
#pragma warning disable CA2255 // The mend must precede the first TorchSharp call of any program that uses this library.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Initialise()
    {
        NativeHeap.Keep();
        string folder = FindFolder(AppContext.BaseDirectory, RuntimeInformation.RuntimeIdentifier);
        s_torch = TorchFolder.Find(folder);
        s_problem = (s_torch is null ? null : TorchFolder.Load(s_torch)) ?? Prepare(folder);
    }

    /// <summary>
    /// The folder of the native libraries: the program's own where it was built for one platform, and one below it where it was built for
    /// all, as a new project is.
    /// </summary>
    /// <param name="application">The program's folder.</param>
    /// <param name="platform">The runtime identifier, such as linux-x64.</param>
    internal static string FindFolder(string application, string platform)
    {
        string below = Path.Combine(application, "runtimes", platform, "native");
        return !File.Exists(Path.Combine(application, Library)) && File.Exists(Path.Combine(below, Library)) ? below : application;
    }

    /// <summary>
    /// What is to be said of a libtorch that is not the packages' (TORCH_LIB names its folder) and of another version; null for nothing.
    /// </summary>
    public static string? Warning => s_torch is null || s_problem is not null ? null : TorchFolder.Warn(s_torch);

    /// <summary>Checks that the native library is loadable.</summary>
    /// <exception cref="NativeBackendException">One sentence: what is missing and what to do.</exception>
    public static void EnsureLoaded()
    {
        if (s_problem is not null)
        {
            throw new NativeBackendException(s_problem);
        }
    }

    /// <summary>Loads the library from <paramref name="folder"/>, mending it first when only the unused version is in the way.</summary>
    /// <param name="folder">The folder that holds libLibTorchSharp.so.</param>
    /// <returns>Null when the library loads, else the reason in one sentence.</returns>
    public static string? Prepare(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return FindMissingRuntime(library => NativeLibrary.TryLoad(library, out _));
        }

        if (!OperatingSystem.IsLinux())
        {
            return null; // Only the Linux build names libstdc++ versions.
        }

        string path = Path.Combine(folder, Library);
        if (!File.Exists(path))
        {
            return null; // Another layout (a package cache, say): TorchSharp's own search decides.
        }

        // libtorch first: libLibTorchSharp.so finds it by the name under which it is already loaded.
        NativeLibrary.TryLoad(Path.Combine(folder, "libtorch.so"), out _);
        string? refusal = Load(path);
        if (refusal is null)
        {
            return null;
        }

        if (s_torch is null && !File.Exists(Path.Combine(folder, "libtorch_cpu.so")))
        {
            return $"There is no libtorch in {folder}, and python3 has no torch: name the folder of an installed one with --torch or "
                + $"{FolderVariable}, such as .../site-packages/torch/lib.";
        }

        if (s_torch is not null && !refusal.Contains(UnusedVersion, StringComparison.Ordinal))
        {
            return TorchFolder.Explain(path, refusal, TorchFolder.VersionOf(s_torch));
        }

        try
        {
            if (!Mend(path))
            {
                return $"TorchSharp's native library {path} cannot be loaded and the cause is not the known one " +
                       $"({UnusedVersion}): run 'ldd {path}' to see what is missing.";
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"TorchSharp's native library {path} needs a libstdc++ with {UnusedVersion} (GCC 13) or a mended copy, and the " +
                   $"copy cannot be written ({e.Message}): make the folder writable once, or install a newer libstdc++.";
        }

        return Load(path) is not string still ? null
            : s_torch is not null ? TorchFolder.Explain(path, still, TorchFolder.VersionOf(s_torch))
            : $"TorchSharp's native library {path} was mended for an older libstdc++ and still does not load: run 'ldd {path}'.";
    }

    /// <summary>
    /// Windows: looks for the Visual C++ runtime, without which libtorch cannot be loaded and which Windows does not bring.
    /// </summary>
    /// <param name="canLoad">Whether a library of a name can be loaded.</param>
    /// <returns>Null when it is there, else what is missing and what to do, in one sentence.</returns>
    internal static string? FindMissingRuntime(Func<string, bool> canLoad)
    {
        string[] missing = [.. s_visualRuntime.Where(library => !canLoad(library))];
        return missing.Length == 0
            ? null
            : $"Microsoft's Visual C++ runtime is missing ({string.Join(", ", missing)} cannot be loaded), which libtorch needs: install "
                + $"{RuntimeInstaller} and start again.";
    }

    // A libtorch that may be of another version is asked for all symbols at once.
    private static string? Load(string path) =>
        s_torch is not null ? TorchFolder.Open(path) : NativeLibrary.TryLoad(path, out _) ? null : "";

    private static bool Mend(string path)
    {
        byte[] image = File.ReadAllBytes(path);
        if (!ElfVersionNeeds.Weaken(image, UnusedVersion))
        {
            return false;
        }

        // A second process may be starting from the same folder: write beside, then rename, never write in place.
        WholeFile.WriteBytes(path, image);
        return true;
    }
}
