using Reproduce.Evaluation;
using Reproduce.Kernels;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Reproduce.Benchmarks;

/// <summary>
/// What the batched training is compared with: the same classifiers (same weights, shuffles, stopping rule) trained one after the
/// other as ordinary TorchSharp modules with recorded gradients and the stock Adam.
/// </summary>
internal static class C2stOneAtATime
{
    internal static double Score(Classifier classifier, Tensor pool, int references, NetworkShape shape, C2stSettings settings)
    {
        float[] initial = new float[shape.Count];
        shape.Initialise(initial, classifier.Key);
        int d = shape.Inputs,
            h = shape.Hidden;
        using Linear first = Layer(d, h, NetworkShape.Weight1, shape.Bias1),
            second = Layer(h, h, shape.Weight2, shape.Bias2),
            third = Layer(h, 1, shape.Weight3, shape.Bias3);
        using Sequential network = nn.Sequential(first, nn.ReLU(), second, nn.ReLU(), third);
        using optim.Optimizer adam = optim.Adam(
            network.parameters(), settings.LearningRate, weight_decay: settings.L2 / settings.BatchSize);
        var shuffle = new SplitMix64(classifier.Key.Child("shuffle").Value);
        var rule = new StoppingRule(settings.Tolerance, settings.Patience);
        int[] order = [.. classifier.Train];
        for (int epoch = 1; epoch <= settings.MaxEpochs; epoch++)
        {
            shuffle.Shuffle(order);
            if (rule.Ends(Epoch(network, adam, order, pool, references, settings.BatchSize)))
            {
                break;
            }
        }

        using IDisposable inference = no_grad();
        using DisposeScope scope = NewDisposeScope();
        (Tensor x, Tensor y) = Gather(classifier.Test, pool, references);
        return network.forward(x).gt(0).eq(y.gt(0.5)).to_type(ScalarType.Float64).mean().item<double>();

        Linear Layer(int inputs, int outputs, int weight, int bias)
        {
            Linear layer = nn.Linear(inputs, outputs);
            using IDisposable plain = no_grad();
            using DisposeScope scope = NewDisposeScope();
            layer.weight.copy_(tensor(initial[weight..(weight + inputs * outputs)], [inputs, outputs]).t());
            layer.bias!.copy_(tensor(initial[bias..(bias + outputs)]));
            return layer;
        }
    }

    private static double Epoch(Sequential network, optim.Optimizer adam, int[] order, Tensor pool, int references, int batchSize)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor x, Tensor y) = Gather(order, pool, references);
        Tensor total = zeros(1);
        for (int start = 0; start < order.Length; start += batchSize)
        {
            using DisposeScope step = NewDisposeScope();
            int batch = Math.Min(batchSize, order.Length - start);
            adam.zero_grad();
            Tensor loss = nn.functional.binary_cross_entropy_with_logits(
                network.forward(x.narrow(0, start, batch)),
                y.narrow(0, start, batch)
            );
            loss.backward();
            adam.step();
            using IDisposable plain = no_grad();
            total.add_(loss.mul(batch));
        }

        return total.item<float>() / order.Length;
    }

    private static (Tensor X, Tensor Y) Gather(int[] rows, Tensor pool, int references) =>
        (pool.index_select(0, tensor(rows)), tensor(rows.Select(r => r < references ? 0f : 1f).ToArray(), [rows.Length, 1]));
}
