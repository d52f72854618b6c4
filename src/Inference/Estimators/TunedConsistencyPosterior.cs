using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Networks;
using static TorchSharp.torch;

namespace Reproduce.Inference.Estimators;

/// <summary>
/// A consistency model by tuning a diffusion model (Geng et al. 2024, "Consistency Models Made Easy"): the denoiser D(theta_t, t; x) of
/// <see cref="ScorePosterior"/> is trained first, then goes on as the consistency function.
/// </summary>
/// <remarks>
/// Time convention: t is the noise level, theta_t = theta + t z, from eps (nearly the parameter) to T (noise); D(theta, 0; x) = theta.
/// Loss of the tuning: d(D(theta + t z, t), stopgrad D(theta + r z, r)) / (t - r) with the same z, the pseudo-Huber distance d, ln t normal
/// and t moved to [eps, T], and r below t as <see cref="TuningGaps"/> has it. There is no grid of levels; at r = 0 the target is theta.
/// </remarks>
public sealed class TunedConsistencyPosterior : Network, IConsistencyModel, IDensityOfDraws
{
    private readonly ScorePosterior diffusion;
    private readonly ConsistencyTuningSettings _settings;
    private readonly double _huber;

    /// <summary>An estimator over D parameters.</summary>
    /// <param name="dimension">D.</param>
    /// <param name="summary">Turns observations into conditions; owned by the estimator.</param>
    /// <param name="network">The free-form network; owned by the estimator.</param>
    /// <param name="parameterVariance">Variance of the training parameters, [D]; replaced by the settings' value if one is given.</param>
    /// <param name="settings">Phases, stages and loss.</param>
    /// <exception cref="ArgumentException">A parameter never varies, and the settings give no variance.</exception>
    public TunedConsistencyPosterior(
        long dimension, SummaryNetwork summary, FreeFormNetwork network, Tensor parameterVariance, ConsistencyTuningSettings settings)
        : base(nameof(TunedConsistencyPosterior))
    {
        ArgumentNullException.ThrowIfNull(settings);
        diffusion = new ScorePosterior(dimension, summary, network, parameterVariance, new DiffusionSettings(settings.Diffusion));
        _settings = settings;
        _huber = settings.HuberConstant * Math.Sqrt(dimension);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public long Dimension => diffusion.Dimension;

    /// <inheritdoc/>
    public Network Network => this;

    /// <inheritdoc/>
    public bool HasSteadyLoss => false;

    /// <inheritdoc/>
    public Tensor Loss(Tensor theta, Observation x, TrainingStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        Require.Batch(theta, x, Dimension);
        long before = (long)Math.Round(_settings.DiffusionShare * step.TotalSteps);
        if (step.Step < before)
        {
            return diffusion.Loss(theta, x, step);
        }

        int stage = TuningGaps.Stage(step.Step - before, step.TotalSteps - before, _settings.Stages);
        (Tensor earlier, Tensor later) = DrawLevels(theta.shape[0], stage, step.Random, theta.device);
        Tensor noise = step.Random.Normal(theta.shape, theta.device);
        Tensor condition = diffusion.Summarise(x, step.NewPass());

        ForwardPass student = step.NewPass();
        ForwardPass teacher = NeighbouringLevels.TeacherOf(student, step, _settings.IndependentTeacherDropout);
        Tensor distance = NeighbouringLevels.Distance(
            this, theta, noise, earlier, later, condition, student, teacher, _settings.HuberNorm, _huber);
        return (distance / (later - earlier)).mean();
    }

    /// <inheritdoc/>
    public Tensor Apply(Tensor theta, Tensor time, Tensor condition, ForwardPass pass) => diffusion.Denoise(theta, time, condition, pass);

    /// <inheritdoc/>
    public Tensor Summarise(Observation x) => diffusion.Summarise(x);

    /// <inheritdoc/>
    public Tensor Draw(Tensor condition, INoise noise, int steps, CancellationToken cancel = default)
    {
        Require.Rows(condition, diffusion.ConditionSize, nameof(condition));
        return ConsistencyDraws.Draw(this, condition, noise, steps, dropout: false, cancel);
    }

    /// <inheritdoc/>
    /// <remarks>t_k z_k is added before D(., t_k): the function leads to t = 0.</remarks>
    public SamplingStep[] SamplingSteps(int steps) =>
    [
        .. ConsistencySchedule.SamplingLevels(steps, _settings.Diffusion.SmallestTime, _settings.Diffusion.LargestTime, _settings.Rho)
            .Select(t => new SamplingStep(t, t)),
    ];

    /// <inheritdoc/>
    /// <remarks>One-step draws (Eq. 9).</remarks>
    public DrawsWithDensity DrawWithDensity(Tensor condition, INoise noise)
    {
        Require.Rows(condition, diffusion.ConditionSize, nameof(condition));
        return ConsistencyDraws.WithDensity(this, condition, noise);
    }

    // Neighbouring noise levels r and t for each row, [B, 1] each.
    private (Tensor Earlier, Tensor Later) DrawLevels(long rows, int stage, RandomSource random, Device device)
    {
        float[] earlier = new float[rows];
        float[] later = new float[rows];
        using (Tensor normal = random.Normal([rows]))
        {
            ReadOnlySpan<float> z = TensorMemory.Floats(normal);
            for (int row = 0; row < rows; row++)
            {
                double level = Math.Exp(_settings.LogTimeMean + _settings.LogTimeDeviation * z[row]);
                double t = Math.Clamp(level, _settings.Diffusion.SmallestTime, _settings.Diffusion.LargestTime);
                earlier[row] = (float)TuningGaps.Below(t, stage, _settings.Shrink, _settings.GapScale, _settings.GapSlope);
                later[row] = (float)t;
            }
        }

        return (HostCopy.Move(tensor(earlier, [rows, 1]), device), HostCopy.Move(tensor(later, [rows, 1]), device));
    }
}
