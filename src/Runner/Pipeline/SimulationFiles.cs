using Reproduce.Compute;
using Reproduce.Inference.Training;
using Reproduce.Tasks.Denoising;
using static TorchSharp.torch;

namespace Reproduce.Runner.Pipeline;

/// <summary>Reads and writes simulations.</summary>
public static class SimulationFiles
{
    private const string Theta = "theta";
    private const string ObservationPrefix = "x_";

    /// <summary>The file of a split.</summary>
    /// <param name="split">The split.</param>
    public static string NameOf(DataSplit split) => split switch
    {
        DataSplit.Training => StageFiles.Training,
        DataSplit.Validation => StageFiles.Validation,
        _ => StageFiles.Test,
    };

    /// <summary>Writes parameters and observations.</summary>
    /// <param name="path">The file.</param>
    /// <param name="simulations">What is written.</param>
    public static void Write(string path, Simulations simulations)
    {
        ArgumentNullException.ThrowIfNull(simulations);
        Npz.Write(path, ToArrays(simulations));
    }

    /// <summary>Reads parameters and observations; the caller owns them.</summary>
    /// <param name="path">The file.</param>
    public static Simulations Read(string path)
    {
        Dictionary<string, Tensor> arrays = Npz.Read(path);
        foreach (Tensor tensor in arrays.Values)
        {
            tensor.DetachFromDisposeScope();
        }

        return FromArrays(arrays);
    }

    /// <summary>A copy of simulations that lives by itself.</summary>
    /// <param name="simulations">The simulations.</param>
    internal static Simulations Copy(Simulations simulations) =>
        simulations with { Theta = simulations.Theta.clone(), X = simulations.X.Map(x => x.clone()) };

    /// <summary>The arrays of a file, by name; they are the simulations' own.</summary>
    /// <param name="simulations">The simulations.</param>
    internal static Dictionary<string, Tensor> ToArrays(Simulations simulations)
    {
        Dictionary<string, Tensor> arrays = simulations.X.Parts.ToDictionary(p => ObservationPrefix + p.Key, p => p.Value);
        arrays[Theta] = simulations.Theta;
        return arrays;
    }

    /// <summary>The simulations of a file's arrays, which they take over.</summary>
    /// <param name="arrays">What <see cref="ToArrays"/> gave.</param>
    /// <exception cref="InvalidDataException">They are no simulations.</exception>
    internal static Simulations FromArrays(IReadOnlyDictionary<string, Tensor> arrays)
    {
        IEnumerable<KeyValuePair<string, Tensor>> parts = arrays.Where(p => p.Key != Theta);
        if (!arrays.TryGetValue(Theta, out Tensor? theta) || arrays.Count < 2 || arrays.Values.Any(a => a.dim() == 0)
            || parts.Any(p => !p.Key.StartsWith(ObservationPrefix, StringComparison.Ordinal)))
        {
            throw new InvalidDataException(
                $"expected '{Theta}' and observations as '{ObservationPrefix}NAME', got {string.Join(", ", arrays.Keys.Order())}");
        }

        return new Simulations(theta, new Observation(parts.ToDictionary(p => p.Key[ObservationPrefix.Length..], p => p.Value)));
    }
}
