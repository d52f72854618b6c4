using Reproduce.Inference.Contracts;
using static TorchSharp.torch;

namespace Reproduce.Inference.Estimators;

/// <summary>
/// The Runge-Kutta pair 5(4) of Dormand and Prince (1980) for d theta / dt = v(theta, t; x): a step of fifth order, whose error is told by
/// one of fourth order from the same passes. The last pass of a step is the first of the next.
/// </summary>
internal sealed class DormandPrince(IVelocityField field) : IAdaptiveMethod, IDisposable
{
    private static readonly double[] s_nodes = [0, 1 / 5.0, 3 / 10.0, 4 / 5.0, 8 / 9.0, 1, 1];

    // The last row is the step itself.
    private static readonly double[][] s_weights =
    [
        [],
        [1 / 5.0],
        [3 / 40.0, 9 / 40.0],
        [44 / 45.0, -56 / 15.0, 32 / 9.0],
        [19372 / 6561.0, -25360 / 2187.0, 64448 / 6561.0, -212 / 729.0],
        [9017 / 3168.0, -355 / 33.0, 46732 / 5247.0, 49 / 176.0, -5103 / 18656.0],
        [35 / 384.0, 0, 500 / 1113.0, 125 / 192.0, -2187 / 6784.0, 11 / 84.0],
    ];

    // The step minus that of fourth order.
    private static readonly double[] s_difference =
        [71 / 57600.0, 0, -71 / 16695.0, 71 / 1920.0, -17253 / 339200.0, 22 / 525.0, -1 / 40.0];

    private Tensor? _slopes;
    private Tensor? _last;

    /// <inheritdoc/>
    public int FirstPasses => 1;

    /// <inheritdoc/>
    public int Passes => 6;

    /// <inheritdoc/>
    public double Power => 1 / 5.0;

    /// <inheritdoc/>
    public void Begin(Tensor theta, Tensor time, Tensor condition) =>
        _slopes = field.Velocity(theta, time, condition).DetachFromDisposeScope();

    /// <inheritdoc/>
    public (Tensor Next, Tensor Error) Attempt(Tensor theta, Tensor time, Tensor width, Tensor condition, Tensor rows)
    {
        List<Tensor> slopes = [_slopes!.index_select(0, rows)];
        Tensor next = theta;
        for (int stage = 1; stage < s_nodes.Length; stage++)
        {
            next = theta + width * Sum(slopes, s_weights[stage]);
            slopes.Add(field.Velocity(next, time + width * s_nodes[stage], condition));
        }

        _last = slopes[^1];
        return (next, width * Sum(slopes, s_difference));
    }

    /// <inheritdoc/>
    public void Accept(Tensor rows, Tensor places) => _slopes!.index_copy_(0, rows, _last!.index_select(0, places));

    /// <inheritdoc/>
    public void Dispose() => _slopes?.Dispose();

    private static Tensor Sum(List<Tensor> slopes, double[] weights) =>
        weights.Select((w, i) => (w, i)).Where(p => p.w != 0).Select(p => slopes[p.i] * p.w).Aggregate((a, b) => a + b);
}
