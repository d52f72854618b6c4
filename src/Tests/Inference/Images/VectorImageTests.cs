using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Networks;
using Reproduce.Inference.Networks.Images;
using Reproduce.Kernels;
using Reproduce.Tests.Inference.Support;
using Reproduce.Tests.Support;
using static TorchSharp.torch;

namespace Reproduce.Tests.Inference.Images;

/// <summary>The image networks in vector code against the same in libtorch's operations: outputs, gradients, batches.</summary>
[Category("VectorCode")]
public sealed class VectorImageTests() : SeededTests(s_key)
{
    private const int Side = 12, Condition = 3;
    private static readonly RandomKey s_key = RandomKey.FromSeed(83);

    [SetUp]
    public void RequireVectors() => Assume.That(MatrixProduct.IsSupported, "This processor's vectors are too narrow.");

    // 16: half a panel; 40: one, and few for libtorch; 50: two.
    [TestCase(16)]
    [TestCase(32)]
    [TestCase(40)]
    [TestCase(50)]
    public void TheUNetHasLibtorchsOutputsAndGradients(int rows)
    {
        using UNet net = Net();
        (Tensor theta, Tensor condition, Tensor time) = Inputs(rows);
        condition.requires_grad_(true);
        AssertSame(net, condition, pass => net.Apply(theta, condition, time, pass));
    }

    [TestCase(16)]
    [TestCase(40)]
    [TestCase(50)]
    public void TheSummaryHasLibtorchsOutputsAndGradients(int rows)
    {
        using ImageSummaryCnn cnn = new(2, new ImageSummaryCnnSettings { FirstChannels = 8, Outputs = 24, Groups = 4 }, Random);
        cnn.Perturb(0.1, s_key.Child("w"));
        Tensor photographs = Random.Normal([rows, 2, Side, Side + 1]).requires_grad_(true);
        AssertSame(cnn, photographs, pass => cnn.Summarise(new Observation(photographs), pass));
    }

    [Test]
    public void ABatchMakesNoDifferenceToAnImage()
    {
        using IDisposable noGrad = no_grad();
        using UNet net = Net();
        (Tensor theta, Tensor condition, Tensor time) = Inputs(70);
        double[] whole = Apply(0, 70);
        Assert.That(Apply(0, 35).Concat(Apply(35, 35)), Is.EqualTo(whole).Within(1e-5), "panels of other neighbours");
        Assert.That(Apply(0, 5), Is.EqualTo(whole[..(5 * Side * Side)]).Within(1e-5), "few images, which libtorch does");

        double[] Apply(int first, int count)
        {
            Tensor[] of = [.. new[] { theta, condition, time }.Select(t => t.narrow(0, first, count))];
            return net.Apply(of[0], of[1], of[2], ForwardPass.Evaluation).Numbers();
        }
    }

    private UNet Net()
    {
        UNetSettings settings = new() { Channels = 4, Levels = 3, Blocks = 1, Groups = 2 };
        return new UNet(Side, Condition, 200, settings, Random).Perturb(0.1, s_key.Child("w"));
    }

    private (Tensor Theta, Tensor Condition, Tensor Time) Inputs(int rows) =>
        (Random.Normal([rows, Side * Side]), Random.Normal([rows, Condition]), Random.Uniform([rows, 1]));

    private void AssertSame(Network network, Tensor input, Func<ForwardPass, Tensor> output)
    {
        (Tensor fast, Dictionary<string, Tensor> fastGradients) = Differentiate(network, input, output, needsSecondDerivatives: false);
        (Tensor plain, Dictionary<string, Tensor> gradients) = Differentiate(network, input, output, needsSecondDerivatives: true);
        Assert.That(Error(fast, plain), Is.LessThan(1e-5).And.GreaterThan(0), "two ways, not one");
        Assert.That(fastGradients.Keys, Is.EquivalentTo(gradients.Keys));
        double scale = gradients.Values.Max(g => g.abs().max().item<float>());
        foreach ((string name, Tensor gradient) in gradients)
        {
            // That by a key's bias is 0 but for rounding: attention does not see it.
            double largest = Math.Max(gradient.abs().max().item<float>(), 1e-4 * scale);
            Assert.That((fastGradients[name] - gradient).abs().max().item<float>() / largest, Is.LessThan(5e-5), name);
        }
    }

    private (Tensor Output, Dictionary<string, Tensor> Gradients) Differentiate(
        Network network, Tensor input, Func<ForwardPass, Tensor> output, bool needsSecondDerivatives)
    {
        network.zero_grad();
        input.grad = null;
        Tensor y = output(ForwardPass.WithDropout(Random, needsSecondDerivatives));
        y.mul(y.detach().roll(1, 1)).sum().backward();
        Dictionary<string, Tensor> gradients = network.named_parameters().ToDictionary(p => p.name, p => p.parameter.grad!.clone());
        gradients["input"] = input.grad!.clone();
        return (y.detach(), gradients);
    }

    private static double Error(Tensor value, Tensor expected) => ((value - expected).abs().max() / expected.abs().max()).item<float>();
}
