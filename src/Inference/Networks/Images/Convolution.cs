using Reproduce.Compute;
using Reproduce.Inference.Networks.Vectors.Images;
using Reproduce.Kernels;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Reproduce.Inference.Networks.Images;

/// <summary>A convolution with a square kernel, initialised as in Keras.</summary>
public sealed class Convolution : Network
{
    // Standard deviation of a standard normal that is cut off at -2 and 2, and the probability below -2.
    private const double CutDeviation = 0.87962566103423978;
    private const double BelowTwo = 0.022750131948179209;

    // Channels that oneDNN's convolutions take together. Where a number of channels is no multiple of it, the layout that it rearranges
    // the data into ends in padding, which version 3.7 (in libtorch 2.10) leaves unwritten on some processors: wrong gradients, or NaN.
    private const long ChannelBlock = 16;

    // Up to so many input channels there is a layout without padding.
    private const long FewInputs = 3;

    // Kernels of 1 x 1 on fewer images than this, and all kernels on a single image, are what libtorch does not give to oneDNN. It asks
    // NNPACK then, which on some processors says anew with every convolution that it cannot be initialised: thousands of lines in a run.
    private const long FewImages = 16;

    private readonly Parameter weight;
    private readonly Parameter bias;
    private readonly double _l2;

    /// <summary>A layer from <paramref name="inputs"/> to <paramref name="outputs"/> channels.</summary>
    /// <param name="inputs">Channels of the input.</param>
    /// <param name="outputs">Channels of the output.</param>
    /// <param name="size">Rows and columns of the kernel.</param>
    /// <param name="random">Where the initial weights come from.</param>
    /// <param name="start">Their distribution.</param>
    /// <param name="l2">Strength of the L2 penalty on the kernel.</param>
    public Convolution(
        long inputs, long outputs, long size, RandomSource random, ConvolutionStart start = ConvolutionStart.GlorotUniform, double l2 = 0)
        : base(nameof(Convolution))
    {
        ArgumentNullException.ThrowIfNull(random);
        _l2 = l2;
        using IDisposable scope = NewDisposeScope();
        long[] shape = [outputs, inputs, size, size];
        weight = new Parameter(start switch
        {
            ConvolutionStart.GlorotUniform => GlorotUniform(shape, random),
            ConvolutionStart.HeNormal => HeNormal(shape, random),
            _ => zeros(shape, dtype: ScalarType.Float32, device: CPU),
        });
        bias = new Parameter(zeros(outputs, dtype: ScalarType.Float32, device: CPU));
        weight.DetachFromDisposeScope();
        bias.DetachFromDisposeScope();
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override IEnumerable<WeightPenalty> Penalties => _l2 > 0 ? [new WeightPenalty(weight, _l2)] : [];

    /// <summary>The kernels, [outputs, inputs, size, size].</summary>
    internal Tensor Weight => weight;

    /// <summary>Applies the layer.</summary>
    /// <param name="x">[N, inputs, H, W], or in panels.</param>
    /// <param name="padding">Zeros around the image.</param>
    /// <param name="perImage">What is added to every pixel of an image beside the bias, [N, outputs]; null for nothing.</param>
    /// <returns>[N, outputs, H', W'] with H' = H + 2 padding - size + 1, or in panels.</returns>
    public Tensor Apply(Tensor x, int padding = 0, Tensor? perImage = null)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (ImagePanels.Hold(x))
        {
            return ApplyToPanels(x, padding, padding, perImage);
        }

        Tensor y = Libtorch(x, 1, padding);
        return perImage is null ? y : y.add(perImage.unsqueeze(2).unsqueeze(3), Scalars.One);
    }

    /// <summary>Applies the layer to every second row and column, with one row and column of zeros behind the image.</summary>
    /// <remarks>For an even size that is TensorFlow's "same" padding of a kernel of 3 with stride 2.</remarks>
    /// <param name="x">[N, inputs, H, W], or in panels.</param>
    /// <returns>[N, outputs, H', W'] with H' = floor((H + 1 - size) / 2) + 1, or in panels.</returns>
    public Tensor ApplyHalving(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (!ImagePanels.Hold(x))
        {
            return Libtorch(nn.functional.pad(x, [0, 1, 0, 1]), 2, 0);
        }

        // Four times the pixels that are wanted, at a quarter of the price of each.
        Tensor all = ApplyToPanels(x, 0, 1, null);
        return all.slice(2, 0, all.shape[2], 2).slice(3, 0, all.shape[3], 2).contiguous();
    }

    /// <summary>Applies a dense layer to every pixel of images in panels.</summary>
    /// <param name="x">[panels, inputs, H, W, 32].</param>
    /// <param name="weight">[outputs, inputs].</param>
    /// <param name="bias">[outputs].</param>
    /// <returns>[panels, outputs, H, W, 32].</returns>
    internal static Tensor ApplyPointwise(Tensor x, Tensor weight, Tensor bias)
    {
        ConvolutionShape shape = new((int)weight.shape[1], (int)weight.shape[0], (int)x.shape[2], (int)x.shape[3], 1, 0, 0);
        return Pass(shape, x, weight, OfEveryImage(bias, x));
    }

    private static Tensor Pass(ConvolutionShape shape, Tensor x, Tensor kernel, Tensor bias) =>
        new VectorConvolutionPass(shape, x, kernel.contiguous(), bias.contiguous()).Apply()
            .view(-1, shape.Outputs, shape.OutputHeight, shape.OutputWidth, x.shape[^1]);

    // As one matrix product: the kernels by pieces of the images.
    private Tensor Product(Tensor x, long stride, long padding)
    {
        long size = weight.shape[2];
        long height = (x.shape[2] + 2 * padding - size) / stride + 1, width = (x.shape[3] + 2 * padding - size) / stride + 1;
        using DisposeScope scope = NewDisposeScope();
        Tensor pieces = nn.functional.unfold(x, (size, size), null, (padding, padding), (stride, stride));
        Tensor y = weight.flatten(1).matmul(pieces).add(bias.unsqueeze(1), Scalars.One);
        return y.view(x.shape[0], -1, height, width).MoveToOuterDisposeScope();
    }

    private static Tensor OfEveryImage(Tensor bias, Tensor x) => bias.view(1, -1, 1).expand(x.shape[0], -1, x.shape[^1]);

    private Tensor ApplyToPanels(Tensor x, int before, int behind, Tensor? perImage)
    {
        long[] of = weight.shape;
        ConvolutionShape shape = new((int)of[1], (int)of[0], (int)x.shape[2], (int)x.shape[3], (int)of[2], before, behind);
        Tensor kernel = shape.Kernel == 1 ? weight : new VectorComponentsPass(weight.view(of[0] * of[1], -1)).Apply();
        Tensor all = OfEveryImage(bias, x);
        return Pass(shape, x, kernel, perImage is null ? all : all.add(ImagePanels.LoadRows(perImage), Scalars.One));
    }

    private Tensor Libtorch(Tensor x, long stride, long padding)
    {
        if (x.device_type == DeviceType.CPU && (x.shape[0] == 1 || (x.shape[0] < FewImages && weight.shape[2] == 1)))
        {
            return Product(x, stride, padding);
        }

        long inputs = weight.shape[1];
        long outputs = weight.shape[0];
        long moreInputs = x.device_type == DeviceType.CPU && inputs > FewInputs ? Missing(inputs) : 0;
        long moreOutputs = x.device_type == DeviceType.CPU ? Missing(outputs) : 0;
        if (moreInputs == 0 && moreOutputs == 0)
        {
            return nn.functional.conv2d(x, weight, bias, strides: [stride, stride], padding: [padding, padding]);
        }

        using IDisposable scope = NewDisposeScope();
        Tensor all = nn.functional.conv2d(
            moreInputs == 0 ? x : nn.functional.pad(x, [0, 0, 0, 0, 0, moreInputs]),
            nn.functional.pad(weight, [0, 0, 0, 0, 0, moreInputs, 0, moreOutputs]),
            nn.functional.pad(bias, [0, moreOutputs]),
            strides: [stride, stride],
            padding: [padding, padding]);
        return (moreOutputs == 0 ? all : all.narrow(1, 0, outputs).contiguous()).MoveToOuterDisposeScope();
    }

    private static long Missing(long channels) => (ChannelBlock - (channels % ChannelBlock)) % ChannelBlock;

    private static Tensor GlorotUniform(long[] shape, RandomSource random)
    {
        double limit = Math.Sqrt(6.0 / ((shape[0] + shape[1]) * shape[2] * shape[3]));
        using Scalar range = (2 * limit).ToScalar();
        using Scalar lowest = limit.ToScalar();
        return random.Uniform(shape).mul_(range).sub_(lowest);
    }

    // The inverse distribution function of a uniform number between the two cut-offs; the variance is that after cutting.
    private static Tensor HeNormal(long[] shape, RandomSource random)
    {
        double deviation = Math.Sqrt(2.0 / (shape[1] * shape[2] * shape[3])) / CutDeviation;
        using Scalar between = (1 - 2 * BelowTwo).ToScalar();
        using Scalar below = BelowTwo.ToScalar();
        using Scalar factor = (Math.Sqrt(2) * deviation).ToScalar();
        Tensor probability = random.Uniform(shape, dtype: ScalarType.Float64).mul_(between).add_(below, Scalars.One);
        return probability.mul_(Scalars.Two).sub_(Scalars.One).erfinv().mul_(factor).to(ScalarType.Float32);
    }
}
