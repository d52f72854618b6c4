namespace Reproduce.Tasks.Denoising;

/// <summary>Downloads Fashion-MNIST from its authors' address and checks it.</summary>
/// <remarks>
/// The address is plain HTTP, so nothing is believed but the SHA-256 of each file.
/// </remarks>
/// <param name="open">Opens an address for reading; null for HTTP.</param>
/// <param name="address">The folder on the net, ending in a slash; null for the authors'.</param>
public sealed class FashionMnistDownload(Func<Uri, Stream>? open = null, Uri? address = null)
{
    // Of the compressed files as published; Debian's package holds the same content, compressed anew.
    private static readonly Dictionary<string, (long Size, string Sha256)> s_published = new()
    {
        [FashionMnistFolder.TrainingImages] = (26_421_880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
        [FashionMnistFolder.TrainingLabels] = (29_515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
        [FashionMnistFolder.TestImages] = (4_422_102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
        [FashionMnistFolder.TestLabels] = (5_148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
    };

    private readonly CheckedDownload _download = new(open);

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
            (long size, string sha256) = s_published[name];
            _download.Fetch(new Uri(Address, name + ".gz"), Path.Combine(folder, name + ".gz"), size, sha256);
        }
    }
}
