using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Tasks.Denoising;
using Reproduce.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tests.Tasks.Denoising;

/// <summary>The camera against SciPy and scikit-image on real images, and against brute force on made-up ones.</summary>
public sealed class CameraModelTests() : SeededTests(s_key)
{
    private const int Pixels = 784;
    private static readonly RandomKey s_key = RandomKey.FromSeed(61);

    [Test]
    public void BlurIsSciPys()
    {
        CameraModel camera = new();
        foreach (IGrouping<double, double[]> image in DenoisingOracle.Rows("blur.csv.gz").GroupBy(r => r[0]))
        {
            Tensor half = (tensor(DenoisingOracle.Image((int)image.Key), [1, Pixels]) + 1) / 4;
            double[] expected = [.. image.OrderBy(r => r[1] * 28 + r[2]).Select(r => r[3])];

            // Eight digits are stored; float32 sums of at most 441 terms below 0.5.
            Assert.That(TaskAssert.Values(camera.Blur(half)), Is.EqualTo(expected).Within(1e-6), $"image {image.Key}");
        }
    }

    [Test]
    public void LevelsAreScikitImages()
    {
        double[][] rows = [.. DenoisingOracle.Rows("images.csv")];
        Tensor images = tensor([.. rows.SelectMany(r => DenoisingOracle.Image((int)r[0]))], [rows.Length, Pixels]);
        Assert.That(TaskAssert.Values(CameraModel.Levels((images + 1) / 2)), Is.EqualTo(rows.Select(r => r[2])));
    }

    [Test]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void ShotNoiseHasScikitImagesMoments()
    {
        const int Draws = 4000;
        foreach (IGrouping<double, double[]> image in DenoisingOracle.Rows("poisson.csv").GroupBy(r => r[0]))
        {
            Tensor u = ((tensor(DenoisingOracle.Image((int)image.Key), [1, Pixels]) + 1) / 2).expand(Draws, -1);
            Tensor noisy = CameraModel.Expose(u, Random).to(ScalarType.Float64);
            double[] mean = TaskAssert.Values(noisy.mean([0])), deviation = TaskAssert.Values(noisy.std(0));
            foreach (double[] row in image)
            {
                int pixel = (int)(row[1] * 28 + row[2]);
                string where = $"image {row[0]} at {row[1]}, {row[2]}";
                Assert.That((double)u[0, pixel].item<float>(), Is.EqualTo(row[3]).Within(1e-6), where);

                // Both are averages of 4000 draws: six standard errors of the difference; the deviation's is sd / sqrt(2 n) and more
                // where few counts or the clipping make tails.
                double error = Math.Sqrt(2.0 / Draws) * row[5];
                Assert.That(mean[pixel], Is.EqualTo(row[4]).Within(6 * error + 1e-6), where);
                Assert.That(deviation[pixel], Is.EqualTo(row[5]).Within(6 * error + 1e-6), where);
            }
        }
    }

    [TestCase(28, 28, 2.5)]
    [TestCase(5, 7, 2.5)]
    [TestCase(3, 1, 4.0)]
    public void BlurIsTheMirroredConvolution(int height, int width, double deviation)
    {
        CameraModel camera = new(new CameraSettings { Height = height, Width = width, BlurDeviation = deviation });
        Tensor images = Random.Uniform([2, height * width]);
        float[] pixels = images.data<float>().ToArray();
        int radius = (int)(4 * deviation + 0.5);
        List<double> expected = [];
        for (int b = 0; b < 2; b++)
        {
            for (int row = 0; row < height; row++)
            {
                for (int column = 0; column < width; column++)
                {
                    double sum = 0, weights = 0;
                    for (int dy = -radius; dy <= radius; dy++)
                    {
                        for (int dx = -radius; dx <= radius; dx++)
                        {
                            double w = Math.Exp(-0.5 * (dx * dx + dy * dy) / (deviation * deviation));
                            weights += w;
                            sum += w * pixels[(b * height + Mirror(row + dy, height)) * width + Mirror(column + dx, width)];
                        }
                    }

                    expected.Add(sum / weights);
                }
            }
        }

        Tensor blurred = camera.Blur(images);
        Assert.That(blurred.shape, Is.EqualTo(new long[] { 2, height, width }));
        Assert.That(TaskAssert.Values(blurred), Is.EqualTo(expected).Within(1e-6));

        // Step by step, as a mirror works.
        static int Mirror(int i, int n)
        {
            while (i < 0 || i >= n)
            {
                i = i < 0 ? -1 - i : 2 * n - 1 - i;
            }

            return i;
        }
    }

    [TestCase(1, 1)]
    [TestCase(2, 2)]
    [TestCase(3, 4)]
    [TestCase(4, 4)]
    [TestCase(128, 128)]
    [TestCase(129, 256)]
    [TestCase(256, 256)]
    [TestCase(512, 512)]
    [TestCase(513, 1024)]
    [TestCase(784, 1024)]
    public void LevelsAreThePowerOfTwoAboveTheDistinctValues(int distinct, int expected)
    {
        float[] pixels = [.. Enumerable.Range(0, Pixels).Select(i => i % distinct / 1000f)];
        Tensor both = stack([tensor(pixels), zeros(Pixels)]);
        Assert.That(TaskAssert.Values(CameraModel.Levels(both)), Is.EqualTo(new double[] { expected, 1 }), "each image for itself");
        Assert.That(CameraModel.LargestRate(distinct), Is.EqualTo(expected), "of an image of so many pixels, without looking at it");
    }

    [Test]
    public void ShotNoiseIsPoisson()
    {
        // Two grey values: V = 2, so Poisson(0.5) / 2 clipped at 1 where u = 1/4, and Poisson(1.5) / 2 where u = 3/4.
        const int N = 4000;
        Tensor u = (arange(Pixels) % 2).to(ScalarType.Float32).mul(0.5).add(0.25).expand(N, -1);
        Tensor noisy = CameraModel.Expose(u, Random).view(N, -1, 2);
        for (int side = 0; side < 2; side++)
        {
            double rate = 0.5 + side;
            double none = Math.Exp(-rate), one = rate * none;
            double[] expected = [none, one, 1 - none - one];
            Tensor values = noisy.select(2, side);
            double count = values.numel();
            for (int k = 0; k < 3; k++)
            {
                double share = values.eq(k / 2.0).sum().item<long>() / count;
                double error = Math.Sqrt(expected[k] * (1 - expected[k]) / count);
                Assert.That(share, Is.EqualTo(expected[k]).Within(5 * error), $"rate {rate}, value {k / 2.0}");
            }
        }
    }

    [Test]
    public void APhotographIsTheBlurredHalfOfTheNoisyImage()
    {
        CameraModel camera = new();
        Tensor theta = Random.Uniform([3, Pixels]) * 2 - 1;
        Random.Restart(s_key.Child("photograph"));
        Observation x = camera.Simulate(theta, Random);
        Random.Restart(s_key.Child("photograph"));
        Tensor noisy = CameraModel.Expose((theta + 1) / 2, Random);
        Assert.That(x.Sole.shape, Is.EqualTo(new long[] { 3, 1, 28, 28 }));
        Assert.That(x.Sole.dtype, Is.EqualTo(ScalarType.Float32));
        Assert.That(TaskAssert.Values(x.Sole), Is.EqualTo(TaskAssert.Values(camera.Blur(noisy * 0.5))).Within(1e-6));
        Assert.That(TaskAssert.Values(x.Sole), Has.All.InRange(0, 0.5 + 1e-6));
    }

    [Test]
    public void BlackAndWhiteImagesAreNoTrouble()
    {
        CameraModel camera = new();
        Tensor theta = stack([full(Pixels, -1f), ones(Pixels), full(Pixels, 3f), full(Pixels, -3f)]);
        double[] x = TaskAssert.Values(camera.Simulate(theta, Random).Sole);
        Assert.That(x.Take(Pixels), Has.All.Zero);
        Assert.That(x.Skip(Pixels).Take(2 * Pixels), Has.All.InRange(0.1, 0.5 + 1e-6));
        Assert.That(x.Skip(3 * Pixels), Has.All.Zero, "pixels outside [-1, 1] are clipped");
    }

    [Test]
    public void NoTensorIsLeftOver()
    {
        CameraModel camera = new();
        Tensor theta = Random.Uniform([3, Pixels]);
        camera.Simulate(theta, Random).Dispose(); // The camera keeps its blur.
        long before = LiveTensors.Settled();
        camera.Simulate(theta, Random).Dispose();
        Assert.That(Tensor.TotalCount, Is.EqualTo(before));
    }

    /// <summary>A scope that ends, another device and other threads: none of them takes the blur away from a photograph.</summary>
    [Test]
    public void TheBlurIsCopiedToADeviceOnce()
    {
        CameraModel camera = new(new CameraSettings { Height = 5, Width = 7 });
        Tensor images = Random.Uniform([2, 35]);
        double[] expected;
        using (NewDisposeScope())
        {
            expected = TaskAssert.Values(camera.Blur(images));
        }

        (Tensor across, Tensor down) = camera.MatricesOn(CPU);
        (Tensor Across, Tensor Down) elsewhere = camera.MatricesOn(META);
        Assert.That(across.shape, Is.EqualTo(new long[] { 7, 7 }));
        Assert.That(down.shape, Is.EqualTo(new long[] { 5, 5 }));
        Assert.That(elsewhere.Across.device.type, Is.EqualTo(DeviceType.META));
        Assert.That(elsewhere.Down.device.type, Is.EqualTo(DeviceType.META));
        Assert.That(camera.MatricesOn(CPU).Across, Is.SameAs(across));
        Assert.That(camera.MatricesOn(CPU).Down, Is.SameAs(down));
        Assert.That(camera.Blur(images.to(META)).device.type, Is.EqualTo(DeviceType.META));

        CameraModel shared = new(new CameraSettings { Height = 5, Width = 7 });
        (Tensor Matrix, double[] Blurred)[] seen = new (Tensor, double[])[8];
        Parallel.For(0, seen.Length, i =>
        {
            using DisposeScope scope = NewDisposeScope();
            seen[i] = (shared.MatricesOn(CPU).Across, TaskAssert.Values(shared.Blur(images)));
        });
        Assert.That(seen.Select(s => s.Matrix), Has.All.SameAs(seen[0].Matrix));
        Assert.That(seen.Select(s => s.Blurred).Append(TaskAssert.Values(camera.Blur(images))), Has.All.EqualTo(expected));
    }

    [Test]
    public void WrongShapesAndSettingsAreRefused()
    {
        CameraModel camera = new();
        Assert.That(
            () => camera.Simulate(zeros(2, 783), Random),
            Throws.ArgumentException.With.Message.EqualTo("theta: expected [B, 784], got [2, 783].")
        );
        Assert.That(() => new CameraModel(new CameraSettings { BlurDeviation = 0 }), Throws.ArgumentException);
        Assert.That(() => new CameraModel(new CameraSettings { Gain = double.NaN }), Throws.ArgumentException);
    }
}
