using System.Globalization;
using System.IO.Compression;
using NUnit.Framework;
using Reproduce.Tasks.Denoising;

namespace Reproduce.Tests.Tasks.Denoising;

/// <summary>The reference values in src/Tests/Data/denoising and the installed data set.</summary>
internal static class DenoisingOracle
{
    private static readonly Lazy<FashionMnist?> s_data = new(Load);

    /// <summary>The data set; the test is skipped where it is not installed.</summary>
    public static FashionMnist Data
    {
        get
        {
            if (s_data.Value is null)
            {
                Assert.Ignore($"Fashion-MNIST is not installed (looked in {FashionMnistFolder.Debian}): apt-get install dataset-fashion-mnist.");
            }

            return s_data.Value!;
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

    private static FashionMnist? Load() =>
        FashionMnistFolder.IsComplete(FashionMnistFolder.Debian) ? FashionMnist.Read(FashionMnistFolder.Debian) : null;
}
