using Reproduce.Compute;
using Reproduce.Kernels;

namespace Reproduce.Evaluation;

/// <summary>
/// One classifier that is to be trained: a data set, a split of its pooled draws, and the stream of its random numbers.
/// </summary>
/// <remarks>Rows 0 .. R-1 of the pool are the reference (class 0), the others the draws under test (class 1).</remarks>
/// <param name="DataSet">Index of the data set, 0 .. J-1.</param>
/// <param name="Key">Initial weights and shuffles come from here.</param>
/// <param name="Train">Rows to train on.</param>
/// <param name="Test">Rows to measure the accuracy on.</param>
internal sealed record Classifier(int DataSet, RandomKey Key, int[] Train, int[] Test)
{
    /// <summary>The classifiers of one data set: one for a single split, else one per fold.</summary>
    /// <param name="dataSet">Index of the data set.</param>
    /// <param name="rows">Number of pooled rows.</param>
    /// <param name="settings">The protocol.</param>
    /// <param name="key">The data set's stream.</param>
    internal static IEnumerable<Classifier> Plan(int dataSet, int rows, C2stSettings settings, RandomKey key)
    {
        int[] order = [.. Enumerable.Range(0, rows)];
        new SplitMix64(key.Child("split").Value).Shuffle(order);
        RandomKey training = key.Child("train");
        if (settings.Folds == 0)
        {
            int held = HeldOut(rows, settings);
            yield return new Classifier(dataSet, training.Child(0), order[held..], order[..held]);
            yield break;
        }

        int start = 0;
        for (int fold = 0; fold < settings.Folds; fold++)
        {
            int held = rows / settings.Folds + (fold < rows % settings.Folds ? 1 : 0);
            yield return new Classifier(
                dataSet, training.Child(fold), [.. order[..start], .. order[(start + held)..]], order[start..(start + held)]);
            start += held;
        }
    }

    /// <summary>Classifiers with the same rows and other initial weights and shuffles, this one first.</summary>
    /// <param name="count">How many.</param>
    internal IEnumerable<Classifier> Starts(int count) =>
        Enumerable.Range(0, count).Select(r => r == 0 ? this : this with { Key = Key.Child("restart").Child(r) });

    /// <summary>The rows of a single split that are held out: as in scikit-learn's train_test_split the part is rounded up.</summary>
    /// <param name="rows">Number of pooled rows.</param>
    /// <param name="settings">The protocol.</param>
    internal static int HeldOut(int rows, C2stSettings settings) => (int)Math.Ceiling(settings.TestFraction * rows);

    /// <summary>The fewest pooled rows, as many of either class, that leave every classifier rows to train on and rows held out.</summary>
    /// <param name="settings">The protocol.</param>
    internal static int FewestRows(C2stSettings settings)
    {
        int rows = Math.Max(4, settings.Folds);
        while (settings.Folds == 0 && HeldOut(rows, settings) >= rows)
        {
            rows += 2;
        }

        return rows;
    }
}
