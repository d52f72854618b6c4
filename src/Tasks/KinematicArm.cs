namespace Reproduce.Tasks;

/// <summary>
/// The planar arm of the inverse kinematics problem (Kruse et al. 2021): its base slides along the height axis by theta1, three links
/// of lengths 1/2, 1/2 and 1 are turned by theta2, theta3, theta4, each relative to the link before.
/// </summary>
public static class KinematicArm
{
    /// <summary>Number of joints that <see cref="Joints"/> gives: base, two joints, hand.</summary>
    public const int JointCount = 4;

    /// <summary>Lengths of the links, from the base outwards.</summary>
    public static IReadOnlyList<double> Lengths { get; } = [0.5, 0.5, 1.0];

    /// <summary>The positions of base, joints and hand, for drawing the arm.</summary>
    /// <param name="theta">theta1 .. theta4.</param>
    /// <returns>Four points; the last one is what the simulator observes, as (Height, Reach).</returns>
    /// <exception cref="ArgumentException">Another number of parameters.</exception>
    public static (double Reach, double Height)[] Joints(ReadOnlySpan<float> theta)
    {
        if (theta.Length != 4)
        {
            throw new ArgumentException($"theta: expected 4 parameters, got {theta.Length}.", nameof(theta));
        }

        (double Reach, double Height)[] joints = new (double, double)[JointCount];
        joints[0] = (0, theta[0]);
        double angle = 0;
        for (int link = 0; link < 3; link++)
        {
            angle += theta[link + 1];
            (double sin, double cos) = Math.SinCos(angle);
            joints[link + 1] = (joints[link].Reach + Lengths[link] * cos, joints[link].Height + Lengths[link] * sin);
        }

        return joints;
    }
}
