namespace Reproduce.Compute;

/// <summary>
/// The numbers of the Runge-Kutta pair 5(4) of Dormand and Prince (1980): seven slopes, of which the last is the first of the next step.
/// </summary>
public static class DormandPrincePair
{
    private static readonly double[] s_nodes = [0, 1 / 5.0, 3 / 10.0, 4 / 5.0, 8 / 9.0, 1, 1];

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

    private static readonly double[] s_error =
        [71 / 57600.0, 0, -71 / 16695.0, 71 / 1920.0, -17253 / 339200.0, 22 / 525.0, -1 / 40.0];

    /// <summary>Number of slopes of a step.</summary>
    public const int Stages = 7;

    /// <summary>The width's power with which a step's error goes is one over this: widths go with error^-Power.</summary>
    public const double Power = 1 / 5.0;

    /// <summary>Where each slope is taken, in widths of the step, [7].</summary>
    public static ReadOnlySpan<double> Nodes => s_nodes;

    /// <summary>Weights of the slopes before it, for the point at which a slope is taken; those of the last slope are the step.</summary>
    /// <param name="stage">0 to 6.</param>
    public static ReadOnlySpan<double> Weights(int stage) => s_weights[stage];

    /// <summary>Weights of the slopes for the step minus that of fourth order, [7].</summary>
    public static ReadOnlySpan<double> Error => s_error;
}
