using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Reproduce.Compute;
using Reproduce.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Evaluation;

/// <summary>Trains classifiers one per thread with <see cref="VectorNetwork"/>.</summary>
internal static class VectorTraining
{
    /// <summary>Trains all classifiers and measures their accuracy on the held-out rows.</summary>
    /// <param name="classifiers">R classifiers.</param>
    /// <param name="pool">Scaled rows of the data sets, float32 on the CPU, [J', N, D].</param>
    /// <param name="firstDataSet">The data set at index 0 of <paramref name="pool"/>.</param>
    /// <param name="references">Rows below this index are of class 0.</param>
    /// <param name="shape">Sizes of the network.</param>
    /// <param name="settings">The protocol.</param>
    /// <param name="finished">Called with the number of classifiers that have just finished, from any thread.</param>
    /// <param name="cancel">Ends the work at the next epoch.</param>
    /// <returns>[R].</returns>
    internal static HeldOut[] Run(
        IReadOnlyList<Classifier> classifiers, Tensor pool, int firstDataSet, int references, NetworkShape shape, C2stSettings settings,
        Action<int> finished, CancellationToken cancel)
    {
        int width = VectorNetwork.Padded(shape.Inputs), rows = (int)pool.size(1) * width;
        using DisposeScope scope = NewDisposeScope();
        float[] data = TensorMemory.Floats(nn.functional.pad(pool, [0, width - shape.Inputs])).ToArray();
        HeldOut[] scores = new HeldOut[classifiers.Count];
        int threads = settings.Threads > 0 ? settings.Threads : Environment.ProcessorCount;
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancel };
        Parallel.For(0, classifiers.Count, parallel, () => new VectorNetwork(shape, settings.BatchSize), (i, _, network) =>
        {
            Classifier c = classifiers[i];
            scores[i] = Train(network, c, data.AsSpan((c.DataSet - firstDataSet) * rows, rows), references, shape, settings, cancel);
            finished(1);
            return network;
        }, _ => { });
        return scores;
    }

    private static HeldOut Train(
        VectorNetwork network, Classifier classifier, ReadOnlySpan<float> data, int references, NetworkShape shape, C2stSettings settings,
        CancellationToken cancel)
    {
        float[] initial = new float[shape.Count];
        shape.Initialise(initial, classifier.Key);
        network.Start(initial);
        var shuffle = new SplitMix64(classifier.Key.Child("shuffle").Value);
        var rule = new StoppingRule(settings.Tolerance, settings.Patience);
        int[] order = [.. classifier.Train];
        double loss = double.NaN;
        for (int epoch = 1; epoch <= settings.MaxEpochs; epoch++)
        {
            cancel.ThrowIfCancellationRequested();
            shuffle.Shuffle(order);
            loss = 0;
            for (int start = 0; start < order.Length; start += settings.BatchSize)
            {
                int batch = Math.Min(settings.BatchSize, order.Length - start);
                Load(network, order.AsSpan(start, batch), data, references);
                loss += network.LossAndGradient(batch, (float)settings.L2) * batch / order.Length;
                network.Step(settings.LearningRate);
            }

            if (rule.Ends(loss))
            {
                break;
            }
        }

        return Measure(network, classifier.Test, data, references, settings.BatchSize, loss);
    }

    private static HeldOut Measure(
        VectorNetwork network, int[] test, ReadOnlySpan<float> data, int references, int batchSize, double loss)
    {
        int correct = 0, draws = 0, correctDraws = 0;
        for (int start = 0; start < test.Length; start += batchSize)
        {
            int batch = Math.Min(batchSize, test.Length - start);
            Load(network, test.AsSpan(start, batch), data, references);
            network.Forward(batch);
            for (int i = 0; i < batch; i++)
            {
                bool draw = network.Y[i] > 0.5f, told = network.Logits[i] > 0 == draw;
                draws += draw ? 1 : 0;
                correct += told ? 1 : 0;
                correctDraws += told && draw ? 1 : 0;
            }
        }

        return new HeldOut(test.Length, draws, correct, correctDraws, loss);
    }

    // The data set has rows as wide as the network's.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Load(VectorNetwork network, ReadOnlySpan<int> rows, ReadOnlySpan<float> data, int references)
    {
        int width = network.InputWidth;
        Span<float> x = network.X[..(rows.Length * width)], y = network.Y[..rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            ReadOnlySpan<float> from = data.Slice(rows[i] * width, width);
            for (int k = 0; k < from.Length; k += Vector128<float>.Count)
            {
                Vector128.Create(from[k..]).CopyTo(x[(i * width + k)..]);
            }

            // 1 from the first draw on, without a branch: the rows come in random order.
            y[i] = (uint)(references - 1 - rows[i]) >> 31;
        }
    }
}
