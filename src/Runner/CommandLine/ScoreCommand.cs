using System.Globalization;
using Reproduce.Compute;
using Reproduce.Configuration;
using Reproduce.Evaluation;
using Reproduce.Files;
using Reproduce.Reporting;
using Reproduce.Runner.Pipeline;
using static TorchSharp.torch;

namespace Reproduce.Runner.CommandLine;

/// <summary>Scores two files of draws, from here or from NumPy: C2ST and MMD^2.</summary>
public static class ScoreCommand
{
    private const string C2stError = "c2st_standard_error", C2stPValue = "c2st_p_value";
    /// <summary>Scores draws against reference draws.</summary>
    /// <param name="samples">A .npz file with the array "draws", or a .npy file; [S, D] or [J, S, D].</param>
    /// <param name="reference">Another with the same J and D.</param>
    /// <param name="seed">Seed of the classifier's split and weights.</param>
    /// <param name="json">Write JSON instead of a line for each score.</param>
    /// <param name="output">Where to write.</param>
    /// <returns>An exit code.</returns>
    /// <exception cref="ConfigurationException">A file is missing, damaged or has another shape, or holds what cannot be
    /// scored.</exception>
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
        C2stResult[] tests;
        MmdResult[] mmd;
        try
        {
            tests = C2st.Test(draws, exact, new C2stSettings { Threads = Environment.ProcessorCount }, key);
            mmd = MaximumMeanDiscrepancy.PerDataSet(draws, exact, new MmdSettings { MaxDraws = 0 });
        }
        catch (ArgumentException e)
        {
            throw new ConfigurationException($"--samples and --reference: {e.Message}");
        }

        C2stResult test = C2stResult.Combine(tests);
        // The keys are a contract with scripts: c2st, mmd2 and mmd2_unbiased are means over data sets.
        Dictionary<string, object> scores = new()
        {
            [MetricStyle.C2st] = test.Accuracy,
            [C2stError] = test.StandardError,
            [C2stPValue] = test.PValue,
            [MetricStyle.Mmd2] = mmd.Average(m => m.Biased),
            [MetricStyle.Mmd2Unbiased] = mmd.Average(m => m.Unbiased),
            ["data_sets"] = draws.shape[0],
            ["c2st_draws"] = Math.Min(draws.shape[1], exact.shape[1]),
        };
        if (draws.shape[0] > 1)
        {
            scores["c2st_per_data_set"] = tests.Select(t => t.Accuracy).ToArray();
            scores["c2st_p_value_per_data_set"] = tests.Select(t => t.PValue).ToArray();
        }

        if (json)
        {
            output.WriteLine(IndentedJson.Write(scores));
            return ExitCodes.Success;
        }

        foreach (string name in new[] { MetricStyle.C2st, C2stError, C2stPValue, MetricStyle.Mmd2, MetricStyle.Mmd2Unbiased })
        {
            string value = ((double)scores[name]).ToString(name == C2stPValue ? "G2" : "0.0000", CultureInfo.InvariantCulture);
            output.WriteLine($"{name,-19} {value}");
        }

        if (draws.shape[1] != exact.shape[1])
        {
            output.WriteLine($"C2ST compares as many draws of each file, {scores["c2st_draws"]}, spread evenly over the larger one.");
        }

        return ExitCodes.Success;
    }

    private static Tensor Read(string path, string option)
    {
        if (string.IsNullOrWhiteSpace(path))
        {
            throw new ConfigurationException($"{option}: expected the name of a .npz or .npy file, got an empty one.");
        }

        Tensor draws;
        try
        {
            draws = Npz.ReadArray(path, StageFiles.DrawsArray);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ConfigurationException($"{option}: {e.Message}");
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

        // Float32 would lose what varies beside a large offset.
        return cube.to(ScalarType.Float64);
    }

    private static string Shape(Tensor tensor) => $"[{string.Join(", ", tensor.shape)}]";
}
