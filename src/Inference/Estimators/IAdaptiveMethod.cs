using static TorchSharp.torch;

namespace Reproduce.Inference.Estimators;

/// <summary>A step of an integrator that tells its own error, for rows that are each at their own time.</summary>
internal interface IAdaptiveMethod : IDisposable
{
    /// <summary>Network passes before the first attempt.</summary>
    int FirstPasses { get; }

    /// <summary>Network passes of an attempt.</summary>
    int Passes { get; }

    /// <summary>p of the next width: it goes with error^-p.</summary>
    double Power { get; }

    /// <summary>Looks at the rows where they start.</summary>
    /// <param name="theta">[N, D].</param>
    /// <param name="time">[N, 1].</param>
    /// <param name="condition">[N, S].</param>
    void Begin(Tensor theta, Tensor time, Tensor condition);

    /// <summary>Tries a step.</summary>
    /// <param name="theta">Some of the rows, [M, D].</param>
    /// <param name="time">Their times, [M, 1].</param>
    /// <param name="width">The widths of their steps, negative towards smaller times, [M, 1].</param>
    /// <param name="condition">Their summaries, [M, S].</param>
    /// <param name="rows">Which rows they are, [M].</param>
    /// <returns>Where the steps lead, and what another order would have differed by; [M, D] each.</returns>
    (Tensor Next, Tensor Error) Attempt(Tensor theta, Tensor time, Tensor width, Tensor condition, Tensor rows);

    /// <summary>Told which of the rows of the last attempt have taken their step.</summary>
    /// <param name="rows">Which rows they are, [K].</param>
    /// <param name="places">Their places in the attempt, [K].</param>
    void Accept(Tensor rows, Tensor places);
}
