using Reproduce.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tasks;

/// <summary>
/// Experiment 2 of the paper: two moons (Greenberg et al. 2019; Lueckmann et al. 2021), a posterior of two crescents.
/// </summary>
/// <remarks>
/// <para>theta ~ U(-1, 1)^2; a ~ U(-pi/2, pi/2), r ~ N(0.1, sd 0.01);
/// x = (r cos a + 0.25 - |theta1 + theta2| / sqrt 2, r sin a + (theta2 - theta1) / sqrt 2).</para>
/// <para>With the rotated parameters q0 = |theta1 + theta2| / sqrt 2 and q1 = (theta2 - theta1) / sqrt 2 the model reads
/// q = (r cos a + 0.25 - x1, x2 - r sin a): a reflection and shift of the crescent, with Jacobian 1. So the posterior is exactly the
/// distribution of (+-q0, q1), either sign with probability 1/2, on the condition that q0 >= 0 and that theta lies in the box,
/// which is q0 + |q1| &lt;= sqrt 2. It is sampled by rejection.</para>
/// <para>The observation is one tensor "x", [B, 2]. All methods may be used from several threads.</para>
/// </remarks>
public sealed class TwoMoonsTask : ITask, IReferencePosterior, IEvidence
{
    /// <summary>The value of <c>kind:</c> in an experiment file.</summary>
    public const string Kind = "two-moons";

    private const double Radius = 0.1, RadiusSd = 0.01, Shift = 0.25;

    // Proposals without a single acceptance after which an observation is called impossible.
    private const long Patience = 5_000_000;
    private const int SmallestBlock = 1024, LargestBlock = 1 << 18;
    private static readonly double s_root2 = Math.Sqrt(2);
    private readonly bool _truncate;

    /// <summary>A task with these settings.</summary>
    /// <param name="settings">The settings; null for the paper's.</param>
    public TwoMoonsTask(TwoMoonsSettings? settings = null) => _truncate = (settings ?? new TwoMoonsSettings()).TruncateReference;

    /// <inheritdoc/>
    public string Name => Kind;

    /// <inheritdoc/>
    public IReadOnlyList<string> ParameterNames { get; } = ["theta1", "theta2"];

    /// <inheritdoc/>
    public TaskDescription Description => new()
    {
        ParameterLabels = TaskDescription.Numbered("θ", 2),
        Reference = this,
        Likelihood = this,
    };

    /// <inheritdoc/>
    public Tensor SamplePrior(long count, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        using DisposeScope scope = NewDisposeScope();
        return (random.Uniform([count, 2]) * 2 - 1).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public Observation Simulate(Tensor theta, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        Require.Rows(theta, 2, "theta");
        using DisposeScope scope = NewDisposeScope();
        long batch = theta.shape[0];
        Tensor t = theta.to(ScalarType.Float64);
        Tensor t1 = t.select(1, 0), t2 = t.select(1, 1);
        Tensor a = (random.Uniform([batch], dtype: ScalarType.Float64) - 0.5) * Math.PI;
        Tensor r = random.Normal([batch], dtype: ScalarType.Float64) * RadiusSd + Radius;
        Tensor x1 = r * a.cos() + Shift - (t1 + t2).abs() / s_root2;
        Tensor x2 = r * a.sin() + (t2 - t1) / s_root2;
        return new Observation(stack([x1, x2], 1).to(ScalarType.Float32).MoveToOuterDisposeScope());
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">No parameter in the box can have produced one of the observations.</exception>
    public Tensor Sample(Observation x, int draws, RandomKey key)
    {
        double[] points = Points(x);
        Require.InRange(draws, 1, int.MaxValue / 2, "draws");
        int sets = points.Length / 2;
        float[] result = new float[checked(sets * draws * 2)];
        using RandomSource random = new(key);
        for (int j = 0; j < sets; j++)
        {
            random.Restart(key.Child(j));
            Span<float> target = result.AsSpan(j * draws * 2, draws * 2);
            SampleSet(points[2 * j], points[2 * j + 1], target, random);
        }

        return tensor(result, sets, draws, 2);
    }

    /// <inheritdoc/>
    public Tensor LogJoint(Tensor theta, Observation x)
    {
        ArgumentNullException.ThrowIfNull(x);
        using DisposeScope scope = NewDisposeScope();
        double[] points = Points(x);
        Require.Draws(theta, points.Length / 2, 2);
        Tensor given = tensor(points).reshape(-1, 1, 2);
        Tensor t = theta.to(ScalarType.Float64).cpu();
        Tensor t1 = t.select(2, 0), t2 = t.select(2, 1);
        Tensor p1 = given.select(2, 0) - Shift + (t1 + t2).abs() / s_root2; // r cos a
        Tensor p2 = given.select(2, 1) - (t2 - t1) / s_root2; // r sin a

        // In polar coordinates the density is N(r) / pi, so per area N(r) / (pi r), on the half-plane cos a > 0; the prior is 1/4.
        Tensor r = (p1.Squared() + p2.Squared()).sqrt();
        Tensor z = (r - Radius) / RadiusSd;
        Tensor log = z.Squared() * -0.5 - r.log() - Math.Log(4 * Math.PI * RadiusSd * Math.Sqrt(2 * Math.PI));
        Tensor possible = (p1 > 0).logical_and(t1.abs() <= 1).logical_and(t2.abs() <= 1);
        return where(possible, log, double.NegativeInfinity).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    /// <remarks>
    /// p(x) = 1/4 * 2 * P(q0 &gt;= 0 and q0 + |q1| &lt;= sqrt 2): the angles that fulfil it are found exactly for every radius, and the
    /// radius is integrated numerically (absolute error below 1e-6).
    /// </remarks>
    public Tensor LogEvidence(Observation x)
    {
        double[] points = Points(x);
        double[] log = new double[points.Length / 2];
        for (int j = 0; j < log.Length; j++)
        {
            log[j] = Math.Log(0.5 * TwoMoonsArc.FeasibleProbability(points[2 * j], points[2 * j + 1], Shift, Radius, RadiusSd));
        }

        return tensor(log);
    }

    private void SampleSet(double x1, double x2, Span<float> target, RandomSource random)
    {
        int filled = 0;
        long proposed = 0, accepted = 0;
        while (filled < target.Length)
        {
            // As many proposals as will probably be needed, within bounds.
            double rate = (accepted + 1.0) / (proposed + 1.0);
            int block = (int)Math.Clamp((target.Length - filled) / 2 / rate * 1.1, SmallestBlock, LargestBlock);
            using Tensor uniforms = random.Uniform([block, 2], dtype: ScalarType.Float64);
            using Tensor normals = random.Normal([block], dtype: ScalarType.Float64);
            double[] u = uniforms.data<double>().ToArray();
            double[] z = normals.data<double>().ToArray();
            for (int i = 0; i < block && filled < target.Length; i++)
            {
                (double sin, double cos) = Math.SinCos((u[2 * i] - 0.5) * Math.PI);
                double r = Radius + RadiusSd * z[i];
                double q0 = r * cos + Shift - x1;
                double q1 = x2 - r * sin;
                if (_truncate && !(q0 >= 0 && q0 + Math.Abs(q1) <= s_root2))
                {
                    continue;
                }

                double sum = u[2 * i + 1] < 0.5 ? -q0 : q0;
                target[filled] = (float)((sum - q1) / s_root2);
                target[filled + 1] = (float)((sum + q1) / s_root2);
                filled += 2;
                accepted++;
            }

            proposed += block;
            if (accepted == 0 && proposed > Patience)
            {
                throw new InvalidOperationException($"two moons: no parameter in the prior's box explains x = ({x1}, {x2}).");
            }
        }
    }

    private static double[] Points(Observation x)
    {
        ArgumentNullException.ThrowIfNull(x);
        Require.Rows(x.Sole, 2, "x");
        using DisposeScope scope = NewDisposeScope();
        return x.Sole.to(ScalarType.Float64).cpu().contiguous().data<double>().ToArray();
    }
}
