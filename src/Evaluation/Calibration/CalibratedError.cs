using Reproduce.Compute;
using Reproduce.Kernels;

namespace Reproduce.Evaluation;

/// <summary>
/// The calibration error that exact posteriors have because the data sets are few, by simulation: a true value's place in an exact
/// posterior is uniform.
/// </summary>
/// <param name="Median">Half of the simulated experiments have a smaller largest error.</param>
/// <param name="Low">5 % have a smaller one.</param>
/// <param name="High">5 % have a larger one.</param>
public sealed record CalibratedError(double Median, double Low, double High)
{
    /// <summary>The largest expected calibration error over parameters, of posteriors that are exact.</summary>
    /// <param name="dataSets">J.</param>
    /// <param name="parameters">D, taken as independent.</param>
    /// <param name="key">Random numbers of the simulation.</param>
    /// <param name="simulations">Simulated experiments; 1000 leave an error of some hundredths of each figure.</param>
    /// <exception cref="ArgumentException">Impossible settings.</exception>
    public static CalibratedError Simulate(int dataSets, int parameters, RandomKey key, int simulations = 1000)
    {
        if (dataSets < 1 || parameters < 1 || simulations < 20)
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"expected at least 1 data set, 1 parameter and 20 simulations; got {dataSets}, {parameters} and {simulations}."));
        }

        double[] largest = new double[simulations];
        Parallel.For(0, simulations, s =>
        {
            SplitMix64 random = new(key.Child(s).Value);
            int[] inside = new int[CalibrationLevels.Count];
            for (int d = 0; d < parameters; d++)
            {
                Array.Clear(inside);
                for (int j = 0; j < dataSets; j++)
                {
                    // The mass of the smallest central interval that holds the true value.
                    double mass = Math.Abs(2 * random.NextDouble() - 1);
                    for (int k = 0; k < inside.Length; k++)
                    {
                        inside[k] += mass <= CalibrationLevels.Of(k) ? 1 : 0;
                    }
                }

                largest[s] = Math.Max(largest[s], CalibrationLevels.Error(inside, dataSets));
            }
        });
        Array.Sort(largest);
        return new CalibratedError(Quantiles.OfSorted(largest, 0.5), Quantiles.OfSorted(largest, 0.05), Quantiles.OfSorted(largest, 0.95));
    }
}
