namespace Reproduce.Tasks;

/// <summary>
/// One sheet of the surface of arm postures that reach a given point, with coordinates in which the posterior density is smooth.
/// </summary>
/// <remarks>
/// <para>Absolute link angles a = theta2, b = theta2 + theta3, c = theta2 + theta3 + theta4 (Jacobian 1). The observation
/// demands cos a / 2 + cos b / 2 + cos c = x2 and theta1 = x1 - h, h = sin a / 2 + sin b / 2 + sin c; the second is solved
/// for theta1 with Jacobian 1, so the posterior is the prior restricted to the surface of the first with measure
/// delta(cos a / 2 + cos b / 2 + cos c - x2) da db dc.</para>
/// <para>Because (cos a + cos b) / 2 = 1 - A^2 - B^2 with A = sin(a / 2), B = sin(b / 2), the surface at fixed c is a circle
/// A^2 + B^2 = rho^2 = 1 - x2 + cos c when rho &lt;= 1; with A = rho cos phi, B = rho sin phi the measure is
/// delta(..) da db = 2 dphi / (cos(a / 2) cos(b / 2)): no singularity where the arm is stretched, the trouble of solving for an
/// angle. For 1 &lt; rho^2 &lt;= 2 the circle closes around (a, b) = +-(pi, pi) instead: with a = +-pi + a', b = +-pi + b' it is
/// A'^2 + B'^2 = 1 + x2 - cos c, with the same measure. c runs over all real numbers, so turns of the last link are included.</para>
/// <para>Left out are the sheets around the other multiples of pi: on all of them |theta2| or |theta3| exceeds pi, which has a prior
/// probability of 7e-10.</para>
/// </remarks>
/// <param name="Centre">0, pi or -pi: the centre of the circle in a and in b.</param>
/// <param name="Low">Where the interval of c begins.</param>
/// <param name="High">Where it ends.</param>
internal readonly record struct KinematicsSheet(double Centre, double Low, double High)
{
    // The sd of c is 0.87: beyond 7 lies a prior mass of 6e-16.
    private const double LargestAngle = 7;

    // The normalising constant of the prior (standard deviations 1/4, 1/2, 1/2, 1/2), times the measure's factor 2.
    private const double Constant = 2 / (4 * Math.PI * Math.PI * 0.25 * 0.5 * 0.5 * 0.5);

    /// <summary>All sheets of the postures with reach <paramref name="x2"/>.</summary>
    public static List<KinematicsSheet> All(double x2)
    {
        List<KinematicsSheet> sheets = [];
        foreach ((double low, double high) in Intervals(x2 - 1, x2))
        {
            sheets.Add(new KinematicsSheet(0, low, high));
        }

        foreach ((double low, double high) in Intervals(x2, x2 + 1))
        {
            sheets.Add(new KinematicsSheet(Math.PI, low, high));
            sheets.Add(new KinematicsSheet(-Math.PI, low, high));
        }

        return sheets;
    }

    /// <summary>The posterior density, times p(x), per dc dphi.</summary>
    /// <param name="x1">Observed height.</param>
    /// <param name="x2">Observed reach.</param>
    /// <param name="c">Absolute angle of the last link.</param>
    /// <param name="ofC">Sine and cosine of c.</param>
    /// <param name="ofPhi">Sine and cosine of the circle's angle.</param>
    public double Density(double x1, double x2, double c, (double Sin, double Cos) ofC, (double Sin, double Cos) ofPhi)
    {
        (double A, double B, double cosHalfA, double cosHalfB) = Circle(x2, ofC.Cos, ofPhi);
        double a = Centre + 2 * Math.Asin(A), b = Centre + 2 * Math.Asin(B);
        double theta1 = x1 - Height(ofC.Sin, A, B, cosHalfA, cosHalfB);
        double exponent = -8 * theta1 * theta1 - 2 * (a * a + (b - a) * (b - a) + (c - b) * (c - b));
        return Constant * Math.Exp(exponent) / (cosHalfA * cosHalfB);
    }

    /// <summary>The posture of a point of the sheet.</summary>
    /// <param name="x1">Observed height.</param>
    /// <param name="x2">Observed reach.</param>
    /// <param name="c">Absolute angle of the last link.</param>
    /// <param name="ofC">Sine and cosine of c.</param>
    /// <param name="ofPhi">Sine and cosine of the circle's angle.</param>
    /// <param name="theta">Filled with theta1 .. theta4.</param>
    public void Posture(double x1, double x2, double c, (double Sin, double Cos) ofC, (double Sin, double Cos) ofPhi, Span<float> theta)
    {
        (double A, double B, double cosHalfA, double cosHalfB) = Circle(x2, ofC.Cos, ofPhi);
        double a = Centre + 2 * Math.Asin(A), b = Centre + 2 * Math.Asin(B);
        theta[0] = (float)(x1 - Height(ofC.Sin, A, B, cosHalfA, cosHalfB));
        theta[1] = (float)a;
        theta[2] = (float)(b - a);
        theta[3] = (float)(c - b);
    }

    private (double A, double B, double CosHalfA, double CosHalfB) Circle(double x2, double cosC, (double Sin, double Cos) ofPhi)
    {
        // rho stays below 1: at 1 exactly a corner of the sheet has an integrable singularity.
        double square = Centre == 0 ? 1 - x2 + cosC : 1 + x2 - cosC;
        double rho = Math.Sqrt(Math.Clamp(square, 0, 1 - 1e-12));
        double A = rho * ofPhi.Cos, B = rho * ofPhi.Sin;
        return (A, B, Math.Sqrt(1 - A * A), Math.Sqrt(1 - B * B));
    }

    // sin a / 2 = +- sin(a'/2) cos(a'/2), minus around +-pi.
    private double Height(double sinC, double A, double B, double cosHalfA, double cosHalfB)
    {
        double bent = A * cosHalfA + B * cosHalfB;
        return sinC + (Centre == 0 ? bent : -bent);
    }

    // The intervals of c within +-LargestAngle on which cos c lies between low and high.
    private static IEnumerable<(double Low, double High)> Intervals(double low, double high)
    {
        if (low >= 1 || high <= -1)
        {
            yield break;
        }

        double near = Math.Acos(Math.Min(high, 1)), far = Math.Acos(Math.Max(low, -1));
        for (int turn = -2; turn <= 2; turn++)
        {
            double middle = 2 * Math.PI * turn;
            (double, double)[] both = near == 0
                ? [(middle - far, middle + far)]
                : [(middle - far, middle - near), (middle + near, middle + far)];
            foreach ((double from, double to) in both)
            {
                double begin = Math.Max(from, -LargestAngle), end = Math.Min(to, LargestAngle);
                if (begin < end)
                {
                    yield return (begin, end);
                }
            }
        }
    }
}
