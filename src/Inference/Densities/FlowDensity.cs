using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Inference.Densities;

/// <summary>
/// The density of a continuous flow by the instantaneous change of variables (Chen et al. 2018):
/// log q(theta) = log N(theta_end; 0, deviation^2 I) + integral of div v dt from the parameter's time to the noise's.
/// </summary>
/// <remarks>
/// The divergence is sum_i e_i^T J e_i over the unit vectors (exact) or the mean of u^T J u over vectors u of random signs
/// (Hutchinson's estimator, as in Grathwohl et al. 2019), with the same u along the whole path, so that paths are independent
/// between probes and their spread gives the standard error. It is the density of the flow's exact solution: draws with few
/// integration steps follow a somewhat different one.
/// </remarks>
public static class FlowDensity
{
    /// <summary>log q(theta | x) for every row.</summary>
    /// <param name="field">The flow.</param>
    /// <param name="theta">[N, D].</param>
    /// <param name="condition">A row of summaries for each, [N, S].</param>
    /// <param name="settings">Intervals and probes.</param>
    /// <param name="random">Where the probes come from; needed when there are any.</param>
    public static DensityEstimate LogProb(
        IVelocityField field, Tensor theta, Tensor condition, FlowDensitySettings? settings = null, RandomSource? random = null)
    {
        ArgumentNullException.ThrowIfNull(field);
        ArgumentNullException.ThrowIfNull(theta);
        Require.Rows(theta, field.Dimension, nameof(theta));
        Require.Rows(condition, field.ConditionSize, nameof(condition), theta.shape[0]);
        settings ??= new FlowDensitySettings();
        if (settings.Probes > 0 && random is null)
        {
            throw new ArgumentNullException(nameof(random), "Random probes need a source of random numbers.");
        }

        using IDisposable gradients = enable_grad();
        using DisposeScope scope = NewDisposeScope();
        Path path = new(
            field,
            theta.detach().clone(),
            condition,
            settings.Probes == 0 ? VectorJacobian.UnitVectors(theta) : Signs(theta, settings.Probes, random!)
        );
        double[] times = field.TimesFromParameter(settings.Intervals);
        for (int i = 0; i < settings.Intervals; i++)
        {
            path.Advance(times[i], times[i + 1]);
        }

        double spread = field.NoiseDeviation;
        using Scalar factor = (-0.5 / (spread * spread)).ToScalar();
        using Scalar constant = LogConstant(field).ToScalar();
        Tensor noise = path.Theta.Squared().sum(1).mul(factor).add(constant, Scalars.One);
        if (settings.Probes == 0)
        {
            // Not sum(0): a literal zero is taken for an element type.
            return new DensityEstimate(noise.add(path.Divergence.sum([0L]), Scalars.One).MoveToOuterDisposeScope(), null);
        }

        using Scalar root = Math.Sqrt(settings.Probes).ToScalar();
        Tensor? error = settings.Probes < 2 ? null : path.Divergence.std(0).div(root);
        return new DensityEstimate(
            noise.add(path.Divergence.mean([0]), Scalars.One).MoveToOuterDisposeScope(), error?.MoveToOuterDisposeScope());
    }

    /// <summary>Draws by the fine integrator, with their density from the same path (exact trace).</summary>
    /// <param name="field">The flow.</param>
    /// <param name="condition">A row of summaries for each draw, [N, S].</param>
    /// <param name="noise">The latent noise.</param>
    /// <param name="intervals">Intervals of the fourth-order Runge-Kutta method, each with four passes.</param>
    /// <remarks>
    /// From noise to parameter with the divergence alongside: draw and density belong together up to the integrator's error, as
    /// importance weights require. Draws of few Euler steps do not follow the density of the exact flow.
    /// </remarks>
    public static DrawsWithDensity Draw(IVelocityField field, Tensor condition, INoise noise, int intervals = 32)
    {
        ArgumentNullException.ThrowIfNull(field);
        ArgumentNullException.ThrowIfNull(noise);
        ArgumentOutOfRangeException.ThrowIfLessThan(intervals, 1);
        Require.Rows(condition, field.ConditionSize, nameof(condition));
        using IDisposable gradients = enable_grad();
        using DisposeScope scope = NewDisposeScope();
        using Scalar spread = field.NoiseDeviation.ToScalar();
        using Scalar constant = LogConstant(field).ToScalar();
        Tensor z = noise.Next().detach();
        Path path = new(field, z.mul(spread), condition, VectorJacobian.UnitVectors(z));
        double[] times = field.TimesFromParameter(intervals);
        for (int i = intervals; i > 0; i--)
        {
            path.Advance(times[i], times[i - 1]);
        }

        Tensor logProb = z.Squared().sum(1).mul(Scalars.MinusHalf).add(constant, Scalars.One) - path.Divergence.sum([0L]);
        return new DrawsWithDensity(path.Theta.MoveToOuterDisposeScope(), logProb.MoveToOuterDisposeScope());
    }

    // Logarithm of the normalising constant of the noise's density.
    private static double LogConstant(IVelocityField field) =>
        -0.5 * field.Dimension * Math.Log(2 * Math.PI * field.NoiseDeviation * field.NoiseDeviation);

    // Rademacher vectors: of all with unit covariance their estimator has the smallest variance.
    private static Tensor[] Signs(Tensor theta, int count, RandomSource random) =>
        [.. Enumerable.Range(0, count).Select(_ => random.Uniform(theta.shape, theta.device).sub(Scalars.Half).sign().to(theta.dtype))];

    /// <summary>A batch on its way between parameters and noise, with the divergence collected so far.</summary>
    private sealed class Path
    {
        private readonly IVelocityField _field;
        private readonly Tensor _condition;
        private readonly Tensor[] _probes;

        // The start is changed in place.
        public Path(IVelocityField field, Tensor start, Tensor condition, Tensor[] probes)
        {
            _field = field;
            _condition = condition.detach();
            _probes = probes;
            Theta = start;
            Divergence = start.new_zeros([probes.Length, start.shape[0]]);
        }

        /// <summary>Where the batch stands, [N, D].</summary>
        public Tensor Theta { get; }

        /// <summary>The integral of u^T J u for every probe, [P, N].</summary>
        public Tensor Divergence { get; }

        /// <summary>One interval of the classical fourth-order Runge-Kutta method.</summary>
        public void Advance(double from, double to)
        {
            using DisposeScope scope = NewDisposeScope();
            double width = to - from;
            using Scalar half = (width / 2).ToScalar();
            using Scalar whole = width.ToScalar();
            using Scalar sixth = (width / 6).ToScalar();
            using Scalar third = (width / 3).ToScalar();
            (Tensor v1, Tensor d1) = Slopes(Theta, from);
            (Tensor v2, Tensor d2) = Slopes(Theta.add(v1, half), from + width / 2);
            (Tensor v3, Tensor d3) = Slopes(Theta.add(v2, half), from + width / 2);
            (Tensor v4, Tensor d4) = Slopes(Theta.add(v3, whole), to);
            Theta.add_(v1, sixth).add_(v2, third).add_(v3, third).add_(v4, sixth);
            Divergence.add_(d1, sixth).add_(d2, third).add_(d3, third).add_(d4, sixth);
        }

        // Velocity [N, D] and u^T J u for every probe, [P, N].
        private (Tensor Velocity, Tensor Quadratic) Slopes(Tensor theta, double t)
        {
            using DisposeScope scope = NewDisposeScope();
            using Scalar now = t.ToScalar();
            Tensor at = theta.detach().clone().requires_grad_();
            Tensor time = theta.new_empty([theta.shape[0], 1]).fill_(now);
            Tensor velocity = _field.Velocity(at, time, _condition);
            Tensor[] products = VectorJacobian.Products(velocity, at, _probes);
            Tensor quadratic = stack(products.Select((p, i) => (p * _probes[i]).sum(1)), 0);
            return (velocity.detach().MoveToOuterDisposeScope(), quadratic.MoveToOuterDisposeScope());
        }
    }
}
