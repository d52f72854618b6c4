using Reproduce.Compute;
using Reproduce.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Evaluation;

/// <summary>
/// Classifier two-sample test (Lopez-Paz and Oquab 2017): the held-out accuracy of a classifier that tells draws from a reference.
/// 0.5 means that it cannot, 1 that it always can.
/// </summary>
/// <remarks>
/// The classifier is scikit-learn's MLPClassifier (two hidden ReLU layers, logistic output, Adam, batch 200, penalty 1e-4, early
/// stopping on the training loss), which the paper uses; every constant is in <see cref="C2stSettings"/>. All classifiers of a call
/// are trained together. The score of data set j depends on its draws and on key.Child(j), not on what else is in the call.
/// </remarks>
public static class C2st
{
    /// <summary>Scores J data sets.</summary>
    /// <param name="draws">Draws under test, float32, [J, S, D], on any device.</param>
    /// <param name="reference">Reference draws, float32, [J, S', D]; their mean and population standard deviation set the scale.</param>
    /// <param name="options">The protocol.</param>
    /// <param name="key">Random numbers of data set j: key.Child(j).</param>
    /// <param name="progress">Receives the finished fraction of the classifiers, from any thread.</param>
    /// <param name="cancel">Ends the work.</param>
    /// <returns>Accuracies, [J]; with folds, the mean over the folds.</returns>
    /// <exception cref="ArgumentException">Shapes or options that do not fit, or draws that are not finite.</exception>
    /// <exception cref="OperationCanceledException">The work was ended.</exception>
    public static double[] Score(
        Tensor draws, Tensor reference, C2stSettings options, RandomKey key, IProgress<double>? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        Require.Pairs(draws, reference);
        SettingsRules.Check(options, "C2ST settings");
        Require.Finite(draws, nameof(draws));
        Require.Finite(reference, nameof(reference));
        int sets = (int)draws.size(0), references = (int)reference.size(1), rows = references + (int)draws.size(1);
        if (rows < Math.Max(4, options.Folds))
        {
            throw new ArgumentException(
                $"draws and reference: expected at least {Math.Max(4, options.Folds)} rows together, got {rows}.", nameof(draws));
        }

        using IDisposable inference = no_grad();
        var shape = new NetworkShape((int)draws.size(2), checked(options.HiddenPerDimension * (int)draws.size(2)));
        bool vector = UsesVectors(options.Engine, draws.device);
        int perSet = Math.Max(1, options.Folds), finished = 0;
        double[] scores = new double[sets];
        int chunk = (int)Math.Clamp(options.MaxBytes / (perSet * BatchedTraining.BytesPerClassifier(shape, rows, options)), 1, sets);
        for (int first = 0; first < sets; first += chunk)
        {
            using var scope = NewDisposeScope();
            int count = Math.Min(chunk, sets - first);
            Tensor pool = Pool(draws.narrow(0, first, count), reference.narrow(0, first, count));
            Classifier[] classifiers = [.. Enumerable.Range(first, count).SelectMany(j => Classifier.Plan(j, rows, options, key.Child(j)))];

            // Folds differ in size by one row when k does not divide the rows; one batch needs one size.
            foreach (IGrouping<int, Classifier> equal in classifiers.GroupBy(c => c.Test.Length))
            {
                Classifier[] group = [.. equal];
                double[] accuracy = vector
                    ? VectorTraining.Run(group, pool, first, references, shape, options, Report, cancel)
                    : BatchedTraining.Run(group, pool, first, references, shape, options, Report, cancel);
                for (int i = 0; i < group.Length; i++)
                {
                    scores[group[i].DataSet] += accuracy[i] / perSet;
                }
            }
        }

        return scores;

        void Report(int count) => progress?.Report((double)Interlocked.Add(ref finished, count) / ((long)sets * perSet));
    }

    /// <summary>Reference above draws, both scaled by the reference: [J, S' + S, D].</summary>
    private static Tensor Pool(Tensor draws, Tensor reference)
    {
        using var scope = NewDisposeScope();
        // In double precision: draws far from the origin lose nothing to cancellation.
        Tensor r = reference.to_type(ScalarType.Float64);
        Tensor mean = r.mean([1], keepdim: true);
        Tensor deviation = (r - mean).square().mean([1], keepdim: true).sqrt();
        Tensor scale = where(deviation.eq(Scalars.Zero), ones_like(deviation), deviation);
        Tensor pooled = cat([r, draws.to(ScalarType.Float64, reference.device)], 1);
        return ((pooled - mean) / scale).to_type(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    private static bool UsesVectors(C2stEngine engine, Device device)
    {
        bool cpu = device.type == DeviceType.CPU;
        return engine == C2stEngine.Vector && !cpu
            ? throw new ArgumentException($"C2ST options: the engine Vector needs draws on the CPU, got {device}.")
            : cpu && (engine == C2stEngine.Vector || (engine == C2stEngine.Auto && MatrixProduct.IsSupported));
    }
}
