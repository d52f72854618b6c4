using Reproduce.Compute;

namespace Reproduce.Runner.Storage;

/// <summary>Writes text files whole or not at all.</summary>
internal static class WholeFile
{
    /// <summary>Writes a file beside its place and puts it there.</summary>
    /// <param name="path">The file; an older one is replaced.</param>
    /// <param name="text">Its content.</param>
    public static void Write(string path, string text)
    {
        string beside = FormattableString.Invariant($"{path}.{Environment.ProcessId}.tmp");
        try
        {
            FileSizeLimit.WriteText(beside, text);
            File.Move(beside, path, overwrite: true);
        }
        catch
        {
            File.Delete(beside);
            throw;
        }
    }
}
