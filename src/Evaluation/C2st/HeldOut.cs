namespace Reproduce.Evaluation;

/// <summary>What a trained classifier did with the rows that were held out.</summary>
/// <param name="Rows">Number of held-out rows.</param>
/// <param name="OfDraws">How many of them are draws under test (class 1).</param>
/// <param name="Correct">Rows whose class it told.</param>
/// <param name="CorrectOfDraws">Draws under test whose class it told.</param>
/// <param name="TrainingLoss">Its loss in the last epoch of its training.</param>
internal readonly record struct HeldOut(int Rows, int OfDraws, int Correct, int CorrectOfDraws, double TrainingLoss)
{
    /// <summary>What the classifier with the lowest training loss did; one whose training diverged to no number comes last.</summary>
    /// <param name="restarts">Of classifiers with the same rows, one or more.</param>
    internal static HeldOut OfTheLowestLoss(IEnumerable<HeldOut> restarts) =>
        restarts.MinBy(r => double.IsNaN(r.TrainingLoss) ? double.PositiveInfinity : r.TrainingLoss);

    /// <summary>Part of the rows whose class it told.</summary>
    internal double Accuracy => (double)Correct / Rows;

    /// <summary>Rows that it took for draws under test.</summary>
    internal int CalledDraws => CorrectOfDraws + (Rows - OfDraws) - (Correct - CorrectOfDraws);
}
