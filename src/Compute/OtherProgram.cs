using System.ComponentModel;
using System.Diagnostics;

namespace Reproduce.Compute;

/// <summary>A program of the machine that is asked something: git, python3, nvidia-smi, Slurm's clients.</summary>
public static class OtherProgram
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>Runs a program to its end. It reads nothing; its streams are read side by side, so that no full one stops it.</summary>
    /// <param name="program">Its name on the path, or its file.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="folder">Where it works; the working folder when not given.</param>
    /// <returns>Null when it is not there, or gives no answer within half a minute.</returns>
    public static (int ExitCode, string Output, string Errors)? Run(string program, IEnumerable<string> arguments, string folder = "")
    {
        ProcessStartInfo start = new(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using Process process = Process.Start(start)!;
            process.StandardInput.Close();
            Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(s_patience))
            {
                process.Kill(entireProcessTree: true);
                return null;
            }

            return (process.ExitCode, output.Result, errors.Result);
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    /// <summary>What a program answers when it ends well; null when it does not.</summary>
    /// <param name="program">Its name on the path, or its file.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="folder">Where it works; the working folder when not given.</param>
    public static string? Ask(string program, IEnumerable<string> arguments, string folder = "") =>
        Run(program, arguments, folder) is (0, var output, _) ? output.Trim() : null;
}
