using Reproduce.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tasks;

/// <summary>
/// Experiment 1 of the paper (its Eq. 13): the mean of a symmetric Gaussian mixture from ten exchangeable points.
/// </summary>
/// <remarks>
/// <para>theta ~ N(0, I); x_n ~ 1/2 N(theta, c I) + 1/2 N(-theta, c I) independently for n = 1 .. N, with c = 1/2, a variance.</para>
/// <para>The posterior is known exactly. Given the signs s_n of the components, theta is Gaussian with covariance v I,
/// v = 1 / (1 + N / c), and mean m(s) = (v / c) sum_n s_n x_n; every sign vector has the prior probability 2^-N and the posterior
/// weight proportional to exp(|m(s)|^2 / (2 v)). So the posterior is a mixture of 2^N Gaussians that is sampled directly.</para>
/// <para>The observation is one tensor "x", [B, N, D]. All methods may be used from several threads.</para>
/// </remarks>
public sealed class GaussianMixtureTask : ITask, IReferencePosterior, IEvidence
{
    /// <summary>The value of <c>kind:</c> in an experiment file.</summary>
    public const string Kind = "gaussian-mixture";

    private readonly GaussianMixtureSettings _options;
    private readonly int _dimension;
    private readonly int _points;

    /// <summary>A task with these settings.</summary>
    /// <param name="settings">The settings; null for the paper's.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public GaussianMixtureTask(GaussianMixtureSettings? settings = null)
    {
        _options = settings ?? new GaussianMixtureSettings();
        _dimension = _options.Dimension;
        _points = _options.Points;
        Require.InRange(_dimension, 1, 1000, "dimension");
        Require.InRange(_points, 1, 14, "points");
        Require.Positive(_options.SimulatorVariance, "simulator variance");
        Require.Positive(_options.ReferenceVariance, "reference variance");
        ParameterNames = [.. Enumerable.Range(1, _dimension).Select(i => $"theta{i}")];
    }

    /// <inheritdoc/>
    public string Name => Kind;

    /// <inheritdoc/>
    public IReadOnlyList<string> ParameterNames { get; }

    /// <inheritdoc/>
    public TaskDescription Description => new()
    {
        ParameterLabels = TaskDescription.Numbered("θ", _dimension),
        Reference = this,
        Likelihood = this,
    };

    /// <inheritdoc/>
    public Tensor SamplePrior(long count, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        return random.Normal([count, _dimension]);
    }

    /// <inheritdoc/>
    public Observation Simulate(Tensor theta, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        Require.Rows(theta, _dimension, "theta");
        using DisposeScope scope = NewDisposeScope();
        long batch = theta.shape[0];

        // A sign for every point: one sign per row or per batch would be another model.
        Tensor sign = random.Integers(0, 2, [batch, _points, 1]).to(ScalarType.Float32).mul_(2).sub_(1);
        Tensor noise = random.Normal([batch, _points, _dimension]).mul_(Math.Sqrt(_options.SimulatorVariance));
        Tensor x = noise.add_(sign * theta.to(ScalarType.Float32).unsqueeze(1));
        return new Observation(x.MoveToOuterDisposeScope());
    }

    /// <inheritdoc/>
    public Tensor Sample(Observation x, int draws, RandomKey key)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor points = Points(x);
        Require.InRange(draws, 1, int.MaxValue, "draws");
        long sets = points.shape[0];
        Tensor result = empty([sets, draws, _dimension], dtype: ScalarType.Float32, device: CPU);
        Tensor signs = Signs();
        double v = PosteriorVariance;
        using RandomSource random = new(key);
        for (long j = 0; j < sets; j++)
        {
            using DisposeScope inner = NewDisposeScope();
            random.Restart(key.Child(j));
            (Tensor means, Tensor exponents) = Components(points[j], signs);
            Tensor cumulative = exponents.softmax(0).cumsum(0);
            Tensor u = random.Uniform([draws], dtype: ScalarType.Float64) * cumulative[^1];
            Tensor component = searchsorted(cumulative, u, right: true).clamp_max_(cumulative.shape[0] - 1);
            Tensor noise = random.Normal([draws, _dimension], dtype: ScalarType.Float64);
            result[j].copy_(means.index_select(0, component).add_(noise.mul_(Math.Sqrt(v))));
        }

        return result.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    /// <remarks>With the reference's variance.</remarks>
    public Tensor LogJoint(Tensor theta, Observation x)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor points = Points(x);
        Require.Draws(theta, points.shape[0], _dimension);
        double c = _options.ReferenceVariance;
        Tensor t = theta.to(ScalarType.Float64);
        Tensor square = t.Squared().sum(2);
        Tensor prior = square * -0.5 - 0.5 * _dimension * Math.Log(2 * Math.PI);

        // log(1/2 N(x; t, c) + 1/2 N(x; -t, c)) = log N(x; 0, c) - |t|^2 / (2c) + log cosh(x.t / c), and
        // log cosh(a) = |a| + log(1 + exp(-2|a|)) - log 2 does not overflow.
        Tensor a = bmm(t, points.transpose(1, 2)).div_(c).abs_(); // [J, S, N]
        Tensor logCosh = (a + (a * -2).exp_().log1p_()).sum(2) - _points * Math.Log(2);
        return (prior + LogCentred(points).unsqueeze(1) + square * (-_points / (2 * c)) + logCosh).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    /// <remarks>With the reference's variance.</remarks>
    public Tensor LogEvidence(Observation x)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor points = Points(x);
        Tensor signs = Signs();
        List<Tensor> sums = [];
        for (long j = 0; j < points.shape[0]; j++)
        {
            (_, Tensor exponents) = Components(points[j], signs);
            sums.Add(exponents.logsumexp(0));
        }

        double constant = 0.5 * _dimension * Math.Log(PosteriorVariance) - _points * Math.Log(2);
        return (LogCentred(points) + stack(sums) + constant).MoveToOuterDisposeScope();
    }

    // v: the posterior variance of a coordinate when the signs are known.
    private double PosteriorVariance => 1 / (1 + _points / _options.ReferenceVariance);

    // sum_n log N(x_n; 0, c I), [J].
    private Tensor LogCentred(Tensor points)
    {
        double c = _options.ReferenceVariance;
        return points.Squared().sum([1, 2]) * (-0.5 / c) - 0.5 * _points * _dimension * Math.Log(2 * Math.PI * c);
    }

    // The component means m(s) [2^N, D] and |m(s)|^2 / (2v) [2^N] of one data set [N, D].
    private (Tensor Means, Tensor Exponents) Components(Tensor points, Tensor signs)
    {
        double v = PosteriorVariance;
        Tensor means = signs.mm(points) * (v / _options.ReferenceVariance);
        return (means, means.Squared().sum(1) / (2 * v));
    }

    // All sign vectors, float64 [2^N, N].
    private Tensor Signs()
    {
        Tensor index = arange(1L << _points, dtype: ScalarType.Int64).unsqueeze(1);
        Tensor bit = arange(_points, dtype: ScalarType.Int64);
        return index.bitwise_right_shift(bit).bitwise_and(1).to(ScalarType.Float64).mul_(2).sub_(1);
    }

    private Tensor Points(Observation x)
    {
        ArgumentNullException.ThrowIfNull(x);
        Tensor points = x.Sole;
        return points.dim() == 3 && points.shape[1] == _points && points.shape[2] == _dimension
            ? points.to(ScalarType.Float64).cpu()
            : throw new ArgumentException($"x: expected [J, {_points}, {_dimension}], got [{string.Join(", ", points.shape)}].", nameof(x));
    }
}
