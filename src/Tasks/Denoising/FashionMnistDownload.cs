using System.Security.Cryptography;
using Reproduce.Files;

namespace Reproduce.Tasks.Denoising;

/// <summary>Downloads Fashion-MNIST from its authors' address and checks it.</summary>
/// <remarks>
/// The address is plain HTTP, so nothing is believed but the SHA-256 of each file. A file gets its name only when it is complete and
/// right.
/// </remarks>
/// <param name="open">Opens an address for reading; null for HTTP.</param>
/// <param name="address">The folder on the net, ending in a slash; null for the authors'.</param>
public sealed class FashionMnistDownload(Func<Uri, Stream>? open = null, Uri? address = null)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(10);

    // Of the compressed files as published; Debian's package holds the same content, compressed anew.
    private static readonly Dictionary<string, (long Size, string Sha256)> s_published = new()
    {
        [FashionMnistFolder.TrainingImages] = (26_421_880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
        [FashionMnistFolder.TrainingLabels] = (29_515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
        [FashionMnistFolder.TestImages] = (4_422_102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
        [FashionMnistFolder.TestLabels] = (5_148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
    };

    /// <summary>Where the files come from.</summary>
    public Uri Address { get; } = address ?? new Uri("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/");

    /// <summary>Downloads the files that a folder does not have yet.</summary>
    /// <param name="folder">The folder; made if need be.</param>
    /// <exception cref="HttpRequestException">There is no network, or the server refuses.</exception>
    /// <exception cref="InvalidDataException">What came is not the published file.</exception>
    public void Fetch(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (string name in FashionMnistFolder.Names.Where(n => !File.Exists(FashionMnistFolder.PathOf(folder, n))))
        {
            Fetch(folder, name);
        }
    }

    private void Fetch(string folder, string name)
    {
        Uri source = new(Address, name + ".gz");
        (long size, string sha256) = s_published[name];
        string target = Path.Combine(folder, name + ".gz");
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

    private static MemoryStream OpenHttp(Uri source)
    {
        using HttpClient client = new() { Timeout = s_patience, MaxResponseContentBufferSize = 1 << 26 };
        return new MemoryStream(client.GetByteArrayAsync(source).GetAwaiter().GetResult());
    }
}
