using System.Security.Cryptography;
using Reproduce.Files;

namespace Reproduce.Tasks;

/// <summary>Downloads published files of which nothing is believed but their size and SHA-256.</summary>
/// <remarks>A file gets its name only when it is complete and right.</remarks>
/// <param name="open">Opens an address for reading; null for HTTP.</param>
internal sealed class CheckedDownload(Func<Uri, Stream>? open)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(10);

    // One client for all files: a new one for each would greet the server anew.
    private static readonly Lazy<HttpClient> s_client = new(
        () => new HttpClient { Timeout = s_patience, MaxResponseContentBufferSize = 1 << 26 });

    /// <summary>Downloads a file, in the place of one that is there.</summary>
    /// <param name="source">Where it comes from.</param>
    /// <param name="target">What it is called here; its folder is there.</param>
    /// <param name="size">Bytes.</param>
    /// <param name="sha256">SHA-256, hexadecimal in small letters.</param>
    /// <exception cref="HttpRequestException">There is no network, or the server refuses.</exception>
    /// <exception cref="InvalidDataException">What came is not the published file.</exception>
    public void Fetch(Uri source, string target, long size, string sha256)
    {
        string partial = $"{target}.{Environment.ProcessId}.partial";
        try
        {
            long length;
            using (Stream stream = (open ?? OpenHttp)(source))
            using (FileStream file = File.Create(partial))
            {
                length = CopyAtMost(stream, file, size + 1);
                file.Position = 0;
                string got = Convert.ToHexStringLower(SHA256.HashData(file));
                if (length != size || got != sha256)
                {
                    throw new InvalidDataException(
                        $"{source}: expected {size} bytes with SHA-256 {sha256}, got {(length > size ? "more" : $"{length} bytes")} with "
                            + $"{got}."
                    );
                }
            }

            HeldFiles.Replace(partial, target);
        }
        finally
        {
            File.Delete(partial);
        }
    }

    // A server that never ends must not fill the disk.
    private static long CopyAtMost(Stream source, Stream target, long most)
    {
        byte[] buffer = new byte[1 << 16];
        long copied = 0;
        while (copied < most)
        {
            int read = source.Read(buffer, 0, (int)Math.Min(buffer.Length, most - copied));
            if (read == 0)
            {
                break;
            }

            target.Write(buffer, 0, read);
            copied += read;
        }

        return copied;
    }

    private static MemoryStream OpenHttp(Uri source) => new(s_client.Value.GetByteArrayAsync(source).GetAwaiter().GetResult());
}
