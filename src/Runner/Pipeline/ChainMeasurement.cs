using Reproduce.Compute;
using Reproduce.Inference.Chains;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Sampling;
using Reproduce.Inference.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Runner.Pipeline;

/// <summary>A trained consistency model with backward conditionals that were learned from its execution paths.</summary>
internal sealed class ChainMeasurement : IDisposable
{
    // Observations whose execution paths are learned from; more draws are cheap, more summaries only for the largest budgets there.
    private const long Observations = 4096;
    private const int SpreadDraws = 200;

    private readonly IConsistencyModel _model;
    private readonly LearnedBackward _backward;

    private ChainMeasurement(IConsistencyModel model, LearnedBackward backward, int steps, int paths)
    {
        _model = model;
        _backward = backward;
        Single = new ConsistencyChain(model, backward, steps);
        Averaged = new ConsistencyChain(model, backward, steps, paths);
    }

    /// <summary>The density along the executed path.</summary>
    public ConsistencyChain Single { get; }

    /// <summary>The density averaged over several paths.</summary>
    public ConsistencyChain Averaged { get; }

    /// <summary>Learns the backward conditionals for the simulated observations, whose parameters are not looked at.</summary>
    /// <exception cref="InvalidDataException">The training diverged.</exception>
    public static ChainMeasurement Prepare(
        IConsistencyModel model, int steps, SimulateJob simulate, DensitySettings settings, RandomKey key, JobContext context)
    {
        using DisposeScope scope = NewDisposeScope();
        using Simulations pool = SimulationFiles.Read(simulate.Folder.FileOf(StageFiles.Training));
        using Simulations some = pool.Take(Math.Min(pool.Count, Observations));
        using Observation x = some.X.To(context.Device);
        try
        {
            LearnedBackward backward = LearnedBackward.Train(
                model, steps, model.Summarise(x), settings.Backward, key, null, context.Cancel);
            return new ChainMeasurement(model, backward, steps, settings.ChainPaths);
        }
        catch (DivergedException e)
        {
            throw new InvalidDataException($"backward conditionals: {e.Message}", e);
        }
    }

    /// <summary>Standard deviation of log q of a draw over sampled backward paths, median over draws, for every data set.</summary>
    public double[] Spread(Observation x, RandomKey key)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor conditions = _model.Summarise(x);
        double[] result = new double[x.Count];
        for (long j = 0; j < x.Count; j++)
        {
            using DisposeScope inner = NewDisposeScope();
            using BlockNoise noise = new([key.Child(j)], [SpreadDraws], _model.Dimension, conditions.device);
            Tensor paths = Averaged.DrawWithPaths(conditions.narrow(0, j, 1).expand(SpreadDraws, -1), noise).LogProb;

            // The executed path is no draw from the backward conditionals.
            Tensor sampled = paths.narrow(0, 1, paths.shape[0] - 1);
            result[j] = sampled.std(0).median().to(ScalarType.Float64).item<double>();
        }

        return result;
    }

    public void Dispose() => _backward.Dispose();
}
