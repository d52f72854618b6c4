using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Reproduce.Files;

namespace Reproduce.Runner.Storage;

/// <summary>A process that works, or worked, in a results folder or on a job.</summary>
/// <param name="Host">Name of its machine.</param>
/// <param name="Process">Its number there.</param>
/// <param name="Started">When it was started; a number alone may have been given to another process since.</param>
public sealed record ProcessIdentity(string Host, int Process, DateTime Started)
{
    // Start times are counted from the start of the machine in hundredths of a second and drift with its clock.
    private static readonly TimeSpan s_tolerance = TimeSpan.FromSeconds(10);

    /// <summary>This process.</summary>
    public static ProcessIdentity Self()
    {
        using Process process = System.Diagnostics.Process.GetCurrentProcess();
        return new ProcessIdentity(Environment.MachineName, Environment.ProcessId, process.StartTime.ToUniversalTime());
    }

    /// <summary>Whether it is a process of this machine.</summary>
    [JsonIgnore]
    public bool IsHere => Host == Environment.MachineName;

    /// <summary>Whether it is a process of this machine and still runs.</summary>
    [JsonIgnore]
    public bool IsRunningHere
    {
        get
        {
            if (!IsHere)
            {
                return false;
            }

            try
            {
                using Process process = System.Diagnostics.Process.GetProcessById(Process);
                return (process.StartTime.ToUniversalTime() - Started).Duration() < s_tolerance;
            }
            catch (Exception e) when (e is ArgumentException or InvalidOperationException or Win32Exception)
            {
                return false;
            }
        }
    }

    /// <summary>Reads an identity; null when the file is missing or damaged.</summary>
    /// <param name="path">The file.</param>
    public static ProcessIdentity? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<ProcessIdentity>(HeldFiles.ReadText(path)) is { Host: not null } identity ? identity : null;
        }
        catch (Exception e) when (e is JsonException or FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Writes it to a file.</summary>
    /// <param name="path">The file.</param>
    public void Write(string path) => WholeFile.WriteText(path, JsonSerializer.Serialize(this));

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"process {Process} on {Host}, started {Started:yyyy-MM-dd HH:mm:ss} UTC");
}
