using System.Text.Json;
using Reproduce.Compute;
using Reproduce.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tasks.External;

/// <summary>A finished chunk of simulations on disk, for a run that is stopped.</summary>
/// <param name="folder">The batch's folder.</param>
/// <param name="chunk">Which chunk.</param>
internal sealed class ExternalChunkFile(string folder, int chunk)
{
    private const string Theta = "theta", Prefix = "x_";

    private readonly string _path = Path.Combine(folder, $"chunk-{chunk:D7}.npz");

    private string Reasons => Path.ChangeExtension(_path, ".failed.json");

    /// <summary>Writes a chunk; it is there when its arrays are.</summary>
    /// <param name="theta">Its parameters.</param>
    /// <param name="arrays">Its observations.</param>
    /// <param name="failed">The rows that failed.</param>
    public void Write(Tensor theta, Dictionary<string, Tensor> arrays, List<(int Row, string Reason)> failed)
    {
        // An older chunk goes first, its reasons behind it: wherever this is interrupted, no rows are left beside the reasons of others.
        HeldFiles.Delete(_path);
        HeldFiles.Delete(Reasons);
        if (failed.Count > 0)
        {
            WholeFile.WriteText(Reasons, JsonSerializer.Serialize(failed.ToDictionary(f => f.Row, f => f.Reason)));
        }

        Dictionary<string, Tensor> all = arrays.ToDictionary(a => Prefix + a.Key, a => a.Value);
        all[Theta] = theta;
        Npz.Write(_path, all);
    }

    /// <summary>Reads a chunk.</summary>
    /// <param name="theta">The parameters that it has to be of.</param>
    /// <param name="failed">Gets the rows that failed.</param>
    /// <returns>Its observations, outside of any scope; null when they are not there, damaged, or of other parameters.</returns>
    public Dictionary<string, Tensor>? Read(Tensor theta, List<(int Row, string Reason)> failed)
    {
        if (!File.Exists(_path))
        {
            return null;
        }

        using DisposeScope scope = NewDisposeScope();
        try
        {
            Dictionary<string, Tensor> all = Npz.Read(_path);
            if (!all.Remove(Theta, out Tensor? given) || !given.shape.SequenceEqual(theta.shape) || !given.eq(theta).all().ToBoolean())
            {
                return null;
            }

            if (File.Exists(Reasons))
            {
                Dictionary<int, string> reasons = JsonSerializer.Deserialize<Dictionary<int, string>>(File.ReadAllText(Reasons)) ?? [];
                failed.AddRange(reasons.Select(r => (r.Key, r.Value)));
            }

            return all.ToDictionary(a => a.Key[Prefix.Length..], a => a.Value.DetachFromDisposeScope());
        }
        catch (Exception e) when (e is IOException or InvalidDataException or JsonException)
        {
            return null; // It is simulated again.
        }
    }
}
