using System.Diagnostics;
using NUnit.Framework;

namespace Reproduce.Tests.Tasks.External;

/// <summary>A Python with numpy, where there is one.</summary>
internal static class Python
{
    private static readonly Lazy<string?> s_found = new(() => new[] { "python3", "/usr/bin/python3", "python" }.FirstOrDefault(HasNumpy));

    /// <summary>The program; a test that asks for it is left out where there is none.</summary>
    public static string OrIgnore()
    {
        if (s_found.Value is null)
        {
            Assert.Ignore("python3 with numpy is not installed (Debian: python3-numpy).");
        }

        return s_found.Value!;
    }

    private static bool HasNumpy(string python)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(python, ["-c", "import numpy"]) { RedirectStandardError = true })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
