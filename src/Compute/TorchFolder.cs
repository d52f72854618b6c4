using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Reproduce.Compute;

/// <summary>
/// A libtorch that is installed elsewhere (PyTorch's, say) and used in the place of the packages': 2.5 GB less to fetch for a GPU, and the
/// way onto machines that no package can be fetched to.
/// </summary>
/// <remarks>
/// The libraries are loaded in the order of their needs before TorchSharp looks for them; what needs them then finds them by name. All of
/// their symbols are asked for at once, so that a version that does not fit says so at the start and not in the middle of a run.
/// </remarks>
internal static partial class TorchFolder
{
    /// <summary>The version that TorchSharp 0.107 is made for.</summary>
    public static readonly Version Expected = new(2, 10);

    // RTLD_NOW and RTLD_GLOBAL.
    private const int NowAndGlobal = 2 | 0x100;
    private const string Question =
        "import importlib.util as u, os; s = u.find_spec('torch'); print(os.path.join(os.path.dirname(s.origin), 'lib') if s else '')";

    // What a library of the list needs stands before it. Those of CUDA are there in some builds only.
    private static readonly (string Name, bool IsNeeded)[] s_libraries =
    [
        ("libtorch_global_deps.so", false), ("libc10.so", true), ("libtorch_cpu.so", true), ("libc10_cuda.so", false),
        ("libtorch_cuda.so", false), ("libtorch.so", true),
    ];

    /// <summary>The folder to take libtorch from.</summary>
    /// <param name="application">The program's folder.</param>
    /// <returns>
    /// What <see cref="NativeBackend.FolderVariable"/> names; null where the program has a libtorch of its own; else the folder of
    /// python3's torch, or null.
    /// </returns>
    public static string? Find(string application)
    {
        string? named = Environment.GetEnvironmentVariable(NativeBackend.FolderVariable);
        return !string.IsNullOrEmpty(named) ? named
            : Has("libtorch_cpu.so") || !Has(NativeBackend.Library) ? null
            : AskPython();

        bool Has(string library) => File.Exists(Path.Combine(application, library));
    }

    /// <summary>Loads the libraries of a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>Null when all are loaded, else the reason in one sentence.</returns>
    public static string? Load(string folder)
    {
        if (!OperatingSystem.IsLinux())
        {
            return $"{NativeBackend.FolderVariable}: a libtorch of another folder can be used on Linux only.";
        }

        if (FindMissing(folder) is string missing)
        {
            return missing;
        }

        foreach (string path in Libraries(folder))
        {
            if (Open(path) is string problem)
            {
                return Explain(path, problem, VersionOf(folder));
            }
        }

        return null;
    }

    /// <summary>Loads a library with all its symbols.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Null, or what the system says against it.</returns>
    public static string? Open(string path)
    {
        _ = DlError(); // The runtime looks the call up by the same system calls, which would wipe out the reason later.
        return DlOpen(path, NowAndGlobal) != 0 ? null : Marshal.PtrToStringUTF8(DlError()) ?? "unknown reason";
    }

    /// <summary>The libraries of a folder, in the order in which they are loaded.</summary>
    /// <param name="folder">The folder.</param>
    public static IReadOnlyList<string> Libraries(string folder) =>
        [.. s_libraries.Select(l => Path.Combine(folder, l.Name)).Where(File.Exists)];

    /// <summary>Says that a folder has no libtorch; null when it has.</summary>
    /// <param name="folder">The folder.</param>
    public static string? FindMissing(string folder)
    {
        string[] missing =
            [.. s_libraries.Where(l => l.IsNeeded && !File.Exists(Path.Combine(folder, l.Name))).Select(l => l.Name)];
        return missing.Length == 0
            ? null
            : $"{NativeBackend.FolderVariable}: expected a folder with libtorch's libraries, such as .../site-packages/torch/lib, got "
                + $"'{folder}' without {string.Join(", ", missing)}.";
    }

    /// <summary>
    /// The version of a folder's libtorch: of PyTorch's version.py, or of the file build-version of a downloaded libtorch.
    /// </summary>
    /// <param name="folder">The folder of the libraries.</param>
    /// <returns>Null where neither file is.</returns>
    public static Version? VersionOf(string folder)
    {
        string above = Path.GetDirectoryName(Path.GetFullPath(folder)) ?? folder;
        foreach (string name in new[] { "version.py", "build-version" })
        {
            string file = Path.Combine(above, name);
            if (File.Exists(file) && Number().Match(File.ReadAllText(file)) is { Success: true } match)
            {
                return Version.Parse(match.Value);
            }
        }

        return null;
    }

    /// <summary>What is to be said of a version that is not the expected one though it loads; null when it is, or is not known.</summary>
    /// <param name="folder">The folder.</param>
    public static string? Warn(string folder) =>
        VersionOf(folder) is Version found && (found.Major, found.Minor) != (Expected.Major, Expected.Minor)
            ? $"libtorch {found} of {folder} is used although TorchSharp is made for {Expected}; numbers may differ, and a call that has "
                + "changed since may end the program."
            : null;

    /// <summary>Why a library cannot be loaded, in one sentence.</summary>
    /// <param name="path">The library.</param>
    /// <param name="problem">What the system said.</param>
    /// <param name="version">The version of its libtorch, or null.</param>
    public static string Explain(string path, string problem, Version? version)
    {
        string which = version is null ? "libtorch" : $"libtorch {version}";
        return Symbol().Match(problem) is { Success: true } symbol
            ? $"{which} does not fit this program, which is made for {Expected}: {Path.GetFileName(path)} lacks or needs the symbol "
                + $"{symbol.Groups[1].Value}. Install version {Expected}, or build with its packages (-p:TorchBackend=cpu or cuda)."
            : $"{which}: {path} cannot be loaded: {problem}";
    }

    private static string? AskPython() =>
        OtherProgram.Ask("python3", ["-c", Question]) is { Length: > 0 } answer && Directory.Exists(answer) ? answer : null;

    [GeneratedRegex(@"\d+\.\d+(\.\d+)?")]
    private static partial Regex Number();

    [GeneratedRegex(@"undefined symbol: (\S+)")]
    private static partial Regex Symbol();

    [LibraryImport("libc", EntryPoint = "dlopen", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint DlOpen(string path, int flags);

    [LibraryImport("libc", EntryPoint = "dlerror")]
    private static partial nint DlError();
}
