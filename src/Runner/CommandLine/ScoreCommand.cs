using System.Globalization;
using System.Text.Json;
using Reproduce.Compute;
using Reproduce.Configuration;
using Reproduce.Evaluation;
using Reproduce.Reporting;
using Reproduce.Runner.Pipeline;
using static TorchSharp.torch;

namespace Reproduce.Runner.CommandLine;

/// <summary>Scores two files of draws, from here or from NumPy: C2ST and MMD^2.</summary>
public static class ScoreCommand
{
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true };

    /// <summary>Scores draws against reference draws.</summary>
    /// <param name="samples">A .npz file with the array "draws", [S, D] or [J, S, D].</param>
    /// <param name="reference">Another with the same shape.</param>
    /// <param name="seed">Seed of the classifier's split and weights.</param>
    /// <param name="json">Write JSON instead of a line for each score.</param>
    /// <param name="output">Where to write.</param>
    /// <returns>An exit code.</returns>
    /// <exception cref="ConfigurationException">A file is missing, damaged or has another shape.</exception>
    public static int Run(string samples, string reference, long seed, bool json, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(output);
        NativeBackend.EnsureLoaded();
        using IDisposable scope = NewDisposeScope();
        Tensor draws = Read(samples, "--samples");
        Tensor exact = Read(reference, "--reference");
        if (draws.shape[0] != exact.shape[0] || draws.shape[2] != exact.shape[2])
        {
            throw new ConfigurationException(
                $"--samples and --reference: expected the same number of data sets and parameters, got {Shape(draws)} and {Shape(exact)}.");
        }

        RandomKey key = RandomKey.FromSeed(seed).Child("score");
        double[] c2st = C2st.Score(draws, exact, new C2stSettings { Threads = Environment.ProcessorCount }, key, null, CancellationToken.None);
        MmdResult[] mmd = MaximumMeanDiscrepancy.PerDataSet(draws, exact, new MmdSettings { MaxDraws = 0 });
        // The keys are a contract with scripts: c2st, mmd2 and mmd2_unbiased are means over data sets.
        Dictionary<string, object> scores = new()
        {
            [MetricStyle.C2st] = c2st.Average(),
            [MetricStyle.Mmd2] = mmd.Average(m => m.Biased),
            [MetricStyle.Mmd2Unbiased] = mmd.Average(m => m.Unbiased),
            ["data_sets"] = draws.shape[0],
        };
        if (draws.shape[0] > 1)
        {
            scores["c2st_per_data_set"] = c2st;
        }

        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(scores, s_json));
        }
        else
        {
            foreach (string name in new[] { MetricStyle.C2st, MetricStyle.Mmd2, MetricStyle.Mmd2Unbiased })
            {
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-14} {scores[name]:0.0000}"));
            }
        }

        return ExitCodes.Success;
    }

    private static Tensor Read(string path, string option)
    {
        Dictionary<string, Tensor> arrays;
        try
        {
            arrays = Npz.Read(path);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{option}: {e.Message}");
        }

        if (!arrays.TryGetValue(StageFiles.DrawsArray, out Tensor? draws))
        {
            throw new ConfigurationException(
                $"{option}: {path}: expected an array '{StageFiles.DrawsArray}', found: {string.Join(", ", arrays.Keys.Order(StringComparer.Ordinal))}.");
        }

        Tensor cube = draws.dim() == 2 ? draws.unsqueeze(0) : draws;
        if (cube.dim() != 3 || cube.shape.Any(n => n == 0) || cube.shape[1] < 8)
        {
            throw new ConfigurationException(
                $"{option}: {path}: expected 'draws' of shape [S, D] or [J, S, D] with at least 8 draws, got {Shape(draws)}.");
        }

        if (!cube.isfinite().all().item<bool>())
        {
            throw new ConfigurationException($"{option}: {path}: some draws are infinite or not a number.");
        }

        return cube.to(ScalarType.Float32);
    }

    private static string Shape(Tensor tensor) => $"[{string.Join(", ", tensor.shape)}]";
}
