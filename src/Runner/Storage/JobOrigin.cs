using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text.Json.Serialization;
using Reproduce.Compute;
using TorchSharp;

namespace Reproduce.Runner.Storage;

/// <summary>Where, when and with what a job was computed. It stands beside the result and decides nothing of it.</summary>
/// <param name="Source">Commit of the program; see <see cref="ThisSource"/>.</param>
/// <param name="Processor">The processor as the system names it.</param>
/// <param name="Cores">Its cores.</param>
/// <param name="OperatingSystem">Operating system.</param>
/// <param name="Runtime">.NET runtime.</param>
/// <param name="TorchSharp">Version of TorchSharp.</param>
/// <param name="Finished">UTC time at which the job was finished.</param>
/// <param name="PeakMemoryBytes">The largest memory that the process had until then, bytes; a training has a process of its own.</param>
public sealed record JobOrigin(
    string Source,
    string Processor,
    int Cores,
    string OperatingSystem,
    string Runtime,
    string TorchSharp,
    string Finished,
    long PeakMemoryBytes
)
{
    /// <summary>How times of jobs and runs are written, in UTC.</summary>
    public const string TimeFormat = "yyyy-MM-dd HH:mm'Z'";

    /// <summary>The variable of the environment that a batch script sets where others may work on the same node.</summary>
    public const string SharedVariable = "REPRODUCE_SHARED_NODE";

    private const int CommitDigits = 12;
    private static readonly Lazy<string> s_source = new(FindSource);

    /// <summary>
    /// Commit of the source that this program was built from, or "unknown"; "+" behind it when files in the checkout that the program
    /// stands in are changed.
    /// </summary>
    public static string ThisSource => s_source.Value;

    /// <summary>Whether it was a cluster's node that the job did not have for itself.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsShared { get; init; }

    /// <summary>Processor, cores and operating system.</summary>
    public string Machine => string.Create(CultureInfo.InvariantCulture, $"{Processor}, {Cores} cores, {OperatingSystem}");

    /// <summary>Runtime and TorchSharp.</summary>
    public string Versions => $"{Runtime}, TorchSharp {TorchSharp}";

    /// <summary>The origin of a job that this process has just finished.</summary>
    public static JobOrigin Here() =>
        new(
            ThisSource,
            ThisProcessor(),
            Environment.ProcessorCount,
            RuntimeInformation.OSDescription,
            RuntimeInformation.FrameworkDescription,
            VersionOf(typeof(torch)),
            DateTime.UtcNow.ToString(TimeFormat, CultureInfo.InvariantCulture),
            Process.GetCurrentProcess().PeakWorkingSet64
        )
        {
            IsShared = Environment.GetEnvironmentVariable(SharedVariable) is not null,
        };

    /// <summary>The processor's name as the system tells it.</summary>
    public static string ThisProcessor()
    {
        const string cpuInfo = "/proc/cpuinfo";
        string? line = File.Exists(cpuInfo)
            ? File.ReadLines(cpuInfo).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return line?.Split(':', 2)[1].Trim()
            ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER")
            ?? RuntimeInformation.ProcessArchitecture.ToString();
    }

    /// <summary>Bits of the widest vectors that this process computes with.</summary>
    public static int ThisVectorBits() => Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;

    /// <summary>Version of the package that a type comes from.</summary>
    /// <param name="type">The type.</param>
    public static string VersionOf(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return Informational(type)?.Split('+')[0] ?? type.Assembly.GetName().Version?.ToString() ?? "unknown";
    }

    private static string? Informational(Type type) =>
        type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;

    // The compiler writes the commit into the assembly: what the folder, in which a run is started, is at in the meantime says nothing of
    // the program.
    private static string FindSource()
    {
        string[] version = Informational(typeof(JobOrigin))?.Split('+', 2) ?? [];
        if (version.Length < 2 || version[1].Length < CommitDigits)
        {
            return "unknown";
        }

        string root = Git(AppContext.BaseDirectory, "rev-parse", "--show-toplevel");
        bool changed = root.Length > 0 && Git(root, "status", "--porcelain", "--", "src", "experiments", "configs").Length > 0;
        return version[1][..CommitDigits] + (changed ? "+" : "");
    }

    private static string Git(string folder, params string[] arguments) => OtherProgram.Ask("git", arguments, folder) ?? "";
}
