using Reproduce.Compute;
using Reproduce.Kernels;

namespace Reproduce.Evaluation;

/// <summary>
/// Where the numbers of one classifier stand in its row of parameters: W1 [D, H], b1 [H], W2 [H, H], b2 [H], w3 [H], b3.
/// </summary>
/// <param name="Inputs">D.</param>
/// <param name="Hidden">H.</param>
internal readonly record struct NetworkShape(int Inputs, int Hidden)
{
    internal const int Weight1 = 0;

    internal int Bias1 => Inputs * Hidden;

    internal int Weight2 => Bias1 + Hidden;

    internal int Bias2 => Weight2 + Hidden * Hidden;

    internal int Weight3 => Bias2 + Hidden;

    internal int Bias3 => Weight3 + Hidden;

    /// <summary>Number of parameters.</summary>
    internal int Count => Bias3 + 1;

    /// <summary>scikit-learn's initialisation: weights and biases of a layer uniform in +-sqrt(6 / (fan-in + fan-out)).</summary>
    /// <param name="parameters">[Count], filled.</param>
    /// <param name="key">The classifier's stream.</param>
    internal void Initialise(Span<float> parameters, RandomKey key)
    {
        var random = new SplitMix64(key.Child("weights").Value);
        Fill(parameters[Weight1..Weight2], Inputs + Hidden, ref random);
        Fill(parameters[Weight2..Weight3], Hidden + Hidden, ref random);
        Fill(parameters[Weight3..Count], Hidden + 1, ref random);

        static void Fill(Span<float> layer, int fans, ref SplitMix64 random)
        {
            double bound = Math.Sqrt(6.0 / fans);
            foreach (ref float value in layer)
            {
                value = (float)(bound * (2 * random.NextDouble() - 1));
            }
        }
    }
}

/// <summary>Early stopping as in scikit-learn: a run of epochs without an improvement of the training loss by the tolerance.</summary>
internal struct StoppingRule(double tolerance, int patience)
{
    private double _best = double.PositiveInfinity;
    private int _idle;

    /// <summary>Takes the training loss of the epoch just finished; true when training should end.</summary>
    internal bool Ends(double loss)
    {
        _idle = loss > _best - tolerance ? _idle + 1 : 0;
        _best = Math.Min(_best, loss);
        // A loss that is no number would never improve and never count as idle.
        return _idle > patience || double.IsNaN(loss);
    }
}
