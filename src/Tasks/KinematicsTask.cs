using Reproduce.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tasks;

/// <summary>
/// Experiment 3 of the paper: which joint angles bring a planar arm's hand to a given point (inverse kinematics, Kruse et al. 2021).
/// </summary>
/// <remarks>
/// <para>theta ~ N(0, diag(0.25, 0.5, 0.5, 0.5)^2), and without noise
/// x1 = theta1 + sin(theta2) / 2 + sin(theta2 + theta3) / 2 + sin(theta2 + theta3 + theta4),
/// x2 = cos(theta2) / 2 + cos(theta2 + theta3) / 2 + cos(theta2 + theta3 + theta4): height and reach, in this order.</para>
/// <para>The posterior lives on a surface of postures. It is sampled exactly and without a tolerance in x, in the coordinates of
/// <see cref="KinematicsSheet"/>, by rejection (<see cref="KinematicsPosterior"/>).</para>
/// <para>The observation is one tensor "x", [B, 2]. All methods may be used from several threads.</para>
/// </remarks>
public sealed class KinematicsTask : ITask, IReferencePosterior, IResimulation, IConfiguration
{
    /// <summary>The value of <c>kind:</c> in an experiment file.</summary>
    public const string Kind = "inverse-kinematics";

    /// <inheritdoc/>
    public string Name => Kind;

    /// <inheritdoc/>
    public IReadOnlyList<string> ParameterNames { get; } = ["theta1", "theta2", "theta3", "theta4"];

    /// <inheritdoc/>
    public TaskDescription Description => new()
    {
        ParameterLabels = TaskDescription.Numbered("θ", 4),
        Reference = this,
        Resimulation = this,
        Configuration = this,
    };

    /// <inheritdoc/>
    public string ObservedName => "end point";

    /// <inheritdoc/>
    public (string X, string Y) AxisNames => ("reach", "height");

    /// <inheritdoc/>
    public Tensor SamplePrior(long count, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        using DisposeScope scope = NewDisposeScope();
        return (random.Normal([count, 4]) * tensor([0.25f, 0.5f, 0.5f, 0.5f])).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public Observation Simulate(Tensor theta, RandomSource random) => new(Hand(theta));

    /// <summary>Where the hand is: the simulator without the wrapping.</summary>
    /// <param name="theta">[..., 4].</param>
    /// <returns>float32, [..., 2]: height and reach, on theta's device.</returns>
    public static Tensor Hand(Tensor theta)
    {
        ArgumentNullException.ThrowIfNull(theta);
        if (theta.dim() == 0 || theta.shape[^1] != 4)
        {
            throw new ArgumentException($"theta: expected [B, 4], got [{string.Join(", ", theta.shape)}].", nameof(theta));
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor t = theta.to(ScalarType.Float64);
        Tensor angles = t.narrow(-1, 1, 3).cumsum(-1);
        Tensor lengths = tensor([0.5, 0.5, 1.0], device: theta.device);
        Tensor height = t.select(-1, 0) + (angles.sin() * lengths).sum(-1);
        Tensor reach = (angles.cos() * lengths).sum(-1);
        return stack([height, reach], -1).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>The re-simulation error |f(theta) - x|: how far from the observed point the drawn postures end.</summary>
    /// <param name="theta">[J, S, 4].</param>
    /// <param name="x">J observations.</param>
    /// <returns>float32, [J, S].</returns>
    public static Tensor ResimulationError(Tensor theta, Observation x)
    {
        ArgumentNullException.ThrowIfNull(x);
        Require.Rows(x.Sole, 2, "x");
        Require.Draws(theta, x.Count, 4);
        using DisposeScope scope = NewDisposeScope();
        return (Hand(theta) - x.Sole.unsqueeze(1)).Squared().sum(2).sqrt().MoveToOuterDisposeScope();
    }

    Tensor IResimulation.ResimulationError(Tensor theta, Observation x) => ResimulationError(theta, x);

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">No posture of the arm reaches one of the observations.</exception>
    public Tensor Sample(Observation x, int draws, RandomKey key) => SampleWithDiagnostics(x, draws, key).Draws;

    /// <summary>Draws from p(theta | x) for every data set, and says how they came about.</summary>
    /// <param name="x">J observations.</param>
    /// <param name="draws">Number of draws for each, S.</param>
    /// <param name="key">Observation j takes its random numbers from the stream key.Child(j).</param>
    /// <returns>float32, [J, S, 4], on the CPU, and one record for each observation.</returns>
    /// <exception cref="InvalidOperationException">No posture of the arm reaches one of the observations.</exception>
    public static (Tensor Draws, IReadOnlyList<KinematicsDiagnostics> Diagnostics) SampleWithDiagnostics(
        Observation x, int draws, RandomKey key)
    {
        ArgumentNullException.ThrowIfNull(x);
        Require.Rows(x.Sole, 2, "x");
        Require.InRange(draws, 1, int.MaxValue / 4, "draws");
        double[] points = Values(x.Sole);
        int sets = points.Length / 2;
        float[] result = new float[checked(sets * draws * 4)];
        KinematicsDiagnostics[] records = new KinematicsDiagnostics[sets];
        using RandomSource random = new(key);
        for (int j = 0; j < sets; j++)
        {
            random.Restart(key.Child(j));
            KinematicsPosterior posterior = new(points[2 * j], points[2 * j + 1]);
            records[j] = posterior.Draw(result.AsSpan(j * draws * 4, draws * 4), random);
        }

        return (tensor(result, sets, draws, 4), records);
    }

    /// <inheritdoc/>
    /// <remarks>Base, joints and hand.</remarks>
    public IReadOnlyList<(double X, double Y)> Configuration(ReadOnlySpan<float> theta) => KinematicArm.Joints(theta);

    /// <inheritdoc/>
    public (double X, double Y) Observed(Observation x, long dataSet)
    {
        ArgumentNullException.ThrowIfNull(x);
        Require.Rows(x.Sole, 2, "x");
        double[] points = Values(x.Sole);
        return (points[2 * dataSet + 1], points[2 * dataSet]);
    }

    private static double[] Values(Tensor points)
    {
        using DisposeScope scope = NewDisposeScope();
        return points.to(ScalarType.Float64).cpu().contiguous().data<double>().ToArray();
    }
}
