using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Tasks.Denoising;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tests.Tasks.Denoising;

/// <summary>The splits and the scaling, on made-up images whose first two pixels say which image it is.</summary>
public sealed class DenoisingTaskTests
{
    private static readonly DenoisingTask s_task = new(() =>
        new FashionMnist(
            Numbered(FashionMnist.TrainingCount),
            NumberedLabels(FashionMnist.TrainingCount),
            Numbered(FashionMnist.TestCount),
            NumberedLabels(FashionMnist.TestCount)
        )
    );

    [Test]
    public void SplitsAreThePublishedOnes()
    {
        Assert.That(s_task.Count(DataSplit.Training), Is.EqualTo(60_000));
        Assert.That(s_task.Count(DataSplit.Validation), Is.EqualTo(500));
        Assert.That(s_task.Count(DataSplit.Test), Is.EqualTo(9_500));
        int[] validation = Rows(DataSplit.Validation, 0, 500), test = Rows(DataSplit.Test, 0, 9_500);
        Assert.That(validation.Concat(test).Order(), Is.EqualTo(Enumerable.Range(0, 10_000)));

        // The first numbers of numpy.random.default_rng(42).permutation(10000) are 8132, 8268, 719, 8237, 4555.
        Assert.That(validation, Is.SupersetOf(new[] { 8132, 8268, 719, 8237, 4555 }).And.Ordered);
        Assert.That(test, Is.Ordered);
        Assert.That(Rows(DataSplit.Training, 0, 2000), Is.EqualTo(Enumerable.Range(0, 2000)));
        Assert.That(Rows(DataSplit.Training, 59_990, 10), Is.EqualTo(Enumerable.Range(59_990, 10)));
        Assert.That(Rows(DataSplit.Test, 100, 5), Is.EqualTo(test[100..105]));
    }

    [Test]
    public void LabelsBelongToTheImages([Values] DataSplit split) =>
        Assert.That(s_task.Labels(split, 17, 100), Is.EqualTo(Rows(split, 17, 100).Select(i => (byte)(i % 10))));

    [Test]
    public void PixelsAreScaledFromMinusOneToOne()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor image = s_task.Parameters(DataSplit.Training, 0, 1);
        Assert.That(image.shape, Is.EqualTo(new long[] { 1, 784 }));
        Assert.That(image.dtype, Is.EqualTo(ScalarType.Float32));
        double[] pixels = TaskAssert.Values(image);
        Assert.That(pixels[2..], Is.EqualTo(Enumerable.Range(2, 782).Select(i => -1 + 2.0 * (i % 256) / 255)).Within(1e-6));
        Assert.That(pixels[3 * 256 - 1], Is.EqualTo(1));
    }

    [Test]
    public void ThePriorIsTheTrainingImages()
    {
        using DisposeScope scope = NewDisposeScope();
        using RandomSource random = new(RandomKey.FromSeed(67));
        int[] drawn = Numbers(s_task.SamplePrior(5000, random));
        Assert.That(drawn, Has.All.InRange(0, 59_999));
        Assert.That(drawn.Average(), Is.EqualTo(29_999.5).Within(6 * 60_000 / Math.Sqrt(12 * 5000)));
    }

    [Test]
    public void NothingIsReadBeforeItIsNeeded()
    {
        DenoisingTask task = new(new DenoisingSettings { DataFolder = "/nonexistent" });
        Assert.That(task.ParameterNames, Has.Count.EqualTo(784));
        Assert.That(task.ParameterNames[29], Is.EqualTo("pixel_1_1"));
        Assert.That(() => task.Parameters(DataSplit.Test, 0, 1), Throws.TypeOf<FileNotFoundException>());
        Assert.That(() => s_task.Parameters(DataSplit.Test, 9_400, 101), Throws.ArgumentException);
    }

    [Test]
    public void RealImagesAreReadAndPhotographed()
    {
        string folder = DenoisingOracle.Folder;
        using DisposeScope scope = NewDisposeScope();
        using RandomSource random = new(RandomKey.FromSeed(71));
        DenoisingTask task = new(new DenoisingSettings { DataFolder = folder });
        Tensor theta = task.Parameters(DataSplit.Test, 0, 8);
        Observation x = task.Simulate(theta, random);
        Assert.That(x.Sole.shape, Is.EqualTo(new long[] { 8, 1, 28, 28 }));

        // Blur with mirrored edges keeps all light and the gain halves it; clipping takes up to 0.4 / sqrt(V) of the brightest pixels.
        Tensor brightness = (theta + 1).mean([1]) / 4;
        Assert.That(TaskAssert.Values(x.Sole.mean([1, 2, 3])), Is.EqualTo(TaskAssert.Values(brightness)).Within(0.02));
    }

    private static int[] Rows(DataSplit split, long first, long count)
    {
        using Tensor images = s_task.Parameters(split, first, count);
        return Numbers(images);
    }

    private static int[] Numbers(Tensor images)
    {
        using DisposeScope scope = NewDisposeScope();
        double[] pixels = TaskAssert.Values(((images.narrow(1, 0, 2) + 1) * 127.5).round());
        return [.. pixels.Chunk(2).Select(p => (int)p[0] * 256 + (int)p[1])];
    }

    private static byte[] Numbered(int count)
    {
        byte[] images = new byte[count * 784];
        for (int image = 0; image < count; image++)
        {
            for (int i = 2; i < 784; i++)
            {
                images[image * 784 + i] = (byte)i;
            }

            images[image * 784] = (byte)(image >> 8);
            images[image * 784 + 1] = (byte)image;
        }

        return images;
    }

    private static byte[] NumberedLabels(int count) => [.. Enumerable.Range(0, count).Select(i => (byte)(i % 10))];
}
