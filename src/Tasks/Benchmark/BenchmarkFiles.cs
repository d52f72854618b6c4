using System.Globalization;
using ICSharpCode.SharpZipLib.BZip2;
using Reproduce.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tasks.Benchmark;

/// <summary>The files of sbibm: for each task ten observations with their true parameters and 10,000 reference draws.</summary>
/// <param name="folder">The folder in which there is one for each task.</param>
internal sealed class BenchmarkFiles(string folder)
{
    /// <summary>Observations of a task.</summary>
    public const int Observations = 10;

    private const string Bzip2 = ".bz2", Gaussians = "distractors.npz", Permutation = "permutation_idx.csv";
    private const string Observation = "observation.csv", Parameters = "true_parameters.csv", Draws = "reference_posterior_samples.csv";

    /// <summary>The folder.</summary>
    public string Folder => folder;

    /// <summary>The first of a task's observations, parameters and draws that is not there; null when all are.</summary>
    /// <param name="task">The task's folder.</param>
    public string? FindMissing(string task) => FindMissing(
        from number in Enumerable.Range(1, Observations)
        from name in new[] { Observation, Parameters, Draws }
        select PathOf(task, number, name));

    /// <summary>The first of the files of numbers without a meaning that is not there: their mixture, and their order.</summary>
    public string? FindMissingDistractors() => FindMissing([Shared("slcp", Gaussians), Shared("slcp", Permutation)]);

    /// <summary>The observations.</summary>
    /// <param name="task">The task's folder.</param>
    /// <returns>float64, [10, F].</returns>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    public Tensor ObservationsOf(string task) => Rows(task, Observation);

    /// <summary>What they were simulated with.</summary>
    /// <param name="task">The task's folder.</param>
    /// <returns>float64, [10, D].</returns>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    public Tensor ParametersOf(string task) => Rows(task, Parameters);

    /// <summary>The reference draws of an observation, [N, D].</summary>
    /// <param name="task">The task's folder.</param>
    /// <param name="number">Which observation, from 1.</param>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public double[,] DrawsOf(string task, int number) => Read(PathOf(task, number, Draws), hasHeader: true);

    /// <summary>What distractors are drawn from.</summary>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    public Distractors Distractors()
    {
        using DisposeScope scope = NewDisposeScope();
        string path = Shared("slcp", Gaussians);
        Dictionary<string, Tensor> arrays = Npz.Read(path);
        if (!arrays.TryGetValue("loc", out Tensor? location) || !arrays.TryGetValue("scale_tril", out Tensor? factor)
            || !factor.shape.SequenceEqual([location.shape[0], location.shape[1], location.shape[1]]))
        {
            throw new InvalidDataException($"{path}: expected 'loc' [K, M] and 'scale_tril' [K, M, M]");
        }

        string orderPath = Shared("slcp", Permutation);
        double[,] order = Read(orderPath, hasHeader: false);
        int[] places = [.. order.Cast<double>().Select(p => (int)p)];
        return places.Order().SequenceEqual(Enumerable.Range(0, places.Length))
            ? new Distractors(
                (double[,])location.to(ScalarType.Float64).data<double>().ToNDArray(),
                (double[,,])factor.to(ScalarType.Float64).data<double>().ToNDArray(),
                places)
            : throw new InvalidDataException($"{orderPath}: expected the numbers from 0 in any order");
    }

    private static string? FindMissing(IEnumerable<string> needed) =>
        needed.FirstOrDefault(path => !File.Exists(path) && !File.Exists(path + Bzip2));

    private string Shared(string task, string name) => Path.Combine(folder, task, name);

    private string PathOf(string task, int number, string name) => Path.Combine(
        folder, task, string.Create(CultureInfo.InvariantCulture, $"num_observation_{number}"), name);

    private Tensor Rows(string task, string name)
    {
        using DisposeScope scope = NewDisposeScope();
        return cat([.. Enumerable.Range(1, Observations).Select(i => tensor(Read(PathOf(task, i, name), hasHeader: true)))], 0)
            .MoveToOuterDisposeScope();
    }

    private static double[,] Read(string path, bool hasHeader)
    {
        using Stream file = File.Exists(path) ? File.OpenRead(path) : new BZip2InputStream(File.OpenRead(path + Bzip2));
        using StreamReader reader = new(file);
        List<double[]> rows = [];
        for (int line = 1; reader.ReadLine() is string text; line++)
        {
            if (line == 1 && hasHeader)
            {
                continue;
            }

            double[] row;
            try
            {
                row = [.. text.Split(',').Select(word => double.Parse(word, NumberStyles.Float, CultureInfo.InvariantCulture))];
            }
            catch (FormatException)
            {
                throw new InvalidDataException($"{path}, line {line}: expected numbers with commas between them, got '{text}'");
            }

            if (rows.Count > 0 && row.Length != rows[0].Length)
            {
                throw new InvalidDataException($"{path}, line {line}: expected {rows[0].Length} numbers as before, got {row.Length}");
            }

            rows.Add(row);
        }

        if (rows.Count == 0)
        {
            throw new InvalidDataException($"{path}: there are no numbers");
        }

        double[,] result = new double[rows.Count, rows[0].Length];
        for (int i = 0; i < rows.Count; i++)
        {
            Buffer.BlockCopy(rows[i], 0, result, i * rows[i].Length * sizeof(double), rows[i].Length * sizeof(double));
        }

        return result;
    }
}
