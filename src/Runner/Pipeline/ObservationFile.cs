using System.Security.Cryptography;
using System.Text.Json;
using Reproduce.Compute;
using Reproduce.Configuration;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Runner.Pipeline;

/// <summary>
/// Observations of a user's in a file: .npz with the names of the simulator's arrays, .npy for its only one, or .json, an object of numbers
/// and nested lists. Without a first axis more than a simulation has it is one observation, with one it is several. A set of varying size
/// has the members that it has; several have padding and their lengths beside them.
/// </summary>
/// <param name="path">The file, for messages.</param>
/// <param name="arrays">Its arrays by name.</param>
public sealed class ObservationFile(string path, IReadOnlyDictionary<string, Tensor> arrays) : IDisposable
{
    private const long LargestText = 64 << 20;

    /// <summary>The file's name without its ending.</summary>
    public string Name => Path.GetFileNameWithoutExtension(path);

    /// <summary>A digest of what is in a file, for whatever its numbers decide; null when there is none.</summary>
    /// <param name="path">The file.</param>
    public static string? DigestOf(string path) =>
        File.Exists(path) ? Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path))) : null;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ConfigurationException">It is missing, damaged, or of another form.</exception>
    public static ObservationFile Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using DisposeScope scope = NewDisposeScope();
        try
        {
            Dictionary<string, Tensor> arrays = Path.GetExtension(path).ToLowerInvariant() switch
            {
                ".npz" => Npz.Read(path),
                ".npy" => new() { [Observation.Only] = Npz.ReadArray(path, Observation.Only) },
                ".json" => ReadJson(path),
                _ => throw new InvalidDataException($"{path}: expected a file that ends in .npz, .npy or .json"),
            };
            return arrays.Count > 0
                ? new ObservationFile(path, arrays.ToDictionary(a => a.Key, a => a.Value.to(ScalarType.Float32).DetachFromDisposeScope()))
                : throw new InvalidDataException($"{path}: there is no array in it");
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException or JsonException)
        {
            throw new ConfigurationException($"--observation: {(e is JsonException ? $"{path}: {e.Message}" : e.Message)}");
        }
    }

    /// <summary>The observations, with the names and shapes that the networks were trained on.</summary>
    /// <param name="example">A simulation.</param>
    /// <returns>J observations; the caller owns them.</returns>
    /// <exception cref="ConfigurationException">An array is missing or has another shape, or a number is not finite.</exception>
    public Observation Fit(Observation example)
    {
        ArgumentNullException.ThrowIfNull(example);
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> given = arrays.ToDictionary();
        // The only array of a simulation may have any name; a set's lengths need not be told.
        string[] told = [.. example.Parts.Keys.Where(name => !VaryingSet.IsLength(example.Parts, name))];
        if (told.Length == 1 && given.Count == 1)
        {
            given = new() { [told[0]] = given.Values.Single() };
        }

        foreach (string set in told.Where(name => VaryingSet.Is(example.Parts, name) && given.ContainsKey(name)))
        {
            Pad(given, set, example[set].shape[1], example[set].shape[2]);
        }

        if (!example.Parts.Keys.ToHashSet().SetEquals(given.Keys))
        {
            throw Wrong($"expected the arrays {string.Join(", ", example.Parts.Keys)}, got {string.Join(", ", arrays.Keys.Order())}");
        }

        Dictionary<string, Tensor> parts = example.Parts.ToDictionary(p => p.Key, p => Batch(p.Key, given[p.Key], p.Value.shape[1..]));
        if (parts.Values.Select(p => p.shape[0]).Distinct().Count() > 1)
        {
            string counts = string.Join(", ", parts.Select(p => $"{p.Key}: {p.Value.shape[0]}"));
            throw Wrong($"expected as many observations in every array, got {counts}");
        }

        foreach (string set in told.Where(name => VaryingSet.Is(example.Parts, name)))
        {
            string length = VaryingSet.LengthOf(set);
            if (VaryingSet.WrongLengths(parts[set], parts[length]).Length > 0)
            {
                throw Wrong($"'{length}': expected whole numbers from 0 to {parts[set].shape[1]}");
            }
        }

        return new Observation(parts).DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor array in arrays.Values)
        {
            array.Dispose();
        }
    }

    private static Dictionary<string, Tensor> ReadJson(string path)
    {
        if (new FileInfo(path).Length > LargestText)
        {
            throw new InvalidDataException($"{path}: expected at most {LargestText} bytes; write a .npz file");
        }

        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { AllowTrailingCommas = true });
        return json.RootElement.ValueKind == JsonValueKind.Object
            ? json.RootElement.EnumerateObject().ToDictionary(p => p.Name, p => Array(path, p.Name, p.Value))
            : new() { [Observation.Only] = Array(path, Observation.Only, json.RootElement) };
    }

    private static Tensor Array(string path, string name, JsonElement value)
    {
        List<long> shape = [];
        for (JsonElement inner = value; inner.ValueKind == JsonValueKind.Array && inner.GetArrayLength() > 0; inner = inner[0])
        {
            shape.Add(inner.GetArrayLength());
        }

        List<float> numbers = [];
        Collect(value, 0);
        return tensor(numbers.ToArray(), [.. shape]);

        void Collect(JsonElement element, int depth)
        {
            if (depth == shape.Count)
            {
                numbers.Add(element.ValueKind == JsonValueKind.Number ? (float)element.GetDouble() : throw Uneven());
                return;
            }

            if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() != shape[depth])
            {
                throw Uneven();
            }

            foreach (JsonElement item in element.EnumerateArray())
            {
                Collect(item, depth + 1);
            }
        }

        InvalidDataException Uneven() => new($"{path}: '{name}': expected numbers in lists of equal lengths");
    }

    // Room for as many members as simulations have; without lengths, a set has all the members that it is given.
    private void Pad(Dictionary<string, Tensor> given, string name, long most, long width)
    {
        Tensor set = given[name];
        string length = VaryingSet.LengthOf(name);
        int bare = given.TryGetValue(length, out Tensor? told) && told.numel() > 1 ? 2 : 1;
        set = width == 1 && set.dim() == bare ? set.unsqueeze(-1) : set;
        if (set.dim() is not (2 or 3) || set.shape[^1] != width || set.shape[^2] > most)
        {
            throw Wrong(
                $"'{name}': expected a set of at most {most} members of {width} numbers, or several with '{length}' beside them, "
                    + $"got ({string.Join(", ", given[name].shape)})");
        }

        set = set.dim() == 2 ? set.unsqueeze(0) : set;
        given.TryAdd(length, full([set.shape[0]], (float)set.shape[1]));
        Tensor padded = nn.functional.pad(set, [0, 0, 0, most - set.shape[1]]), lengths = given[length].reshape(-1, 1);
        given[name] = lengths.shape[0] == set.shape[0] ? VaryingSet.Cleared(padded, lengths) : padded;
    }

    private Tensor Batch(string name, Tensor given, long[] shape)
    {
        Tensor? batch = given.shape.SequenceEqual(shape) || (given.numel() == 1 && shape is [1]) ? given.reshape([1, .. shape])
            : given.dim() == shape.Length + 1 && given.shape.AsSpan(1).SequenceEqual(shape) ? given.alias()
            : given.dim() == 1 && shape is [1] ? given.unsqueeze(1)
            : null;
        if (batch is null)
        {
            throw Wrong(
                $"'{name}': expected the shape ({string.Join(", ", shape)}) of a simulation, or several with a first axis before it, "
                    + $"got ({string.Join(", ", given.shape)})");
        }

        if (FiniteRows.Others(batch).Length > 0)
        {
            throw Wrong($"'{name}': expected finite numbers, got NaN or infinity");
        }

        return batch;
    }

    private ConfigurationException Wrong(string problem) => new($"--observation: {path}: {problem}.");
}
