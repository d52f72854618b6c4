using System.Diagnostics;
using NUnit.Framework;

namespace Reproduce.Tests.Tasks.External;

/// <summary>R, where there is one.</summary>
internal static class Rscript
{
    /// <summary>The program; a test that asks for it is left out where there is none.</summary>
    public static string OrIgnore()
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo("Rscript", ["--version"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            process.WaitForExit();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Ignore("Rscript is not installed (Debian: r-base-core).");
        }

        return "Rscript";
    }
}
