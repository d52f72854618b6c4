namespace Reproduce.Tasks;

/// <summary>The probability that the crescent's draw leads back into the prior's box; needed for the evidence of two moons.</summary>
internal static class TwoMoonsArc
{
    private const int Nodes = 4001;
    private const double Reach = 8; // standard deviations of the radius; 1e-15 lies outside

    /// <summary>
    /// P(q0 >= 0 and q0 + |q1| &lt;= sqrt 2) for q = (r cos a + shift - x1, x2 - r sin a), a ~ U(-pi/2, pi/2), r ~ N(mean, sd).
    /// </summary>
    public static double FeasibleProbability(double x1, double x2, double shift, double mean, double sd)
    {
        double sum = 0, weights = 0;
        for (int i = 0; i < Nodes; i++)
        {
            double z = Reach * (2.0 * i / (Nodes - 1) - 1);
            double weight = Math.Exp(-0.5 * z * z);
            weights += weight;
            sum += weight * FeasibleShare(x1, x2, shift, mean + sd * z);
        }

        return sum / weights;
    }

    // The share of the angles that are feasible at one radius: the conditions change only at the angles where one of them is an
    // equality, so between two neighbouring such angles the middle decides.
    private static double FeasibleShare(double x1, double x2, double shift, double r)
    {
        double c = shift - x1, limit = Math.Sqrt(2);
        Span<double> angles = stackalloc double[8];
        int count = 0;
        angles[count++] = -Math.PI / 2;
        angles[count++] = Math.PI / 2;
        Cut(0, -c / r, angles, ref count); // r cos a + c = 0
        Cut(-Math.PI / 4, (limit - c - x2) / (r * limit), angles, ref count); // r cos a + c + x2 - r sin a = sqrt 2
        Cut(Math.PI / 4, (limit - c + x2) / (r * limit), angles, ref count); // r cos a + c - x2 + r sin a = sqrt 2
        Span<double> sorted = angles[..count];
        sorted.Sort();
        double length = 0;
        for (int i = 1; i < sorted.Length; i++)
        {
            (double sin, double cos) = Math.SinCos(0.5 * (sorted[i - 1] + sorted[i]));
            double q0 = r * cos + c;
            if (q0 >= 0 && q0 + Math.Abs(x2 - r * sin) <= limit)
            {
                length += sorted[i] - sorted[i - 1];
            }
        }

        return length / Math.PI;
    }

    // Adds the angles in (-pi/2, pi/2) at which cos(a - centre) = value.
    private static void Cut(double centre, double value, Span<double> angles, ref int count)
    {
        if (!(Math.Abs(value) < 1))
        {
            return;
        }

        double half = Math.Acos(value);
        foreach (double a in (ReadOnlySpan<double>)[centre - half, centre + half])
        {
            if (Math.Abs(a) < Math.PI / 2)
            {
                angles[count++] = a;
            }
        }
    }
}
