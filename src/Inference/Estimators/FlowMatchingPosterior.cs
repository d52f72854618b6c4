using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Densities;
using Reproduce.Inference.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Inference.Estimators;

/// <summary>
/// Flow matching posterior estimation (Eq. 2) with a rectified flow.
/// </summary>
/// <remarks>
/// Time convention: t = 0 is noise, t = 1 the parameter; theta_t = (1 - t) z + t theta, target velocity theta - z.
/// A draw integrates the velocity from 0 to 1 with K explicit Euler steps, exactly K network passes; with a tolerance by
/// <see cref="DormandPrince"/>, at most K.
/// </remarks>
public sealed class FlowMatchingPosterior : Network, IPosteriorEstimator, IVelocityField, ITractableDensity, IDensityOfDraws
{
    private static readonly Scalar s_minusTwo = (-2.0).ToScalar();
    private static readonly Scalar s_logTwo = Math.Log(2).ToScalar();
    private readonly SummaryNetwork summary;
    private readonly FreeFormNetwork velocity;
    private readonly FlowMatchingSettings _settings;

    /// <summary>An estimator over D parameters.</summary>
    /// <param name="dimension">D.</param>
    /// <param name="summary">Turns observations into conditions; owned by the estimator.</param>
    /// <param name="velocity">The velocity field; owned by the estimator.</param>
    /// <param name="settings">Loss and sampler.</param>
    public FlowMatchingPosterior(long dimension, SummaryNetwork summary, FreeFormNetwork velocity, FlowMatchingSettings settings)
        : base(nameof(FlowMatchingPosterior))
    {
        this.summary = summary;
        this.velocity = velocity;
        _settings = settings;
        Dimension = dimension;
        RegisterComponents();
    }

    /// <inheritdoc/>
    public long Dimension { get; }

    /// <inheritdoc/>
    public Network Network => this;

    /// <inheritdoc/>
    public long ConditionSize => summary.Outputs;

    /// <inheritdoc/>
    public double NoiseDeviation => 1;

    /// <inheritdoc/>
    public Tensor Loss(Tensor theta, Observation x, TrainingStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        Require.Batch(theta, x, Dimension);
        Tensor condition = summary.Condition(x, step.NewPass());
        Tensor noise = step.Random.Normal(theta.shape, theta.device);
        Tensor target = theta - noise;
        int times = _settings.TimesPerSimulation;
        Tensor time = step.Random.Uniform([theta.shape[0] * times, 1], theta.device);
        if (times > 1)
        {
            // One noise and several times per simulation, as the published script's library has it.
            noise = noise.repeat_interleave(times, 0);
            target = target.repeat_interleave(times, 0);
            condition = condition.repeat_interleave(times, 0);
        }

        Tensor residual = velocity.Apply(addcmul(noise, time, target, Scalars.One), condition, time, step.NewPass()) - target;
        return (_settings.Loss == FlowMatchingLoss.SquaredError ? residual.Squared() : LogCosh(residual)).mean();
    }

    /// <inheritdoc/>
    public Tensor Summarise(Observation x) => summary.Condition(x, ForwardPass.Evaluation);

    /// <inheritdoc/>
    public Tensor Draw(Tensor condition, INoise noise, int steps, CancellationToken cancel = default)
    {
        Require.Rows(condition, ConditionSize, nameof(condition));
        ArgumentNullException.ThrowIfNull(noise);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        Tensor theta = noise.Next();
        if (_settings.Tolerance is double tolerance)
        {
            using DormandPrince method = new(this);
            AdaptiveIntegration.Run(method, theta, condition, 0, 1, tolerance, steps, cancel);
            return theta;
        }

        double step = 1.0 / steps;
        using Scalar width = step.ToScalar();
        int count = _settings.ExtraEulerStep ? steps + 1 : steps;
        using Tensor time = theta.new_zeros([theta.shape[0], 1]);
        for (int i = 0; i < count; i++)
        {
            cancel.ThrowIfCancellationRequested();
            using IDisposable scope = NewDisposeScope();
            using Scalar now = (i * step).ToScalar();
            time.fill_(now);
            ForwardPass pass = _settings.DropoutWhileSampling ? ForwardPass.WithDropout(noise.Extra) : ForwardPass.Evaluation;
            theta.add_(velocity.Apply(theta, condition, time, pass), width);
        }

        return theta;
    }

    /// <inheritdoc/>
    public double[] TimesFromParameter(int intervals) => [.. Enumerable.Range(0, intervals + 1).Select(i => 1 - (double)i / intervals)];

    /// <inheritdoc/>
    public Tensor Velocity(Tensor theta, Tensor time, Tensor condition) => velocity.Apply(theta, condition, time, ForwardPass.Evaluation);

    /// <inheritdoc/>
    /// <remarks>The density of the exact flow's draws, whatever the number of Euler steps of a draw.</remarks>
    public Tensor LogProb(Tensor theta, Tensor condition) => FlowDensity.LogProb(this, theta, condition).LogProb;

    /// <inheritdoc/>
    public DrawsWithDensity DrawWithDensity(Tensor condition, INoise noise) => FlowDensity.Draw(this, condition, noise);

    // log cosh r = r + log(1 + exp(-2 r)) - log 2, without overflow on either side: for large -2 r the softplus is -2 r itself.
    private static Tensor LogCosh(Tensor residual) =>
        residual.add(nn.functional.softplus(residual.mul(s_minusTwo)), Scalars.One).sub(s_logTwo);
}
