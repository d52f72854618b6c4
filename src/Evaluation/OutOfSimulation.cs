using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Evaluation;

/// <summary>Tells observations that look like none of the simulations: what was learned says nothing about them.</summary>
/// <remarks>
/// The distance of an observation is that to its tenth nearest training simulation, in numbers that are made uncorrelated and of variance 1
/// over the training set. Its p-value is the share of simulations that were not trained on with a distance as large: of an observation that
/// is a simulation it is uniformly distributed, whatever the distribution of the simulations is.
/// </remarks>
public static class OutOfSimulation
{
    private const int Neighbour = 10, RowsAtOnce = 256;

    // Of the mean variance: what never varies among the simulations is far away when it varies.
    private const double Floor = 1e-6;

    /// <summary>The p-values of observations.</summary>
    /// <param name="training">Simulations, [N, S].</param>
    /// <param name="others">Simulations that are none of them, [V, S]; no p-value is below 1 / (V + 1).</param>
    /// <param name="observed">Observations, [J, S].</param>
    /// <returns>[J].</returns>
    /// <exception cref="ArgumentException">Shapes that do not fit, or no simulations.</exception>
    public static double[] PValues(Tensor training, Tensor others, Tensor observed)
    {
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(others);
        ArgumentNullException.ThrowIfNull(observed);
        Tensor[] all = [training, others, observed];
        if (all.Any(t => t.dim() != 2 || t.shape[0] == 0 || t.shape[1] != training.shape[1]))
        {
            throw new ArgumentException(
                $"expected rows of the same length, got {string.Join(" and ", all.Select(t => $"[{string.Join(", ", t.shape)}]"))}",
                nameof(training));
        }

        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor known = training.to(ScalarType.Float64, CPU);
        Tensor mean = known.mean([0L], keepdim: true);
        Tensor centred = known - mean;
        (Tensor values, Tensor vectors) = linalg.eigh(centred.t().matmul(centred) / known.shape[0]);
        Tensor floor = (values.mean() * Floor).clamp_min(1e-300);
        Tensor whitening = vectors / values.maximum(floor).sqrt();
        Tensor points = centred.matmul(whitening);
        double[] usual = Distances(points, (others.to(ScalarType.Float64, CPU) - mean).matmul(whitening));
        double[] distances = Distances(points, (observed.to(ScalarType.Float64, CPU) - mean).matmul(whitening));
        return [.. distances.Select(d => (1.0 + usual.Count(u => u >= d)) / (usual.Length + 1))];
    }

    private static double[] Distances(Tensor points, Tensor rows)
    {
        int k = (int)Math.Min(Neighbour, points.shape[0]);
        double[] distances = new double[rows.shape[0]];
        for (int first = 0; first < distances.Length; first += RowsAtOnce)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor some = rows.narrow(0, first, Math.Min(RowsAtOnce, distances.Length - first));
            (Tensor nearest, _) = cdist(some, points).topk(k, 1, largest: false, sorted: true);
            nearest.select(1, k - 1).contiguous().data<double>().CopyTo(distances.AsSpan(first));
        }

        return distances;
    }
}
