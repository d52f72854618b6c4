using System.Globalization;
using Reproduce.Compute;
using static TorchSharp.torch;

namespace Reproduce.Tasks.Denoising;

/// <summary>
/// Experiment 4 of the paper: which picture was it? The parameter is a Fashion-MNIST image, the observation a noisy, blurred photograph.
/// </summary>
/// <remarks>
/// <para>The parameter is the image of 784 pixels scaled to [-1, 1]; the observation is one tensor "x", [B, 1, 28, 28] (<see
/// cref="CameraModel"/>). There is no prior density: the prior is the distribution that the images come from. The training split is the
/// training images in the order of the file (2000 of them are the first 2000), the validation split the 500 test images that the
/// published script chose, the test split the other 9500 in the order of the file.</para>
/// <para>The data are read when they are first needed. All methods may be used from several threads.</para>
/// </remarks>
public sealed class DenoisingTask : ITask, IFixedSplits, IImageParameters
{
    /// <summary>The value of <c>kind:</c> in an experiment file.</summary>
    public const string Kind = "denoising";

    private const int Pixels = FashionMnist.Side * FashionMnist.Side;
    private readonly CameraModel _camera;
    private readonly Lazy<FashionMnist> _data;

    /// <summary>A task with these settings.</summary>
    /// <param name="settings">The settings; null for the paper's.</param>
    public DenoisingTask(DenoisingSettings? settings = null)
        : this(() => Load(settings ?? new DenoisingSettings()), settings?.Camera)
    {
    }

    /// <summary>A task on given data, for tests.</summary>
    internal DenoisingTask(Func<FashionMnist> data, CameraSettings? camera = null)
    {
        _camera = new CameraModel(camera);
        Require.InRange(_camera.Pixels, Pixels, Pixels, "pixels of the camera");
        _data = new Lazy<FashionMnist>(data);
        ParameterNames = [.. Enumerable.Range(0, Pixels).Select(i =>
            string.Create(CultureInfo.InvariantCulture, $"pixel_{i / FashionMnist.Side}_{i % FashionMnist.Side}"))];
    }

    /// <inheritdoc/>
    public string Name => Kind;

    /// <inheritdoc/>
    public IReadOnlyList<string> ParameterNames { get; }

    /// <inheritdoc/>
    public TaskDescription Description => new() { ParameterLabels = ParameterNames, Data = this, Images = this };

    /// <inheritdoc/>
    public int Side => FashionMnist.Side;

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames { get; } =
        ["T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot"];

    /// <inheritdoc/>
    /// <remarks>Training images, with replacement.</remarks>
    public Tensor SamplePrior(long count, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        using Tensor chosen = random.Integers(0, FashionMnist.TrainingCount, [count]);
        return Scaled(_data.Value.TrainingImages, chosen.data<long>().ToArray());
    }

    /// <inheritdoc/>
    /// <remarks>On the device of theta, so that a training can photograph every batch anew.</remarks>
    public Observation Simulate(Tensor theta, RandomSource random) => _camera.Simulate(theta, random);

    /// <inheritdoc/>
    public long Count(DataSplit split) => split switch
    {
        DataSplit.Training => FashionMnist.TrainingCount,
        DataSplit.Validation => DenoisingValidation.Images.Length,
        _ => FashionMnist.TestCount - DenoisingValidation.Images.Length,
    };

    /// <inheritdoc/>
    public Tensor Parameters(DataSplit split, long first, long count) =>
        Scaled(split == DataSplit.Training ? _data.Value.TrainingImages : _data.Value.TestImages, Rows(split, first, count));

    /// <inheritdoc/>
    public byte[] Labels(DataSplit split, long first, long count)
    {
        byte[] labels = split == DataSplit.Training ? _data.Value.TrainingLabels : _data.Value.TestLabels;
        return [.. Rows(split, first, count).Select(i => labels[i])];
    }

    private static FashionMnist Load(DenoisingSettings settings) =>
        FashionMnist.Read(FashionMnistFolder.Find(settings.DataFolder, settings.Download ? new FashionMnistDownload() : null));

    // Indices into the file that a split is taken from.
    private long[] Rows(DataSplit split, long first, long count)
    {
        long size = Count(split);
        Require.InRange(first, 0, size, "first");
        Require.InRange(count, 0, size - first, "count");
        return split switch
        {
            DataSplit.Training => [.. Enumerable.Range((int)first, (int)count).Select(i => (long)i)],
            DataSplit.Validation => [.. DenoisingValidation.Images.Slice((int)first, (int)count).ToArray().Select(i => (long)i)],
            _ => [.. DenoisingValidation.Others().Skip((int)first).Take((int)count).Select(i => (long)i)],
        };
    }

    private static Tensor Scaled(byte[] images, long[] rows)
    {
        float[] pixels = new float[checked(rows.Length * Pixels)];
        for (int row = 0; row < rows.Length; row++)
        {
            ReadOnlySpan<byte> image = images.AsSpan(checked((int)(rows[row] * Pixels)), Pixels);
            Span<float> scaled = pixels.AsSpan(row * Pixels, Pixels);
            for (int i = 0; i < Pixels; i++)
            {
                scaled[i] = image[i] * 2 / 255f - 1;
            }
        }

        return tensor(pixels, [rows.Length, Pixels]);
    }
}
