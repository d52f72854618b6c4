using System.Numerics;
using Reproduce.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tasks.Denoising;

/// <summary>
/// A noisy, blurring camera (Ramesh et al. 2022): shot noise, a gain, and a Gaussian point-spread function. Whole batches at once, on
/// the device of the images.
/// </summary>
/// <remarks>
/// With pixels u in [0, 1] and V the number of distinct values in the image rounded up to a power of two, the noisy image is
/// p = min(Poisson(u V) / V, 1) and the observation is the blurred 0.5 p. V differs between the images of a batch. This is
/// scikit-image's <c>random_noise(mode="poisson")</c> followed by SciPy's <c>gaussian_filter</c>, of which it keeps the conventions:
/// the kernel is cut at 4 standard deviations and normalised, and edges are mirrored about the border of the outermost pixel.
/// </remarks>
public sealed class CameraModel : ISimulator
{
    private readonly CameraSettings _options;

    // Blurring along an axis, mirrored edges included, is one matrix.
    private readonly float[] _alongHeight;
    private readonly float[] _alongWidth;

    // Copied to a device once, not for every batch. They belong to the camera, in no dispose scope, and go when it is collected: there
    // is one for each device, of a few kilobytes, and threads that photograph at once read the same.
    private readonly Dictionary<(DeviceType Type, int Index), (Tensor Across, Tensor Down)> _matrices = [];
    private readonly Lock _making = new();

    /// <summary>A camera.</summary>
    /// <param name="settings">The settings; null for the published ones.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public CameraModel(CameraSettings? settings = null)
    {
        _options = settings ?? new CameraSettings();
        Require.InRange(_options.Height, 1, 1024, "height");
        Require.InRange(_options.Width, 1, 1024, "width");
        Require.Positive(_options.Gain, "gain");
        Require.InRange(_options.BlurDeviation, 0.01, 1000, "blur deviation");
        Require.InRange(_options.BlurCutOff, 0.1, 100, "blur cut-off");
        _alongHeight = BlurMatrix(_options.Height, _options.BlurDeviation, _options.BlurCutOff);
        _alongWidth = BlurMatrix(_options.Width, _options.BlurDeviation, _options.BlurCutOff);
    }

    /// <summary>Pixels of an image, D.</summary>
    public int Pixels => _options.Height * _options.Width;

    /// <summary>Photographs every image.</summary>
    /// <param name="theta">Images with pixels in [-1, 1], row by row, [B, D]; values outside are clipped.</param>
    /// <param name="random">Where the shot noise comes from.</param>
    /// <returns>One tensor, float32, [B, 1, height, width], on the device of theta.</returns>
    public Observation Simulate(Tensor theta, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        Require.Rows(theta, Pixels, "theta");
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        using Scalar gain = _options.Gain.ToScalar();
        Tensor u = theta.to(ScalarType.Float32).add(Scalars.One).mul_(Scalars.Half).clamp_(Scalars.Zero, Scalars.One);
        Tensor recorded = Blur(Expose(u, random).mul_(gain));
        return new Observation(recorded.unsqueeze(1).MoveToOuterDisposeScope());
    }

    /// <summary>The number of light levels V of each image: its distinct values, rounded up to a power of two.</summary>
    /// <param name="u">[B, D].</param>
    /// <returns>float32, [B, 1].</returns>
    public static Tensor Levels(Tensor u)
    {
        ArgumentNullException.ThrowIfNull(u);
        using DisposeScope scope = NewDisposeScope();
        long pixels = u.shape[1];
        using Scalar one = 1L.ToScalar();
        Tensor sorted = u.sort(1).Values;
        Tensor distinct = sorted.narrow(1, 1, pixels - 1).ne(sorted.narrow(1, 0, pixels - 1)).sum(1, keepdim: true).add_(one);

        // The exponent is the number of powers of two below the count; a rounded logarithm could be one off at the powers themselves.
        Tensor levels = ones_like(distinct);
        for (long power = 1; power < pixels; power *= 2)
        {
            using Scalar step = power.ToScalar();
            levels.add_(distinct.gt(step).mul(step), one);
        }

        return levels.to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>Adds the shot noise: Poisson(u V) / V, clipped at 1.</summary>
    /// <param name="u">Pixels in [0, 1], [B, D].</param>
    /// <param name="random">Where the noise comes from.</param>
    /// <returns>[B, D].</returns>
    public static Tensor Expose(Tensor u, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(u);
        ArgumentNullException.ThrowIfNull(random);
        using DisposeScope scope = NewDisposeScope();
        Tensor levels = Levels(u);
        return random.Poisson(u * levels, LargestRate(u.shape[1])).div_(levels).clamp_max_(Scalars.One).MoveToOuterDisposeScope();
    }

    /// <summary>The largest possible rate of the shot noise, u V &lt;= V: V is at most the number of pixels, rounded up as V is.</summary>
    internal static double LargestRate(long pixels) => BitOperations.RoundUpToPowerOf2((ulong)pixels);

    /// <summary>Applies the point-spread function.</summary>
    /// <param name="images">float32, [B, D].</param>
    /// <returns>[B, height, width].</returns>
    public Tensor Blur(Tensor images)
    {
        Require.Rows(images, Pixels, "images");
        using DisposeScope scope = NewDisposeScope();
        long batch = images.shape[0];
        int height = _options.Height, width = _options.Width;
        (Tensor across, Tensor down) = MatricesOn(images.device);
        Tensor rows = images.reshape(batch * height, width).mm(across.t()).view(batch, height, width);
        Tensor columns = rows.transpose(1, 2).reshape(batch * width, height).mm(down.t()).view(batch, width, height);
        return columns.transpose(1, 2).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The blur along a row, [width, width], and along a column, [height, height]; the camera's own, not to be disposed of.
    /// </summary>
    internal (Tensor Across, Tensor Down) MatricesOn(Device device)
    {
        lock (_making)
        {
            if (!_matrices.TryGetValue((device.type, device.index), out (Tensor Across, Tensor Down) pair))
            {
                pair = (Copy(_alongWidth, _options.Width), Copy(_alongHeight, _options.Height));
                _matrices.Add((device.type, device.index), pair);
            }

            return pair;
        }

        Tensor Copy(float[] matrix, int size) => HostCopy.Move(tensor(matrix, [size, size]), device).DetachFromDisposeScope();
    }

    // Row i holds the weights of the pixels that make up blurred pixel i.
    private static float[] BlurMatrix(int size, double deviation, double cutOff)
    {
        int radius = (int)(cutOff * deviation + 0.5);
        double[] kernel = [.. Enumerable.Range(-radius, 2 * radius + 1).Select(k => Math.Exp(-0.5 * k * k / (deviation * deviation)))];
        double sum = kernel.Sum();
        double[] matrix = new double[size * size];
        for (int i = 0; i < size; i++)
        {
            for (int k = -radius; k <= radius; k++)
            {
                matrix[i * size + Mirrored(i + k, size)] += kernel[k + radius] / sum;
            }
        }

        return [.. matrix.Select(w => (float)w)];
    }

    // ... 2 1 0 | 0 1 2 ... n-1 | n-1 n-2 ...
    private static int Mirrored(int index, int size)
    {
        int period = 2 * size;
        int folded = ((index % period) + period) % period;
        return folded < size ? folded : period - 1 - folded;
    }
}
