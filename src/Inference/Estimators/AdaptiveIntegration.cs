using Reproduce.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Inference.Estimators;

/// <summary>
/// Integrates with steps as wide as a tolerance allows. Every row has steps of its own, so that a draw does not depend on those that are
/// made beside it, and a row that has arrived takes no more passes.
/// </summary>
/// <remarks>
/// A step's error is the root mean square over dimensions of error / (tolerance (1 + max(|theta|, |theta_next|))); up to 1 it is taken. The
/// next width goes with error^-p, within a fifth and ten times the last. A row never takes more than the given number of passes: with the
/// last ones it goes to the end, whatever the error.
/// </remarks>
internal static class AdaptiveIntegration
{
    private const double Safety = 0.9, Narrowest = 0.2, Widest = 10, FirstShare = 0.02;

    /// <summary>Integrates all rows.</summary>
    /// <param name="method">The method.</param>
    /// <param name="theta">Where the rows start, [N, D]; moved in place.</param>
    /// <param name="condition">[N, S].</param>
    /// <param name="from">The time at the start.</param>
    /// <param name="to">The time at the end.</param>
    /// <param name="tolerance">Absolute, and relative to the parameters.</param>
    /// <param name="most">The most passes of a row.</param>
    /// <param name="cancel">Stops between steps.</param>
    /// <exception cref="ArgumentOutOfRangeException">The passes are not enough for one step.</exception>
    public static void Run(
        IAdaptiveMethod method,
        Tensor theta,
        Tensor condition,
        double from,
        double to,
        double tolerance,
        int most,
        CancellationToken cancel)
    {
        int fewest = method.FirstPasses + method.Passes;
        if (most < fewest)
        {
            throw new ArgumentOutOfRangeException(
                nameof(most), most, $"With a tolerance, steps are the most passes of a draw: expected at least {fewest}.");
        }

        Row[] rows = [.. Enumerable.Range(0, (int)theta.shape[0]).Select(i => new Row(i)
        {
            Time = from,
            Width = (to - from) * FirstShare,
            Passes = method.FirstPasses,
        })];
        using (NewDisposeScope())
        {
            method.Begin(theta, Column(theta, rows, r => r.Time), condition);
        }

        for (Row[] active = rows; active.Length > 0; active = [.. active.Where(r => r.Time != to)])
        {
            cancel.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            foreach (Row row in active)
            {
                row.IsLast = row.Passes + 2 * method.Passes > most;
                row.Ends = row.IsLast || Math.Abs(row.Width) >= Math.Abs(to - row.Time);
                row.Width = row.Ends ? to - row.Time : row.Width;
            }

            Tensor which = Indices(active.Select(r => r.Index), theta.device);
            Tensor old = theta.index_select(0, which);
            (Tensor next, Tensor error) = method.Attempt(
                old,
                Column(theta, active, r => r.Time),
                Column(theta, active, r => r.Width),
                condition.index_select(0, which),
                which);
            double[] errors = Errors(old, next, error, tolerance);
            int[] accepted = [.. Enumerable.Range(0, active.Length).Where(i => errors[i] <= 1 || active[i].IsLast)];
            if (accepted.Length > 0)
            {
                Tensor places = Indices(accepted.Select(i => (long)i), theta.device), taken = which.index_select(0, places);
                theta.index_copy_(0, taken, next.index_select(0, places));
                method.Accept(taken, places);
            }

            foreach (int i in accepted)
            {
                active[i].Time = active[i].Ends ? to : active[i].Time + active[i].Width;
            }

            for (int i = 0; i < active.Length; i++)
            {
                active[i].Passes += method.Passes;

                // An error that is not a number asks for the narrowest step.
                double factor = Safety * Math.Pow(errors[i], -method.Power);
                active[i].Width *= double.IsNaN(factor) ? Narrowest : Math.Clamp(factor, Narrowest, Widest);
            }
        }
    }

    private static double[] Errors(Tensor old, Tensor next, Tensor error, double tolerance)
    {
        using Scalar share = tolerance.ToScalar();
        Tensor scale = maximum(old.abs(), next.abs()).add(Scalars.One, Scalars.One).mul(share);
        return (error / scale).Squared().mean([1L]).sqrt().to(ScalarType.Float64).to(CPU).data<double>().ToArray();
    }

    private static Tensor Indices(IEnumerable<long> indices, Device device) => HostCopy.Move(tensor(indices.ToArray()), device);

    // [M, 1], in the parameters' type.
    private static Tensor Column(Tensor like, Row[] rows, Func<Row, double> number) =>
        HostCopy.Move(tensor([.. rows.Select(number)], [rows.Length, 1], dtype: like.dtype), like.device);

    /// <summary>Where a row stands.</summary>
    private sealed class Row(long index)
    {
        public long Index { get; } = index;

        public double Time { get; set; }

        public double Width { get; set; }

        public int Passes { get; set; }

        /// <summary>Whether there are passes for one more step only.</summary>
        public bool IsLast { get; set; }

        /// <summary>Whether the step leads to the end.</summary>
        public bool Ends { get; set; }
    }
}
