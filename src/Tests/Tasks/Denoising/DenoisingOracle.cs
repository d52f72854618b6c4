using System.Globalization;
using System.IO.Compression;
using NUnit.Framework;
using Reproduce.Tasks.Denoising;
using Reproduce.Tests.Runner;

namespace Reproduce.Tests.Tasks.Denoising;

/// <summary>The reference values in src/Tests/Data/denoising and the installed data set.</summary>
internal static class DenoisingOracle
{
    // The task's own places; it is run from the root of the checkout.
    private static readonly string[] s_places = [.. FashionMnistFolder.Places.Select(p => Path.Combine(Repository.Root, p))];
    private static readonly Lazy<FashionMnist> s_data = new(() => FashionMnist.Read(Folder));

    /// <summary>The folder of the data set; the test is skipped where it is not installed.</summary>
    public static string Folder
    {
        get
        {
            string? found = s_places.FirstOrDefault(FashionMnistFolder.IsComplete);
            if (found is null)
            {
                Assert.Ignore(
                    $"Fashion-MNIST is not installed (looked in {string.Join(", ", s_places)}): apt-get install dataset-fashion-mnist."
                );
            }

            return found!;
        }
    }

    /// <summary>The data set; the test is skipped where it is not installed.</summary>
    public static FashionMnist Data
    {
        get
        {
            _ = Folder; // What a Lazy throws it throws for ever, with the first test's stack.
            return s_data.Value;
        }
    }

    /// <summary>The rows of a file behind its header.</summary>
    public static IEnumerable<double[]> Rows(string file)
    {
        using Stream stream = File.OpenRead(Path.Combine(TestContext.CurrentContext.TestDirectory, "Data", "denoising", file));
        using Stream text = file.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(stream, CompressionMode.Decompress) : stream;
        using StreamReader reader = new(text);
        reader.ReadLine();
        while (reader.ReadLine() is { } line)
        {
            yield return [.. line.Split(',').Select(v => double.Parse(v, CultureInfo.InvariantCulture))];
        }
    }

    /// <summary>The pixels of a test image in [-1, 1].</summary>
    public static float[] Image(int index)
    {
        const int Pixels = FashionMnist.Side * FashionMnist.Side;
        return [.. Data.TestImages.AsSpan(index * Pixels, Pixels).ToArray().Select(p => p * 2 / 255f - 1)];
    }
}
