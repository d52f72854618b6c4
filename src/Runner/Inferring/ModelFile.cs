using System.Runtime.InteropServices;
using System.Text;
using Reproduce.Compute;
using Reproduce.Configuration;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Estimators;
using Reproduce.Inference.Training;
using Reproduce.Runner.Catalogue;
using Reproduce.Runner.Pipeline;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Runner.Inferring;

/// <summary>
/// A trained contender in one file that travels: a .npz archive with the weights, the settings of the networks as text, and summaries of
/// simulations for the test of an observation. Whoever has it infers without the experiment, its cache and its simulator.
/// </summary>
/// <remarks>
/// A file from elsewhere is not trusted: nothing in it is run or names another file, networks are not larger than the weights that the file
/// has for them, and whatever does not fit is refused in one line.
/// </remarks>
public static class ModelFile
{
    /// <summary>The form of the file.</summary>
    public const int Version = 1;

    private const string Own = "model_";
    private const string SettingsArray = Own + "settings", KnownArray = Own + "known", OthersArray = Own + "others";

    // The estimate of a network's size is a rough one.
    private const double Roughness = 4, Small = 1e6;

    /// <summary>Writes a model.</summary>
    /// <param name="path">The file.</param>
    /// <param name="model">The model.</param>
    public static void Write(string path, TrainedModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> arrays = WeightsFile.ToArrays(model.Estimator.Network, model.Example);
        try
        {
            string settings = CanonicalJson.Write(model.Settings, SettingKinds.All);
            arrays.Add(SettingsArray, tensor(Encoding.UTF8.GetBytes(settings)));
            arrays.Add(KnownArray, model.Known.alias());
            arrays.Add(OthersArray, model.Others.alias());
            Npz.Write(path, arrays);
        }
        finally
        {
            foreach (Tensor array in arrays.Values)
            {
                array.Dispose();
            }
        }
    }

    /// <summary>Reads a model.</summary>
    /// <param name="path">The file.</param>
    /// <param name="device">Where its networks shall be.</param>
    /// <exception cref="ConfigurationException">The file is missing, damaged, or not a model's.</exception>
    public static TrainedModel Read(string path, Device device)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Dictionary<string, Tensor> arrays = [];
        try
        {
            // No scope of tensors around it: the networks outlive it.
            arrays = Npz.Read(path);
            return Of(path, arrays, device);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException or ArgumentException
            or InvalidOperationException or ExternalException)
        {
            string problem = e.Message.Split('\n')[0].TrimEnd('.', '\r');
            string file = problem.Contains(path, StringComparison.Ordinal) ? "" : $"{path}: ";
            throw new ConfigurationException($"--model: {file}{problem}.");
        }
        finally
        {
            foreach (Tensor array in arrays.Values)
            {
                array.Dispose();
            }
        }
    }

    private static TrainedModel Of(string path, Dictionary<string, Tensor> arrays, Device device)
    {
        ModelSettings settings = SettingsOf(path, Find(arrays, SettingsArray));
        Dictionary<string, Tensor> networks = arrays.Where(a => !a.Key.StartsWith(Own, StringComparison.Ordinal)).ToDictionary();
        foreach ((string name, Tensor array) in arrays.Where(a => !IsBound(a.Key)))
        {
            RefuseWild(name, array);
        }

        RefuseBounds(arrays);

        (Dictionary<string, Tensor> state, Simulations? example) = WeightsFile.Split(networks);
        double numbers = state.Values.Sum(s => (double)s.numel());
        double asked = settings.Settings.RoughWeights + settings.Summary.RoughWeights;
        if (asked > Roughness * numbers + Small)
        {
            throw new InvalidDataException(
                FormattableString.Invariant($"its networks ask for about {asked:G2} weights, there are {numbers}"));
        }

        CheckExample(example, settings);
        NetworkDesign design = new(settings.Contender, settings.Settings, settings.Summary, RandomKey.FromSeed(0));
        IPosteriorEstimator estimator = EstimatorFactory.Restore(design, example!, state, device);
        try
        {
            using Tensor summary = Summaries.Of(estimator, example!.X, new JobContext(device, 1, CancellationToken.None));
            return new TrainedModel
            {
                Settings = settings,
                Style = ReportStyles.Of([ReportStyles.Named(settings.Contender, settings.Settings)]).Of(settings.Contender),
                Estimator = estimator,
                Precision = Tf32.Allow(false),
                Example = SimulationFiles.Copy(example),
                Known = SummariesIn(arrays, KnownArray, summary.shape[1]),
                Others = SummariesIn(arrays, OthersArray, summary.shape[1]),
            };
        }
        catch
        {
            estimator.Dispose();
            throw;
        }
    }

    private static void CheckExample(Simulations? example, ModelSettings settings)
    {
        if (example is null || example.Theta.dim() != 2 || example.Theta.shape[0] != 1
            || example.Theta.shape[1] != settings.Parameters.Length || settings.Labels.Length != settings.Parameters.Length)
        {
            throw new InvalidDataException("expected a simulation with as many parameters as there are names and labels");
        }

        if (example.X.Parts.Values.Any(x => x.dim() < 2 || x.numel() == 0) || example.X.Count != 1)
        {
            throw new InvalidDataException("expected one simulation with arrays of numbers");
        }
    }

    private static ModelSettings SettingsOf(string path, Tensor text)
    {
        if (text.dtype != ScalarType.Byte || text.dim() != 1 || text.numel() is 0 or > YamlReader.MaximumBytes)
        {
            throw new InvalidDataException($"'{SettingsArray}': expected a text of at most {YamlReader.MaximumBytes} bytes");
        }

        string json = Encoding.UTF8.GetString(text.data<byte>().ToArray());
        return YamlBinder.Bind<ModelSettings>(YamlReader.Parse(json, $"{path}, {SettingsArray}"), SettingKinds.All);
    }

    private static Tensor Find(Dictionary<string, Tensor> arrays, string name) => arrays.TryGetValue(name, out Tensor? array)
        ? array
        : throw new InvalidDataException($"there is no array '{name}': the verb 'export' writes such files");

    private static void RefuseWild(string name, Tensor array)
    {
        using DisposeScope scope = NewDisposeScope();
        if (array.is_floating_point() && !array.isfinite().all().item<bool>())
        {
            throw new InvalidDataException($"'{name}': expected finite numbers");
        }
    }

    private static bool IsBound(string name) => IsLower(name) || name.EndsWith(Standardisation.UpperBounds, StringComparison.Ordinal);

    private static bool IsLower(string name) => name.EndsWith(Standardisation.LowerBounds, StringComparison.Ordinal);

    // Bounds may be infinite; that they are pairs is checked when the networks are restored.
    private static void RefuseBounds(Dictionary<string, Tensor> arrays)
    {
        using DisposeScope scope = NewDisposeScope();
        foreach ((string name, Tensor low) in arrays.Where(a => IsLower(a.Key)))
        {
            string upper = name[..^Standardisation.LowerBounds.Length] + Standardisation.UpperBounds;
            if (arrays.TryGetValue(upper, out Tensor? high) && high.shape.SequenceEqual(low.shape) && !(low < high).all().item<bool>())
            {
                throw new InvalidDataException($"'{name}': expected lower bounds below the upper ones");
            }
        }
    }

    private static Tensor SummariesIn(Dictionary<string, Tensor> arrays, string name, long width)
    {
        Tensor summaries = Find(arrays, name);
        return summaries.dtype == ScalarType.Float32 && summaries.dim() == 2 && summaries.shape[0] > 0 && summaries.shape[1] == width
            ? summaries.clone()
            : throw new InvalidDataException($"'{name}': expected rows of {width} numbers of float32");
    }
}
