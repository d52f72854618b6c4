using Reproduce.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tasks.Benchmark;

/// <summary>
/// One of the ten tasks of "Benchmarking Simulation-Based Inference" (Lueckmann et al. 2021), tested on its ten observations.
/// </summary>
/// <remarks>
/// <para>The observation is one tensor "x", [B, F]. All methods may be used from several threads.</para>
/// <para>Where sbibm's own observation is not among its data, it is made from those that are: the spikes of bernoulli_glm_raw are simulated
/// with the published parameters, and slcp_distractors has the observations of slcp among distractors, both from a fixed seed.</para>
/// </remarks>
public sealed class BenchmarkTask : ITask, IReferencePosterior, IFixedTests
{
    // Rows of an observation are found again by their bits.
    private const long Seed = 2021;

    private readonly BenchmarkSettings _settings;
    private readonly BenchmarkProblem _problem;
    private readonly Lazy<BenchmarkFiles> _files;

    /// <summary>A task with these settings; nothing is read yet.</summary>
    /// <param name="settings">The settings.</param>
    public BenchmarkTask(BenchmarkSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _settings = settings;
        _problem = ProblemOf(settings);
        _files = new Lazy<BenchmarkFiles>(() => settings.Fetch(new BenchmarkDownload()));
    }

    /// <inheritdoc/>
    public string Name => BenchmarkSettings.Kind;

    /// <inheritdoc/>
    public IReadOnlyList<string> ParameterNames => _problem.Parameters.Names;

    /// <inheritdoc/>
    public TaskDescription Description => new()
    {
        ParameterLabels = _problem.Parameters.Labels,
        Reference = this,
        Tests = this,
        LogPrior = theta => _problem.Parameters.LogDensity(theta),
    };

    /// <inheritdoc/>
    public Tensor SamplePrior(long count, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        return _problem.Parameters.Sample(count, random);
    }

    /// <inheritdoc/>
    public Observation Simulate(Tensor theta, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        Require.Rows(theta, ParameterNames.Count, nameof(theta));
        using DisposeScope scope = NewDisposeScope();
        Tensor x = _problem.Simulate(theta.to(ScalarType.Float64).cpu(), random);
        return new Observation(x.to(ScalarType.Float32).MoveToOuterDisposeScope());
    }

    /// <inheritdoc/>
    public (Tensor Theta, Observation X) First(int count)
    {
        Require.InRange(count, 1, BenchmarkFiles.Observations, nameof(count));
        using DisposeScope scope = NewDisposeScope();
        BenchmarkFiles files = _files.Value;
        Tensor theta = files.ParametersOf(_problem.Folder), x = files.ObservationsOf(_problem.Folder);
        using RandomSource random = new(RandomKey.FromSeed(Seed));
        x = _problem.Observe(theta, x, random);
        return (
            theta.narrow(0, 0, count).to(ScalarType.Float32).MoveToOuterDisposeScope(),
            new Observation(x.narrow(0, 0, count).to(ScalarType.Float32).MoveToOuterDisposeScope()));
    }

    /// <inheritdoc/>
    public bool IsExact => _settings.OwnReference || !_problem.IsPublished;

    /// <inheritdoc/>
    public int DrawsVersion => _problem.PosteriorVersion;

    /// <inheritdoc/>
    /// <remarks>Published draws are in the order of their file, the first ones if fewer are wanted than there are.</remarks>
    /// <exception cref="ArgumentException">
    /// There are published draws for the ten observations only, and no more than 10,000 of them.
    /// </exception>
    public Tensor Sample(Observation x, int draws, RandomKey key) => Draw(x, draws, key, _settings.OwnReference);

    /// <inheritdoc/>
    public Tensor SampleAgain(Observation x, int draws, RandomKey key) => Draw(x, draws, key, !_settings.OwnReference);

    /// <summary>The task of these settings.</summary>
    internal static BenchmarkProblem ProblemOf(BenchmarkSettings settings) => settings.Problem switch
    {
        BenchmarkName.GaussianLinear => new GaussianLinearProblem(isUniform: false),
        BenchmarkName.GaussianLinearUniform => new GaussianLinearProblem(isUniform: true),
        BenchmarkName.GaussianMixture => new PointMixtureProblem(),
        BenchmarkName.TwoMoons => new TwoMoonsProblem(),
        BenchmarkName.Slcp => new SlcpProblem(),
        BenchmarkName.SlcpDistractors => new DistractorsProblem(settings.Files),
        BenchmarkName.BernoulliGlm => new BernoulliGlmProblem(isRaw: false),
        BenchmarkName.BernoulliGlmRaw => new BernoulliGlmProblem(isRaw: true),
        BenchmarkName.Sir => new EpidemicProblem(),
        BenchmarkName.LotkaVolterra => new PredatorPreyProblem(),
        _ => throw new ArgumentOutOfRangeException(nameof(settings), settings.Problem, "expected one of the ten tasks"),
    };

    private Tensor Draw(Observation x, int draws, RandomKey key, bool own)
    {
        ArgumentNullException.ThrowIfNull(x);
        Require.Rows(x.Sole, _problem.Length, nameof(x));
        using DisposeScope scope = NewDisposeScope();
        Tensor known = First(BenchmarkFiles.Observations).X.Sole;
        using RandomSource random = new(key);
        List<Tensor> sets = [];
        for (long j = 0; j < x.Count; j++)
        {
            Tensor row = x.Sole.narrow(0, j, 1);
            int number = NumberOf(row, known);
            // No published draws are of our own spikes, and none are needed for a posterior with one mode.
            double[,] published =
                _problem.IsPublished ? _files.Value.DrawsOf(_problem.Folder, number) : new double[0, ParameterNames.Count];
            if (own || !_problem.IsPublished)
            {
                random.Restart(key.Child(j));
                double[] given = row.to(ScalarType.Float64).data<double>().ToArray();
                sets.Add(tensor(_problem.SamplePosterior(given, published, draws, random), [draws, ParameterNames.Count]));
            }
            else
            {
                sets.Add(tensor(published).narrow(0, 0, Published(draws, published.GetLength(0))));
            }
        }

        return stack(sets, 0).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    private static int Published(int draws, int there) => draws <= there
        ? draws
        : throw new ArgumentException($"draws: expected at most {there}, as many as are published, got {draws}.", nameof(draws));

    private static int NumberOf(Tensor row, Tensor known)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor same = known.eq(row.to(ScalarType.Float32)).all(1);
        return same.any().item<bool>()
            ? (int)same.to(ScalarType.Int64).argmax().item<long>() + 1
            : throw new ArgumentException("x: expected one of the ten observations: draws are published for them alone.", nameof(row));
    }
}
