using System.Runtime.ExceptionServices;
using Reproduce.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tasks.External;

/// <summary>Prior times likelihood of a simulator that can evaluate its likelihood.</summary>
/// <param name="task">The task.</param>
internal sealed class ExternalLikelihood(ExternalTask task) : IJointDensity
{
    private const string Verb = "log-likelihood", Answer = "log_likelihood", Theta = "theta";

    // A likelihood that is estimated with random numbers is estimated anew by each call.
    private static readonly RandomKey s_key = RandomKey.FromSeed(0).Child(Verb);

    /// <inheritdoc/>
    public string? FindMissing() =>
        !task.Parameters.HasPriors ? "the density of the prior is not known, as the simulator draws the parameters"
        : !task.Knows(Verb) ? $"the simulator does not offer \"{Verb}\""
        : null;

    /// <inheritdoc/>
    /// <exception cref="ExternalSimulatorException">The simulator does not answer, or not as it should.</exception>
    public Tensor LogJoint(Tensor theta, Observation x)
    {
        ArgumentNullException.ThrowIfNull(x);
        Require.Draws(theta, x.Count, task.ParameterNames.Count);
        if (x.Parts.ContainsKey(Theta))
        {
            throw new ExternalSimulatorException($"expected observations of other names than '{Theta}', which is that of the parameters");
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor given = theta.to(ScalarType.Float64, CPU);
        return stack([.. Enumerable.Range(0, (int)x.Count).Select(j => OfOne(given[j], x, j))], 0).MoveToOuterDisposeScope();
    }

    // Where the prior's density is zero the program is not asked.
    private Tensor OfOne(Tensor theta, Observation x, int set)
    {
        double[][] rows = [.. theta.contiguous().data<double>().ToArray().Chunk((int)theta.shape[1])];
        double[] log = [.. rows.Select(r => task.Parameters.LogDensity(r))];
        long[] inside = [.. Enumerable.Range(0, rows.Length).Where(i => double.IsFinite(log[i])).Select(i => (long)i)];
        if (inside.Length == 0)
        {
            return tensor(log);
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor all = task.Parameters.WithFixed(theta.index_select(0, tensor(inside)));
        Dictionary<string, Tensor> observed = x.Narrow(set, 1).Parts.ToDictionary(p => p.Key, p => p.Value.to(ScalarType.Float64));
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = task.Workers };
        try
        {
            Parallel.For(0, (inside.Length + task.Chunk - 1) / task.Chunk, parallel, chunk =>
            {
                int first = chunk * task.Chunk;
                double[] found = Ask(all, observed, s_key.Child(set).Child(chunk), first, Math.Min(task.Chunk, inside.Length - first));
                for (int i = 0; i < found.Length; i++)
                {
                    log[inside[first + i]] += found[i];
                }
            });
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }

        return tensor(log).MoveToOuterDisposeScope();
    }

    private double[] Ask(Tensor all, Dictionary<string, Tensor> observed, RandomKey key, int first, int rows)
    {
        // A thread has scopes of its own.
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> input = new(observed) { [Theta] = all.narrow(0, first, rows) };
        Dictionary<string, Tensor> arrays = task.Ask(Verb, key, input, rows, type: ScalarType.Float64);
        return ExternalTask.Only(arrays, Answer, [rows, 1]).data<double>().ToArray();
    }
}
