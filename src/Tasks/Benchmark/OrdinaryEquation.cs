using Reproduce.Compute;

namespace Reproduce.Tasks.Benchmark;

/// <summary>Solves ordinary differential equations of a few unknowns by <see cref="DormandPrincePair"/> with adaptive steps.</summary>
internal static class OrdinaryEquation
{
    /// <summary>A right-hand side.</summary>
    /// <param name="state">The unknowns.</param>
    /// <param name="slope">Where their derivatives go.</param>
    public delegate void RightHandSide(ReadOnlySpan<double> state, Span<double> slope);

    private const double Safety = 0.9, Narrowest = 0.2, Widest = 5, Smallest = 1e-12;

    /// <summary>The solution at several times.</summary>
    /// <param name="equation">The right-hand side, which does not depend on time.</param>
    /// <param name="state">The unknowns at time 0; they are moved to the last time.</param>
    /// <param name="times">The times, rising from 0 or later.</param>
    /// <param name="tolerance">The error of a step in any unknown, absolute.</param>
    /// <param name="seen">Told each time's index with the unknowns.</param>
    public static void Solve(
        RightHandSide equation, Span<double> state, ReadOnlySpan<double> times, double tolerance, Action<int, double[]> seen)
    {
        int size = state.Length;
        double[] slopes = new double[DormandPrincePair.Stages * size], next = new double[size];
        equation(state, slopes.AsSpan(0, size));
        double time = 0, width = 0.01;
        for (int i = 0; i < times.Length; i++)
        {
            while (time < times[i])
            {
                bool arrives = time + width >= times[i];
                double step = arrives ? times[i] - time : width;
                double error = Attempt(equation, state, slopes, next, step) / tolerance;
                double factor = Math.Clamp(Safety * Math.Pow(Math.Max(error, 1e-10), -DormandPrincePair.Power), Narrowest, Widest);
                if (error <= 1 || step < Smallest)
                {
                    time = arrives ? times[i] : time + step;
                    next.CopyTo(state);
                    slopes.AsSpan((DormandPrincePair.Stages - 1) * size, size).CopyTo(slopes);
                    // A step that was cut short says nothing against wide ones.
                    width = arrives ? Math.Max(width, step * factor) : step * factor;
                }
                else
                {
                    width = step * (double.IsFinite(error) ? Math.Min(factor, 1) : Narrowest);
                }
            }

            seen(i, state.ToArray());
        }
    }

    // The unknowns after a step; the largest error of one is returned.
    private static double Attempt(RightHandSide equation, ReadOnlySpan<double> state, double[] slopes, double[] next, double width)
    {
        int size = state.Length;
        for (int stage = 1; stage < DormandPrincePair.Stages; stage++)
        {
            ReadOnlySpan<double> weights = DormandPrincePair.Weights(stage);
            for (int d = 0; d < size; d++)
            {
                double sum = 0;
                for (int s = 0; s < stage; s++)
                {
                    sum += weights[s] * slopes[s * size + d];
                }

                next[d] = state[d] + width * sum;
            }

            equation(next, slopes.AsSpan(stage * size, size));
        }

        double largest = 0;
        for (int d = 0; d < size; d++)
        {
            double error = 0;
            for (int s = 0; s < DormandPrincePair.Stages; s++)
            {
                error += DormandPrincePair.Error[s] * slopes[s * size + d];
            }

            double off = Math.Abs(width * error);
            largest = off > largest || double.IsNaN(off) ? off : largest;
        }

        return largest;
    }
}
