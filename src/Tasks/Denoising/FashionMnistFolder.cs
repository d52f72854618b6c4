namespace Reproduce.Tasks.Denoising;

/// <summary>Finds the four files of Fashion-MNIST on this computer.</summary>
public static class FashionMnistFolder
{
    /// <summary>Name of the training images, without ".gz".</summary>
    public const string TrainingImages = "train-images-idx3-ubyte";

    /// <summary>Name of the training labels.</summary>
    public const string TrainingLabels = "train-labels-idx1-ubyte";

    /// <summary>Name of the test images.</summary>
    public const string TestImages = "t10k-images-idx3-ubyte";

    /// <summary>Name of the test labels.</summary>
    public const string TestLabels = "t10k-labels-idx1-ubyte";

    /// <summary>Where the files are downloaded to, and looked for first.</summary>
    public const string Local = "data/fashion-mnist";

    /// <summary>Where Debian's package dataset-fashion-mnist puts them.</summary>
    public const string Debian = "/usr/share/datasets/fashion-mnist";

    /// <summary>The names of all four files.</summary>
    public static IReadOnlyList<string> Names { get; } = [TrainingImages, TrainingLabels, TestImages, TestLabels];

    /// <summary>The folders that are searched when none is given, in order.</summary>
    public static IReadOnlyList<string> Places { get; } = [Local, Debian];

    /// <summary>The file of a name, compressed if there is such a one, else plain.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="name">One of <see cref="Names"/>.</param>
    public static string PathOf(string folder, string name)
    {
        string compressed = Path.Combine(folder, name + ".gz");
        string plain = Path.Combine(folder, name);
        return !File.Exists(compressed) && File.Exists(plain) ? plain : compressed;
    }

    /// <summary>True when all four files are in a folder.</summary>
    /// <param name="folder">The folder.</param>
    public static bool IsComplete(string folder) => Names.All(n => File.Exists(PathOf(folder, n)));

    /// <summary>The first folder that has all four files.</summary>
    /// <param name="given">The only folder to look in; null to search <see cref="Places"/> and then download.</param>
    /// <param name="download">Fetches the files into <see cref="Local"/>; null never to use the network.</param>
    /// <param name="places">Other places than <see cref="Places"/>; the first one is where a download goes.</param>
    /// <exception cref="FileNotFoundException">The data are nowhere; the message lists the places and what to do.</exception>
    /// <exception cref="InvalidDataException">What was downloaded is not Fashion-MNIST.</exception>
    public static string Find(string? given, FashionMnistDownload? download = null, IReadOnlyList<string>? places = null)
    {
        IReadOnlyList<string> searched = given is null ? places ?? Places : [given];
        if (searched.FirstOrDefault(IsComplete) is string found)
        {
            return found;
        }

        string reason = "";
        if (given is null && download is not null)
        {
            try
            {
                download.Fetch(searched[0]);
                return searched[0];
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException or UnauthorizedAccessException or IOException)
            {
                reason = $" The download from {download.Address} failed: {e.Message.TrimEnd('.')}.";
            }
        }

        throw new FileNotFoundException(
            $"Fashion-MNIST was not found in {string.Join(", ", searched)}.{reason} Put {string.Join(", ", Names.Select(n => n + ".gz"))} "
                + $"into {Local}, install Debian's package dataset-fashion-mnist, or give the folder in the experiment file."
        );
    }
}
