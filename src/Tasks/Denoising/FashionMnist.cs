namespace Reproduce.Tasks.Denoising;

/// <summary>The images and labels of Fashion-MNIST (Xiao, Rasul and Vollgraf 2017).</summary>
/// <param name="TrainingImages">Grey values, 60000 images of 28 x 28, row by row.</param>
/// <param name="TrainingLabels">Their classes, 0 to 9.</param>
/// <param name="TestImages">Grey values of the 10000 test images.</param>
/// <param name="TestLabels">Their classes.</param>
public sealed record FashionMnist(byte[] TrainingImages, byte[] TrainingLabels, byte[] TestImages, byte[] TestLabels)
{
    /// <summary>Height and width of an image.</summary>
    public const int Side = 28;

    /// <summary>Number of training images.</summary>
    public const int TrainingCount = 60_000;

    /// <summary>Number of test images.</summary>
    public const int TestCount = 10_000;

    /// <summary>Number of classes.</summary>
    public const int Classes = 10;

    /// <summary>What the classes show, by label.</summary>
    public static IReadOnlyList<string> ClassNames { get; } =
        ["T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"];

    /// <summary>Reads the four files of a folder.</summary>
    /// <param name="folder">A folder as <see cref="FashionMnistFolder.Find"/> gives it.</param>
    /// <exception cref="InvalidDataException">A file is damaged, or it is another data set.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static FashionMnist Read(string folder) => new(
        Images(folder, FashionMnistFolder.TrainingImages, TrainingCount),
        Labels(folder, FashionMnistFolder.TrainingLabels, TrainingCount),
        Images(folder, FashionMnistFolder.TestImages, TestCount),
        Labels(folder, FashionMnistFolder.TestLabels, TestCount));

    private static byte[] Images(string folder, string name, long count) =>
        IdxFile.Read(FashionMnistFolder.PathOf(folder, name), [count, Side, Side]).Values;

    private static byte[] Labels(string folder, string name, long count)
    {
        string path = FashionMnistFolder.PathOf(folder, name);
        byte[] labels = IdxFile.Read(path, [count]).Values;
        int wrong = Array.FindIndex(labels, l => l >= Classes);
        return wrong < 0
            ? labels
            : throw new InvalidDataException($"{path}: expected labels from 0 to {Classes - 1}, got {labels[wrong]} for image {wrong}.");
    }
}
