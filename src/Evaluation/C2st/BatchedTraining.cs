using Reproduce.Compute;
using Reproduce.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Evaluation;

/// <summary>Trains classifiers with training parts of one size as one <see cref="BatchedNetwork"/>, on any device.</summary>
internal static class BatchedTraining
{
    /// <summary>Bytes that one classifier adds to a batch: its rows, their shuffled copy, the activations, the parameters.</summary>
    internal static long BytesPerClassifier(NetworkShape shape, int rows, C2stSettings settings)
    {
        long batch = Math.Min(settings.BatchSize, rows);
        long numbers =
            (long)rows * (2 * shape.Inputs + 8) + 8 * batch * shape.Hidden + 3L * EvaluationRows * shape.Hidden + 8L * shape.Count;
        return sizeof(float) * numbers;
    }

    // The held-out rows go through the network in parts, so that memory does not grow with them.
    private const int EvaluationRows = 512;

    /// <summary>Trains all classifiers and measures their accuracy on the held-out rows.</summary>
    /// <param name="classifiers">R classifiers with training parts of one size and test parts of one size.</param>
    /// <param name="pool">Scaled rows of the data sets, [J', N, D].</param>
    /// <param name="firstDataSet">The data set at index 0 of <paramref name="pool"/>.</param>
    /// <param name="references">Rows below this index are of class 0.</param>
    /// <param name="shape">Sizes of the network.</param>
    /// <param name="settings">The protocol.</param>
    /// <param name="finished">Called with the number of classifiers that have just finished.</param>
    /// <param name="cancel">Ends the work at the next epoch.</param>
    /// <returns>[R].</returns>
    internal static HeldOut[] Run(
        IReadOnlyList<Classifier> classifiers, Tensor pool, int firstDataSet, int references, NetworkShape shape, C2stSettings settings,
        Action<int> finished, CancellationToken cancel)
    {
        using DisposeScope scope = NewDisposeScope();
        int rows = (int)pool.size(1);
        Tensor data = pool.view(-1, pool.size(2));
        List<Candidate> running = [.. classifiers.Select((c, i) => new Candidate(i, c, (c.DataSet - firstDataSet) * (long)rows, settings))];
        HeldOut[] scores = new HeldOut[classifiers.Count];
        using var network = new BatchedNetwork(shape, InitialParameters(classifiers, shape).to(pool.device));
        for (int epoch = 1; running.Count > 0; epoch++)
        {
            cancel.ThrowIfCancellationRequested();
            double[] losses = Epoch(network, running, data, references, settings);
            List<int> ended = [], going = [];
            for (int i = 0; i < running.Count; i++)
            {
                (running[i].Rule.Ends(losses[i]) || epoch == settings.MaxEpochs ? ended : going).Add(i);
            }

            if (ended.Count == 0)
            {
                continue;
            }

            // The finished ones leave the batch: the cost of an epoch falls with the number that is still running.
            Measure(network, running, ended, data, references, losses, scores);
            finished(ended.Count);
            if (going.Count > 0)
            {
                using Tensor kept = tensor(going.Select(i => (long)i).ToArray(), device: pool.device);
                network.Keep(kept);
            }

            running = [.. going.Select(i => running[i])];
        }

        return scores;
    }

    private static Tensor InitialParameters(IReadOnlyList<Classifier> classifiers, NetworkShape shape)
    {
        float[] initial = new float[classifiers.Count * shape.Count];
        for (int i = 0; i < classifiers.Count; i++)
        {
            shape.Initialise(initial.AsSpan(i * shape.Count, shape.Count), classifiers[i].Key);
        }

        return tensor(initial, [classifiers.Count, shape.Count]);
    }

    private static double[] Epoch(BatchedNetwork network, List<Candidate> running, Tensor data, int references, C2stSettings settings)
    {
        using DisposeScope scope = NewDisposeScope();
        int rows = running[0].Order.Length;
        Parallel.ForEach(running, c => c.Shuffle.Shuffle(c.Order));
        (Tensor x, Tensor y) = Gather(running.Select(c => (c.Order, c.Offset)).ToArray(), data, references);
        Tensor total = zeros(running.Count, dtype: ScalarType.Float32, device: data.device);
        for (int start = 0; start < rows; start += settings.BatchSize)
        {
            using DisposeScope step = NewDisposeScope();
            int batch = Math.Min(settings.BatchSize, rows - start);
            (Tensor loss, Tensor gradient) = network.LossAndGradient(x.narrow(1, start, batch), y.narrow(1, start, batch), settings.L2);
            using Scalar part = ((double)batch / rows).ToScalar();
            total.add_(loss, alpha: part);
            network.Step(gradient, settings.LearningRate);
        }

        // The only wait for the device in an epoch.
        return [.. total.cpu().data<float>().Select(l => (double)l)];
    }

    private static void Measure(
        BatchedNetwork network, List<Candidate> running, List<int> ended, Tensor data, int references, double[] losses, HeldOut[] scores)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor index = tensor(ended.Select(i => (long)i).ToArray(), device: data.device);
        using BatchedNetwork finished = network.Select(index);
        int held = running[ended[0]].Classifier.Test.Length;
        Tensor counts = zeros(ended.Count, 2, dtype: ScalarType.Int64, device: data.device);
        for (int start = 0; start < held; start += EvaluationRows)
        {
            using DisposeScope step = NewDisposeScope();
            Range part = start..Math.Min(held, start + EvaluationRows);
            (Tensor x, Tensor y) = Gather(
                ended.Select(i => (running[i].Classifier.Test[part], running[i].Offset)).ToArray(),
                data,
                references
            );
            Tensor draw = y.squeeze(2).gt(Scalars.Half),
                told = finished.Logits(x).gt(Scalars.Zero).eq(draw);
            counts.add_(stack([told.sum(1), told.logical_and(draw).sum(1)], 1));
        }

        long[] totals = counts.cpu().data<long>().ToArray();
        for (int i = 0; i < ended.Count; i++)
        {
            Candidate candidate = running[ended[i]];
            int draws = candidate.Classifier.Test.Count(row => row >= references);
            scores[candidate.Slot] = new HeldOut(held, draws, (int)totals[2 * i], (int)totals[2 * i + 1], losses[ended[i]]);
        }
    }

    // Rows [R, B, D] and classes [R, B, 1].
    private static (Tensor X, Tensor Y) Gather((int[] Rows, long Offset)[] choice, Tensor data, int references)
    {
        int count = choice[0].Rows.Length;
        long[] index = new long[choice.Length * count];
        float[] classes = new float[index.Length];
        for (int i = 0; i < choice.Length; i++)
        {
            (int[] rows, long offset) = choice[i];
            for (int k = 0; k < count; k++)
            {
                index[i * count + k] = offset + rows[k];
                classes[i * count + k] = rows[k] < references ? 0 : 1;
            }
        }

        Tensor x = data.index_select(0, tensor(index, device: data.device)).view(choice.Length, count, -1);
        return (x, tensor(classes, [choice.Length, count, 1], device: data.device));
    }

    private sealed class Candidate(int slot, Classifier classifier, long offset, C2stSettings settings)
    {
        internal SplitMix64 Shuffle = new(classifier.Key.Child("shuffle").Value);
        internal StoppingRule Rule = new(settings.Tolerance, settings.Patience);

        internal int Slot => slot;

        internal Classifier Classifier => classifier;

        internal long Offset => offset;

        internal int[] Order { get; } = [.. classifier.Train];
    }
}
