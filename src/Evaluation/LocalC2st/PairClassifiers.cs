using Reproduce.Compute;
using Reproduce.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Evaluation;

/// <summary>
/// Classifiers of rows that come in pairs: of the two rows of a pair one is of class 1. Each is trained on the same rows with classes of
/// its own, and then looks at other rows.
/// </summary>
/// <param name="rows">Rows behind one another: 2 N of them, pair n being the rows n and N + n.</param>
/// <param name="inputs">Numbers of a row.</param>
/// <param name="settings">How they are trained.</param>
internal sealed class PairClassifiers(float[] rows, int inputs, LocalC2stSettings settings)
{
    private readonly int _count = rows.Length / inputs;

    /// <summary>Trains classifiers and asks each for probabilities.</summary>
    /// <param name="isSwapped">For each classifier, for each pair: whether its first row, not its second, is of class 1.</param>
    /// <param name="asked">Rows behind one another, M of them.</param>
    /// <param name="key">Random numbers of classifier k: key.Child(k).</param>
    /// <param name="cancel">Ends the work at the next epoch.</param>
    /// <returns>For each classifier, the log-odds of class 1 of the M rows.</returns>
    internal float[][] Run(bool[][] isSwapped, float[] asked, RandomKey key, CancellationToken cancel)
    {
        NetworkShape shape = new(inputs, settings.Hidden);
        float[][] odds = new float[isSwapped.Length][];
        ParallelOptions parallel = new()
        {
            MaxDegreeOfParallelism = settings.Threads > 0 ? settings.Threads : Environment.ProcessorCount,
            CancellationToken = cancel,
        };
        Parallel.For(0, isSwapped.Length, parallel, k =>
        {
            float[] initial = new float[shape.Count];
            shape.Initialise(initial, key.Child(k));
            SplitMix64 shuffle = new(key.Child(k).Child("shuffle").Value);
            odds[k] = settings.Engine == C2stEngine.Vector || (settings.Engine == C2stEngine.Auto && MatrixProduct.IsSupported)
                ? InVectors(shape, initial, isSwapped[k], asked, shuffle, cancel)
                : InTensors(shape, initial, isSwapped[k], asked, shuffle, cancel);
        });
        return odds;
    }

    private float[] InVectors(
        NetworkShape shape, float[] initial, bool[] isSwapped, float[] asked, SplitMix64 shuffle, CancellationToken cancel)
    {
        VectorNetwork network = new(shape, settings.BatchSize);
        network.Start(initial);
        foreach (int[] batch in Batches(shuffle, cancel))
        {
            for (int i = 0; i < batch.Length; i++)
            {
                rows.AsSpan(batch[i] * inputs, inputs).CopyTo(network.X[(i * network.InputWidth)..]);
                network.Y[i] = Class(batch[i], isSwapped);
            }

            network.LossAndGradient(batch.Length, (float)settings.L2);
            network.Step(settings.LearningRate);
        }

        float[] odds = new float[asked.Length / inputs];
        for (int start = 0; start < odds.Length; start += settings.BatchSize)
        {
            int count = Math.Min(settings.BatchSize, odds.Length - start);
            for (int i = 0; i < count; i++)
            {
                asked.AsSpan((start + i) * inputs, inputs).CopyTo(network.X[(i * network.InputWidth)..]);
            }

            network.Forward(count);
            network.Logits[..count].CopyTo(odds.AsSpan(start));
        }

        return odds;
    }

    // On a processor without the vector code.
    private float[] InTensors(
        NetworkShape shape, float[] initial, bool[] isSwapped, float[] asked, SplitMix64 shuffle, CancellationToken cancel)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor all = tensor(rows, [_count, inputs]);
        using BatchedNetwork network = new(shape, tensor(initial, [1, shape.Count]));
        foreach (int[] batch in Batches(shuffle, cancel))
        {
            using DisposeScope step = NewDisposeScope();
            Tensor x = all.index_select(0, tensor(batch.Select(i => (long)i).ToArray())).unsqueeze(0);
            Tensor y = tensor(batch.Select(i => Class(i, isSwapped)).ToArray(), [1, batch.Length, 1]);
            network.Step(network.LossAndGradient(x, y, settings.L2).Gradient, settings.LearningRate);
        }

        return network.Logits(tensor(asked, [1, asked.Length / inputs, inputs])).contiguous().data<float>().ToArray();
    }

    private IEnumerable<int[]> Batches(SplitMix64 shuffle, CancellationToken cancel)
    {
        int[] order = [.. Enumerable.Range(0, _count)];
        for (int epoch = 0; epoch < settings.Epochs; epoch++)
        {
            cancel.ThrowIfCancellationRequested();
            shuffle.Shuffle(order);
            foreach (int[] batch in order.Chunk(settings.BatchSize))
            {
                yield return batch;
            }
        }
    }

    private float Class(int row, bool[] isSwapped)
    {
        int pairs = _count / 2;
        return row >= pairs == isSwapped[row % pairs] ? 0 : 1;
    }
}
