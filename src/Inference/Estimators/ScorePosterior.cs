using MathNet.Numerics;
using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Densities;
using Reproduce.Inference.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Inference.Estimators;

/// <summary>
/// Neural posterior score estimation (NPSE; Eqs. 3 and 4): conditional diffusion, trained by denoising score matching in the
/// preconditioning of Karras et al. (2022, Table 1).
/// </summary>
/// <remarks>
/// Time convention: t is the noise level, theta_t = theta + t z, from eps (the parameter) to T (noise). The denoiser is
/// D(theta_t, t; x) = c_skip theta_t + c_out F(c_in theta_t, ln(t) / 4; x), with s^2 the variance of the parameters and
/// c_skip = s^2 / (t^2 + s^2), c_out = t s / sqrt(t^2 + s^2), c_in = 1 / sqrt(t^2 + s^2).
/// The score is (D - theta_t) / t^2, so the probability-flow ODE d theta / dt = -t score has the velocity (theta_t - D) / t.
/// Loss: mean of c_out^-2 (D(theta + t z, t; x) - theta)^2, ln t normal and cut off at eps and T.
/// <para>
/// The <c>steps</c> of a draw are network passes. Euler makes as many intervals on the grid of <see cref="ConsistencySchedule"/>;
/// Heun makes half as many, and with an odd number its last interval is an Euler step (K intervals are 2K-1 passes, as in Karras et al.).
/// With a tolerance a draw takes at most as many, as few as the tolerance allows.
/// </para>
/// </remarks>
public sealed class ScorePosterior : Network, IPosteriorEstimator, IVelocityField, ITractableDensity, IDensityOfDraws
{
    private const double LowestTime = 1e-12;

    private readonly SummaryNetwork summary;
    private readonly FreeFormNetwork network;
    private readonly Tensor variance;
    private readonly Tensor deviation;
    private readonly DiffusionSettings _settings;
    private readonly double _lowest;
    private readonly double _range;

    /// <summary>An estimator over D parameters.</summary>
    /// <param name="dimension">D.</param>
    /// <param name="summary">Turns observations into conditions; owned by the estimator.</param>
    /// <param name="network">The free-form network F; owned by the estimator.</param>
    /// <param name="parameterVariance">Variance of the training parameters, [D]; replaced by the settings' value if one is given.</param>
    /// <param name="settings">Noise levels and sampler.</param>
    /// <exception cref="ArgumentException">A parameter never varies, and the settings give no variance.</exception>
    public ScorePosterior(
        long dimension, SummaryNetwork summary, FreeFormNetwork network, Tensor parameterVariance, DiffusionSettings settings)
        : base(nameof(ScorePosterior))
    {
        ArgumentNullException.ThrowIfNull(parameterVariance);
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.LargestTime <= settings.SmallestTime)
        {
            throw new ArgumentException(
                $"settings: expected LargestTime above SmallestTime ({settings.SmallestTime}), got {settings.LargestTime}",
                nameof(settings)
            );
        }

        this.summary = summary;
        this.network = network;
        _settings = settings;
        Dimension = dimension;
        _lowest = ShareBelow(settings.SmallestTime);
        _range = ShareBelow(settings.LargestTime) - _lowest;
        variance = DataVariance.Of(settings.ParameterVariance, parameterVariance, dimension);
        deviation = variance.sqrt();
        variance.DetachFromDisposeScope();
        deviation.DetachFromDisposeScope();
        RegisterComponents();
    }

    /// <inheritdoc/>
    public long Dimension { get; }

    /// <inheritdoc/>
    public Network Network => this;

    /// <inheritdoc/>
    public long ConditionSize => summary.Outputs;

    /// <inheritdoc/>
    public Tensor Loss(Tensor theta, Observation x, TrainingStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        Require.Batch(theta, x, Dimension);
        Tensor time = DrawLevels(theta.shape[0], step.Random, theta.device);
        Tensor noise = step.Random.Normal(theta.shape, theta.device);
        Tensor condition = summary.Condition(x, step.NewPass());
        Tensor noisy = addcmul(theta, time, noise, Scalars.One);

        // c_out^-2 (D - theta)^2 without the cancellation: F against what it would have to be for D = theta, which is
        // (theta - c_skip theta_t) / c_out = (t theta - s^2 z) / (s sqrt(t^2 + s^2)).
        Tensor total = time.Squared().add(variance, Scalars.One).sqrt();
        Tensor wanted = (time * theta - variance * noise) / (deviation * total);
        return (Raw(noisy, time, total, condition, step.NewPass()) - wanted).Squared().mean();
    }

    /// <summary>The denoiser D(theta_t, t; x), an estimate of E[theta | theta_t, x].</summary>
    /// <param name="theta">theta_t, [N, D].</param>
    /// <param name="time">t, [N, 1], at least 0, where the parameter comes back exactly.</param>
    /// <param name="condition">[N, S].</param>
    /// <param name="pass">Whether dropout is on.</param>
    /// <returns>[N, D].</returns>
    public Tensor Denoise(Tensor theta, Tensor time, Tensor condition, ForwardPass pass)
    {
        ArgumentNullException.ThrowIfNull(theta);
        ArgumentNullException.ThrowIfNull(time);
        Tensor square = time.Squared().add(variance, Scalars.One);
        Tensor total = square.sqrt();
        // The network is told a logarithm; at t = 0 what it says has no weight, but must be finite.
        using Scalar lowest = LowestTime.ToScalar();
        Tensor raw = Raw(theta, time.clamp_min(lowest), total, condition, pass);
        return addcmul(variance / square * theta, time * deviation / total, raw, Scalars.One);
    }

    /// <inheritdoc/>
    /// <remarks>The probability-flow ODE: (theta_t - D) / t, written as t theta_t / (t^2 + s^2) - s F / sqrt(t^2 + s^2).</remarks>
    public Tensor Velocity(Tensor theta, Tensor time, Tensor condition)
    {
        ArgumentNullException.ThrowIfNull(theta);
        ArgumentNullException.ThrowIfNull(time);

        // At small t the denoiser is nearly theta_t itself: their difference is taken by hand, not in single precision.
        Tensor square = time.Squared().add(variance, Scalars.One);
        Tensor total = square.sqrt();
        return time * theta / square - deviation / total * Raw(theta, time, total, condition, ForwardPass.Evaluation);
    }

    /// <inheritdoc/>
    public Tensor Summarise(Observation x) => Summarise(x, ForwardPass.Evaluation);

    /// <summary>The summaries of observations.</summary>
    /// <param name="x">J observations.</param>
    /// <param name="pass">Whether dropout is on.</param>
    /// <returns>[J, S].</returns>
    public Tensor Summarise(Observation x, ForwardPass pass) => summary.Condition(x, pass);

    /// <inheritdoc/>
    public Tensor Draw(Tensor condition, INoise noise, int steps, CancellationToken cancel = default)
    {
        Require.Rows(condition, ConditionSize, nameof(condition));
        ArgumentNullException.ThrowIfNull(noise);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        if (_settings.Tolerance is double tolerance)
        {
            return DrawAdaptively(condition, noise, steps, tolerance, cancel);
        }

        bool heun = _settings.Solver == DiffusionSolver.Heun;
        int intervals = heun ? (steps + 1) / 2 : steps;
        double[] grid = ConsistencySchedule.Grid(intervals + 1, _settings.SmallestTime, _settings.LargestTime, _settings.Rho);
        double raise = 1 + Math.Min(_settings.Churn / intervals, Math.Sqrt(2) - 1);
        using Tensor time = condition.new_empty([condition.shape[0], 1]);
        using Scalar largest = _settings.LargestTime.ToScalar();
        Tensor theta = noise.Next().mul_(largest);
        for (int i = intervals; i > 0; i--)
        {
            cancel.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            double from = Math.Min(grid[i] * raise, _settings.LargestTime);
            if (from > grid[i])
            {
                using Scalar added = Math.Sqrt(from * from - grid[i] * grid[i]).ToScalar();
                theta.add_(noise.Next(), added);
            }

            bool corrected = heun && 2 * (intervals - i + 1) <= steps;
            Advance(theta, time, condition, from, grid[i - 1], corrected);
        }

        return theta;
    }

    /// <inheritdoc/>
    public double[] TimesFromParameter(int intervals) =>
        ConsistencySchedule.Grid(intervals + 1, _settings.SmallestTime, _settings.LargestTime, _settings.Rho);

    /// <inheritdoc/>
    public double NoiseDeviation => _settings.LargestTime;

    /// <inheritdoc/>
    /// <remarks>The density of the exact flow's draws at noise level eps, whatever the number of steps of a draw.</remarks>
    public Tensor LogProb(Tensor theta, Tensor condition) => FlowDensity.LogProb(this, theta, condition).LogProb;

    /// <inheritdoc/>
    public DrawsWithDensity DrawWithDensity(Tensor condition, INoise noise) => FlowDensity.Draw(this, condition, noise);

    private Tensor DrawAdaptively(Tensor condition, INoise noise, int most, double tolerance, CancellationToken cancel)
    {
        using Scalar largest = _settings.LargestTime.ToScalar();
        Tensor theta = noise.Next().mul_(largest);
        using IAdaptiveMethod method =
            _settings.Solver == DiffusionSolver.StochasticHeun ? new StochasticHeun(this, noise) : new DormandPrince(this);
        AdaptiveIntegration.Run(method, theta, condition, _settings.LargestTime, _settings.SmallestTime, tolerance, most, cancel);
        return theta;
    }

    // One interval, in place: theta += h v(theta, t), or half of that and half of h v at its end.
    private void Advance(Tensor theta, Tensor time, Tensor condition, double from, double to, bool corrected)
    {
        using Scalar start = from.ToScalar();
        using Scalar end = to.ToScalar();
        using Scalar width = (to - from).ToScalar();
        using Scalar half = ((to - from) / 2).ToScalar();
        time.fill_(start);
        Tensor slope = Velocity(theta, time, condition);
        if (!corrected)
        {
            theta.add_(slope, width);
            return;
        }

        Tensor predicted = theta.add(slope, width);
        time.fill_(end);
        theta.add_(slope, half).add_(Velocity(predicted, time, condition), half);
    }

    // F(c_in theta_t, ln(t) / 4; x) with total = sqrt(t^2 + s^2).
    private Tensor Raw(Tensor theta, Tensor time, Tensor total, Tensor condition, ForwardPass pass) =>
        network.Apply(theta / total, condition, time.log().mul(Scalars.Quarter), pass);

    // The log-normal distribution function of noise levels.
    private double ShareBelow(double t) =>
        0.5 * (1 + SpecialFunctions.Erf((Math.Log(t) - _settings.LogTimeMean) / (_settings.LogTimeDeviation * Math.Sqrt(2))));

    // Log-normal noise levels cut off at both ends, by the inverse of the distribution function: [B, 1].
    private Tensor DrawLevels(long rows, RandomSource random, Device device)
    {
        // On the CPU in double precision: the tails matter, and every device gets the same numbers.
        Tensor uniform = random.Uniform([rows, 1], dtype: ScalarType.Float64);
        using Scalar range = _range.ToScalar();
        using Scalar lowest = _lowest.ToScalar();
        using Scalar deviation = _settings.LogTimeDeviation.ToScalar();
        using Scalar mean = _settings.LogTimeMean.ToScalar();
        Tensor normal = special.ndtri(uniform.mul(range).add(lowest, Scalars.One));
        Tensor logTime = normal.mul(deviation).add(mean, Scalars.One);
        using Scalar low = _settings.SmallestTime.ToScalar();
        using Scalar high = _settings.LargestTime.ToScalar();
        return HostCopy.Move(logTime.exp().clamp(low, high).to(ScalarType.Float32), device);
    }
}
