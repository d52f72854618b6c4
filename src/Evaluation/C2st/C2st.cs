using System.Globalization;
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
/// Of samples of unequal size the larger is thinned to the smaller's, so that 0.5 means the same for all. Draws of any offset and scale
/// of float64 are told apart; beyond a million standard deviations of the reference all draws are taken to be equally far.
/// </remarks>
public static class C2st
{
    // A network of float32 cannot tell what lies beyond, and would overflow.
    private const double Farthest = 1e6;

    // Numbers that an engine keeps for each parameter of a classifier.
    private const long Copies = 8;

    /// <summary>Scores J data sets.</summary>
    /// <param name="draws">Draws under test, [J, S, D], on any device.</param>
    /// <param name="reference">Reference draws, [J, S', D]; their mean and population standard deviation set the scale.</param>
    /// <param name="settings">The protocol.</param>
    /// <param name="key">Random numbers of data set j: key.Child(j).</param>
    /// <param name="progress">Receives the finished fraction of the classifiers, from any thread.</param>
    /// <param name="cancel">Ends the work.</param>
    /// <returns>Accuracies, [J]; with folds, the mean over the folds.</returns>
    /// <exception cref="ArgumentException">Shapes or settings that do not fit, or draws that are not finite.</exception>
    /// <exception cref="OperationCanceledException">The work was ended.</exception>
    public static double[] Score(
        Tensor draws, Tensor reference, C2stSettings settings, RandomKey key, IProgress<double>? progress = null,
        CancellationToken cancel = default) =>
        [.. Train(draws, reference, settings, key, progress, cancel).Select(folds => folds.Sum(f => f.Accuracy / folds.Length))];

    /// <summary>Scores J data sets as <see cref="Score"/> does, and says how far chance can explain the scores.</summary>
    /// <param name="draws">Draws under test, [J, S, D], on any device.</param>
    /// <param name="reference">Reference draws, [J, S', D].</param>
    /// <param name="settings">The protocol; of one split, because p-values of folds that share their training draws are not exact.</param>
    /// <param name="key">Random numbers of data set j: key.Child(j).</param>
    /// <param name="progress">Receives the finished fraction of the classifiers, from any thread.</param>
    /// <param name="cancel">Ends the work.</param>
    /// <returns>[J].</returns>
    /// <exception cref="ArgumentException">Shapes or settings that do not fit, or draws that are not finite.</exception>
    /// <exception cref="OperationCanceledException">The work was ended.</exception>
    public static C2stResult[] Test(
        Tensor draws, Tensor reference, C2stSettings settings, RandomKey key, IProgress<double>? progress = null,
        CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return settings.Folds == 0
            ? [
                .. Train(draws, reference, settings, key, progress, cancel)
                    .Select((held, j) => C2stResult.Of(held[0], new SplitMix64(key.Child(j).Child("ties").Value).NextDouble())),
            ]
            : throw new ArgumentException($"C2ST settings: a p-value needs Folds of 0, got {settings.Folds}.", nameof(settings));
    }

    // What the classifiers of every data set did with the rows held out, [J][folds].
    private static HeldOut[][] Train(
        Tensor draws, Tensor reference, C2stSettings settings, RandomKey key, IProgress<double>? progress, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(settings);
        Require.Pairs(draws, reference);
        SettingsRules.Check(settings, "C2ST settings");
        Require.Finite(draws, nameof(draws));
        Require.Finite(reference, nameof(reference));
        int sets = (int)draws.size(0), each = (int)Math.Min(draws.size(1), reference.size(1)), rows = 2 * each;
        if (rows < Classifier.FewestRows(settings))
        {
            throw new ArgumentException(
                $"draws and reference: expected at least {Classifier.FewestRows(settings)} rows together, as many of each, got {rows}.",
                nameof(draws));
        }

        using IDisposable inference = no_grad();
        NetworkShape shape = Shape((int)draws.size(2), settings);
        bool vector = UsesVectors(settings.Engine, draws.device);
        int folds = Math.Max(1, settings.Folds), perSet = folds * settings.Starts, finished = 0;
        HeldOut[][] held = [.. Enumerable.Range(0, sets).Select(_ => new HeldOut[folds])];
        int chunk = (int)Math.Clamp(settings.MaxBytes / (perSet * BatchedTraining.BytesPerClassifier(shape, rows, settings)), 1, sets);
        for (int first = 0; first < sets; first += chunk)
        {
            using DisposeScope scope = NewDisposeScope();
            int count = Math.Min(chunk, sets - first);
            Tensor pool = Pool(draws.narrow(0, first, count), reference.narrow(0, first, count), each);
            IEnumerable<(Classifier Classifier, int Fold)> classifiers = Enumerable.Range(first, count)
                .SelectMany(j => Classifier.Plan(j, rows, settings, key.Child(j)).SelectMany((c, fold) =>
                    c.Starts(settings.Starts).Select(start => (start, fold))));

            // Folds differ in size by one row when k does not divide the rows; one batch needs one size.
            foreach (IGrouping<int, (Classifier Classifier, int Fold)> equal in classifiers.GroupBy(c => c.Classifier.Test.Length))
            {
                (Classifier Classifier, int Fold)[] group = [.. equal];
                Classifier[] trained = [.. group.Select(g => g.Classifier)];
                HeldOut[] results = vector
                    ? VectorTraining.Run(trained, pool, first, each, shape, settings, Report, cancel)
                    : BatchedTraining.Run(trained, pool, first, each, shape, settings, Report, cancel);
                for (int i = 0; i < group.Length; i += settings.Starts)
                {
                    // By what they have learnt from: by what was held out the best would be too good.
                    held[trained[i].DataSet][group[i].Fold] = HeldOut.OfTheLowestLoss(results[i..(i + settings.Starts)]);
                }
            }
        }

        return held;

        void Report(int count) => progress?.Report((double)Interlocked.Add(ref finished, count) / ((long)sets * perSet));
    }

    private static NetworkShape Shape(int dimensions, C2stSettings settings)
    {
        long hidden = (long)settings.HiddenPerDimension * dimensions, parameters = hidden * (dimensions + hidden + 3) + 1;
        return parameters * Copies <= Array.MaxLength
            ? new NetworkShape(dimensions, (int)hidden)
            : throw new ArgumentException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"draws: {dimensions} parameters with {settings.HiddenPerDimension} hidden units each need a classifier of "
                        + $"{parameters} weights"
                ) + FormattableString.Invariant($"; expected at most {Array.MaxLength / Copies}.")
            );
    }

    /// <summary>Reference above draws, as many of each, both scaled by the reference: [J, 2 S, D].</summary>
    private static Tensor Pool(Tensor draws, Tensor reference, int each)
    {
        using DisposeScope scope = NewDisposeScope();
        // In double precision: draws far from the origin lose nothing to cancellation. In units that their squares can be taken in.
        Tensor r = reference.to_type(ScalarType.Float64), q = draws.to(ScalarType.Float64, reference.device);
        Tensor unit = PowerOfTwo.Units(Largest(r).maximum(Largest(q)));
        r = r / unit;
        q = q / unit;
        Tensor low = r.amin([1], keepdim: true);
        Tensor constant = low.eq(r.amax([1], keepdim: true));
        Tensor mean = where(constant, low, r.mean([1], keepdim: true));

        // What never varies in the reference is seen at the draws' scale.
        Tensor scale = where(constant, Deviation(q, mean), Deviation(r, mean));
        scale = where(scale.eq(Scalars.Zero), ones_like(scale), scale);
        Tensor pooled = cat([EvenlySpaced.Rows(r, 1, each), EvenlySpaced.Rows(q, 1, each)], 1);
        using Scalar least = (-Farthest).ToScalar(), most = Farthest.ToScalar();
        return ((pooled - mean) / scale).clamp_(least, most).to_type(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    private static Tensor Largest(Tensor x) => x.abs().amax([1], keepdim: true);

    private static Tensor Deviation(Tensor x, Tensor mean)
    {
        Tensor difference = x - mean;
        Tensor unit = PowerOfTwo.Units(Largest(difference));
        return (difference / unit).Squared().mean([1], keepdim: true).sqrt() * unit;
    }

    private static bool UsesVectors(C2stEngine engine, Device device)
    {
        bool cpu = device.type == DeviceType.CPU;
        return engine == C2stEngine.Vector && !cpu
            ? throw new ArgumentException($"C2ST settings: the engine Vector needs draws on the CPU, got {device}.")
            : cpu && (engine == C2stEngine.Vector || (engine == C2stEngine.Auto && MatrixProduct.IsSupported));
    }
}
