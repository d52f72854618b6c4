using Reproduce.Compute;
using Reproduce.Inference.Training;
using static TorchSharp.torch;

namespace Reproduce.Runner.Pipeline;

/// <summary>Reads and writes simulations.</summary>
public static class SimulationFiles
{
    private const string Theta = "theta";
    private const string ObservationPrefix = "x_";

    /// <summary>Writes parameters and observations.</summary>
    /// <param name="path">The file.</param>
    /// <param name="simulations">What is written.</param>
    public static void Write(string path, Simulations simulations)
    {
        ArgumentNullException.ThrowIfNull(simulations);
        Dictionary<string, Tensor> arrays = simulations.X.Parts.ToDictionary(p => ObservationPrefix + p.Key, p => p.Value);
        arrays[Theta] = simulations.Theta;
        Npz.Write(path, arrays);
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

        Tensor theta = arrays[Theta];
        arrays.Remove(Theta);
        return new Simulations(theta, new Observation(arrays.ToDictionary(p => p.Key[ObservationPrefix.Length..], p => p.Value)));
    }
}
