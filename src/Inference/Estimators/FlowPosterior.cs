using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Flows;
using Reproduce.Inference.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Inference.Estimators;

/// <summary>
/// Neural posterior estimation with a coupling flow (Eq. 1): minimises -log q(theta | x). ACF with affine, NSF with spline couplings.
/// </summary>
public sealed class FlowPosterior : Network, IPosteriorEstimator, ITractableDensity, IDensityOfDraws
{
    private readonly SummaryNetwork summary;
    private readonly CouplingFlow flow;

    /// <summary>An estimator over D parameters.</summary>
    /// <param name="dimension">D.</param>
    /// <param name="summary">Turns observations into conditions; owned by the estimator.</param>
    /// <param name="kind">Affine or spline couplings.</param>
    /// <param name="settings">Depth, widths and regularisation.</param>
    /// <param name="random">Where initial weights come from.</param>
    public FlowPosterior(long dimension, SummaryNetwork summary, CouplingKind kind, CouplingFlowSettings settings, RandomSource random)
        : base(nameof(FlowPosterior))
    {
        ArgumentNullException.ThrowIfNull(summary);
        this.summary = summary;
        flow = new CouplingFlow(dimension, summary.Outputs, kind, settings, random);
        Dimension = dimension;
        RegisterComponents();
    }

    /// <inheritdoc/>
    public long Dimension { get; }

    /// <inheritdoc/>
    public Network Network => this;

    /// <inheritdoc/>
    public Tensor Loss(Tensor theta, Observation x, TrainingStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        Require.Batch(theta, x, Dimension);
        ForwardPass pass = step.NewPass();
        return LogProb(theta, summary.Condition(x, pass), pass).mean().neg();
    }

    /// <inheritdoc/>
    public Tensor Summarise(Observation x) => summary.Condition(x, ForwardPass.Evaluation);

    /// <inheritdoc/>
    public Tensor Draw(Tensor condition, INoise noise, int steps, CancellationToken cancel = default)
    {
        Require.Rows(condition, summary.Outputs, nameof(condition));
        ArgumentNullException.ThrowIfNull(noise);
        cancel.ThrowIfCancellationRequested();
        return flow.Inverse(noise.Next(), condition);
    }

    /// <inheritdoc/>
    public Tensor LogProb(Tensor theta, Tensor condition)
    {
        ArgumentNullException.ThrowIfNull(theta);
        Require.Rows(theta, Dimension, nameof(theta));
        Require.Rows(condition, summary.Outputs, nameof(condition), theta.shape[0]);
        return LogProb(theta, condition, ForwardPass.Evaluation);
    }

    /// <inheritdoc/>
    public DrawsWithDensity DrawWithDensity(Tensor condition, INoise noise)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor theta = Draw(condition, noise, 1);
        return new DrawsWithDensity(theta.MoveToOuterDisposeScope(), LogProb(theta, condition).MoveToOuterDisposeScope());
    }

    private Tensor LogProb(Tensor theta, Tensor condition, ForwardPass pass)
    {
        (Tensor z, Tensor logDeterminant) = flow.Forward(theta, condition, pass);
        using Scalar constant = (-0.5 * Dimension * Math.Log(2 * Math.PI)).ToScalar();
        return z.Squared().sum(1).mul(Scalars.MinusHalf).add(logDeterminant, Scalars.One).add(constant, Scalars.One);
    }
}
