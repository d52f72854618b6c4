using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Networks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Reproduce.Inference.Estimators;

/// <summary>
/// Consistency model posterior estimation (CMPE; Eqs. 5 to 8), trained in isolation as in Song and Dhariwal (2023).
/// </summary>
/// <remarks>
/// Time convention: t is the noise level, theta_t = theta + t z, from eps (the parameter) to T (noise).
/// f(theta_t, t; x) = c_skip(t) theta_t + c_out(t) F(theta_t, t; x), with
/// c_skip = s^2 / ((t - eps)^2 + s^2) and c_out = s (t - eps) / sqrt(s^2 + t^2), so that f(theta, eps; x) = theta.
/// Loss (Eq. 8): d(f(theta + t_{i+1} z, t_{i+1}), stopgrad f(theta + t_i z, t_i)) / (t_{i+1} - t_i), with the same z and
/// d(u, v) = sqrt(||u - v||^2 + c^2) - c, c = 0.00054 sqrt(D). The teacher has the current weights (no moving average).
/// </remarks>
public sealed class ConsistencyPosterior : Network, IConsistencyModel, IDensityOfDraws
{
    private readonly SummaryNetwork summary;
    private readonly FreeFormNetwork network;
    private readonly Tensor? variance;
    private readonly Tensor? deviation;
    private readonly Parameter? trainableVariance;
    private readonly Parameter? trainableDeviation;
    private readonly ConsistencySettings _settings;
    private readonly double _huber;
    private Stage? _stage;
    private float[]? _variance;
    private float[]? _deviation;

    /// <summary>An estimator over D parameters.</summary>
    /// <param name="dimension">D.</param>
    /// <param name="summary">Turns observations into conditions; owned by the estimator.</param>
    /// <param name="network">The free-form network F; owned by the estimator.</param>
    /// <param name="parameterVariance">Variance of the training parameters, [D]; replaced by the settings' value if one is given.</param>
    /// <param name="settings">Schedules and switches.</param>
    /// <exception cref="ArgumentException">A parameter never varies, and the settings give no variance.</exception>
    public ConsistencyPosterior(
        long dimension, SummaryNetwork summary, FreeFormNetwork network, Tensor parameterVariance, ConsistencySettings settings)
        : base(nameof(ConsistencyPosterior))
    {
        ArgumentNullException.ThrowIfNull(parameterVariance);
        ArgumentNullException.ThrowIfNull(settings);
        Tensor s2 = DataVariance.Of(settings.ParameterVariance, parameterVariance, dimension);
        this.summary = summary;
        this.network = network;
        _settings = settings;
        _huber = PseudoHuber.PerRootDimension * Math.Sqrt(dimension);
        Dimension = dimension;
        if (settings.TrainableSigma)
        {
            // The root first: a Parameter takes the tensor's handle over.
            trainableDeviation = new Parameter(s2.sqrt());
            trainableVariance = new Parameter(s2);
            trainableVariance.DetachFromDisposeScope();
            trainableDeviation.DetachFromDisposeScope();
        }
        else
        {
            variance = s2.DetachFromDisposeScope();
            deviation = s2.sqrt().DetachFromDisposeScope();
        }

        RegisterComponents();
    }

    /// <inheritdoc/>
    public long Dimension { get; }

    /// <inheritdoc/>
    public Network Network => this;

    /// <inheritdoc/>
    public bool HasSteadyLoss => false;

    private Tensor Variance => trainableVariance ?? variance!;

    private Tensor Deviation => trainableDeviation ?? deviation!;

    // Then the loss between the passes can be prepared in numbers on the host: nothing is learned in it.
    private bool HasFixedCoefficients => trainableVariance is null && _settings.HuberNorm == HuberNorm.Vector;

    /// <inheritdoc/>
    public Tensor Loss(Tensor theta, Observation x, TrainingStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        Require.Batch(theta, x, Dimension);
        Stage stage = StageAt(step);
        if (theta.device.type != DeviceType.CPU && HasFixedCoefficients)
        {
            return LossOfPairs(theta, x, step, stage);
        }

        (float[] earlier, float[] later) = stage.DrawLevels(theta.shape[0], step.Random);
        Tensor noise = step.Random.Normal(theta.shape, theta.device);
        Tensor condition = summary.Condition(x, step.NewPass());
        ForwardPass student = step.NewPass();
        if (HasFixedCoefficients && network.TakesLossOfPair(condition, student))
        {
            HostPairs pairs = new(
                theta, noise, earlier, later, VarianceOnHost(), DeviationOnHost(), _settings.SmallestTime, _huber);
            return network.LossOfPair(pairs, condition, student, TeacherOf(student, step)).mean();
        }

        Tensor before = OnDevice(earlier, theta.device), after = OnDevice(later, theta.device);
        Tensor distance = NeighbouringLevels.Distance(
            this, theta, noise, before, after, condition, student, TeacherOf(student, step), _settings.HuberNorm, _huber);
        Tensor weight = (after - before).reciprocal();
        return (weight * distance).mean();
    }

    /// <summary>The same loss, from the same random numbers, in few operations.</summary>
    /// <param name="theta">[B, D].</param>
    /// <param name="x">B observations.</param>
    /// <param name="step">Where the training stands.</param>
    internal Tensor LossOfPairs(Tensor theta, Observation x, TrainingStep step) => LossOfPairs(theta, x, step, StageAt(step));

    /// <inheritdoc/>
    public Tensor Apply(Tensor theta, Tensor time, Tensor condition, ForwardPass pass)
    {
        ArgumentNullException.ThrowIfNull(time);
        using Scalar smallest = _settings.SmallestTime.ToScalar();
        Tensor since = time.sub(smallest);
        Tensor skip = Variance / since.Squared().add(Variance, Scalars.One);
        Tensor output = Deviation * since / time.Squared().add(Variance, Scalars.One).sqrt();
        return addcmul(skip * theta, output, network.Apply(theta, condition, time, pass), Scalars.One);
    }

    /// <inheritdoc/>
    public Tensor Summarise(Observation x) => summary.Condition(x, ForwardPass.Evaluation);

    /// <inheritdoc/>
    public Tensor Draw(Tensor condition, INoise noise, int steps, CancellationToken cancel = default)
    {
        Require.Rows(condition, summary.Outputs, nameof(condition));
        return ConsistencyDraws.Draw(this, condition, noise, steps, _settings.DropoutWhileSampling, cancel);
    }

    /// <inheritdoc/>
    /// <remarks>sqrt(t_k^2 - eps^2) z_k is added before f(., t_k); the first starts from T z_1.</remarks>
    public SamplingStep[] SamplingSteps(int steps)
    {
        double eps = _settings.SmallestTime;
        double[] levels = ConsistencySchedule.SamplingLevels(steps, eps, _settings.LargestTime, _settings.Rho);
        return [.. levels.Select((t, k) => new SamplingStep(t, k == 0 ? t : Math.Sqrt(t * t - eps * eps)))];
    }

    /// <inheritdoc/>
    /// <remarks>One-step draws (Eq. 9).</remarks>
    public DrawsWithDensity DrawWithDensity(Tensor condition, INoise noise)
    {
        Require.Rows(condition, summary.Outputs, nameof(condition));
        return ConsistencyDraws.WithDensity(this, condition, noise);
    }

    private Tensor LossOfPairs(Tensor theta, Observation x, TrainingStep step, Stage stage)
    {
        (float[] earlier, float[] later) = stage.DrawLevels(theta.shape[0], step.Random);
        using Tensor noise = step.Random.Normal(theta.shape);
        Tensor condition = summary.Condition(x, step.NewPass());
        LevelPairs pairs = LevelPairs.Upload(
            earlier, later, noise, VarianceOnHost(), _settings.SmallestTime, _huber, theta.device);
        Tensor noisy = addcmul(theta, pairs.Time, pairs.Noise, Scalars.One);
        ForwardPass student = step.NewPass();
        Tensor raw = network.ApplyToPair(noisy, condition, pairs.Time, student, TeacherOf(student, step));
        return pairs.Loss(addcmul(pairs.Skip * noisy, pairs.Output, raw, Scalars.One));
    }

    private ForwardPass TeacherOf(ForwardPass student, TrainingStep step) =>
        NeighbouringLevels.TeacherOf(student, step, _settings.IndependentTeacherDropout);

    private static Tensor OnDevice(float[] levels, Device device) => HostCopy.Move(tensor(levels, [levels.Length, 1]), device);

    // Read once: the host would wait for the device. The meta device has no numbers to read.
    private float[] VarianceOnHost() => _variance ??= OnHost(Variance);

    private float[] DeviationOnHost() => _deviation ??= OnHost(Deviation);

    private static float[] OnHost(Tensor numbers)
    {
        using Tensor copy = numbers.device.type == DeviceType.META ? ones(numbers.shape) : numbers.cpu();
        return copy.data<float>().ToArray();
    }

    private Stage StageAt(TrainingStep step)
    {
        long position = step.Step;
        if (_settings.ValidationAdvancesCurriculum)
        {
            position += step.EpochsDone;
        }

        int intervals = ConsistencySchedule.Intervals(position, step.TotalSteps, _settings.S0, _settings.S1);
        if (_stage?.Intervals != intervals)
        {
            int points = intervals + (_settings.ExtraInterval ? 2 : 1);
            double[] grid = ConsistencySchedule.Grid(points, _settings.SmallestTime, _settings.LargestTime, _settings.Rho);
            _stage = new Stage(
                intervals, grid, ConsistencySchedule.IntervalProbabilities(grid, _settings.LogTimeMean, _settings.LogTimeDeviation));
        }

        return _stage;
    }

    /// <summary>One stage of the curriculum: its noise levels and the cumulative probabilities of its intervals.</summary>
    private sealed class Stage
    {
        private readonly double[] _grid;
        private readonly double[] _cumulative;

        public Stage(int intervals, double[] grid, double[] probabilities)
        {
            Intervals = intervals;
            _grid = grid;
            _cumulative = new double[probabilities.Length];
            double sum = 0;
            for (int i = 0; i < probabilities.Length; i++)
            {
                sum += probabilities[i];
                _cumulative[i] = sum;
            }
        }

        public int Intervals { get; }

        /// <summary>Neighbouring noise levels t_i and t_{i+1} for each row.</summary>
        public (float[] Earlier, float[] Later) DrawLevels(long rows, RandomSource random)
        {
            float[] earlier = new float[rows];
            float[] later = new float[rows];
            using (Tensor uniform = random.Uniform([rows]))
            {
                ReadOnlySpan<float> u = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(uniform.bytes);
                for (int row = 0; row < rows; row++)
                {
                    int index = CumulativeSums.IndexOf(_cumulative, u[row]);
                    earlier[row] = (float)_grid[index];
                    later[row] = (float)_grid[index + 1];
                }
            }

            return (earlier, later);
        }
    }
}
