using System.Globalization;

namespace Reproduce.Tasks.Tumor;

/// <summary>
/// The seven parameters of the tumour-spheroid simulator (Jagiella et al. 2017), in natural units.
/// </summary>
/// <remarks>The prior is uniform in log10 of each parameter, within <see cref="LogLower"/> and <see cref="LogUpper"/> (pyABC's
/// example).</remarks>
/// <param name="DivisionRate">1 / mean cycle time, 1/h; default 0.0417, prior 10^-3 .. 10^-1.</param>
/// <param name="DivisionDepth">Decay length of the probability to go on cycling, micrometres; default 100, prior 10 .. 1000.</param>
/// <param name="InitialSpheroidRadius">Radius of the initial disk in lattice units; default 12, prior 1 .. 10^1.2.</param>
/// <param name="InitialQuiescentFraction">Probability that an initial cell is switched off, before depth counts; default 0.75, prior 10^-5
/// .. 1.</param>
/// <param name="EcmProductionRate">Extracellular matrix made per cell and hour; default 0.005, prior 10^-5 .. 1.</param>
/// <param name="EcmDegradationRate">First-order decay of the extracellular matrix, 1/h; default 0.0008, prior 10^-5 .. 1.</param>
/// <param name="EcmDivisionThreshold">Matrix that a cell needs at its site to go on cycling; default 0.01, prior 10^-5 .. 1.</param>
public readonly record struct TumorParameters(
    double DivisionRate,
    double DivisionDepth,
    double InitialSpheroidRadius,
    double InitialQuiescentFraction,
    double EcmProductionRate,
    double EcmDegradationRate,
    double EcmDivisionThreshold)
{
    /// <summary>Number of parameters.</summary>
    public const int Count = 7;

    /// <summary>The original's default values.</summary>
    public static TumorParameters Default { get; } = new(0.0417, 100, 12, 0.75, 0.005, 0.0008, 0.01);

    /// <summary>Lower ends of the prior, log10 of the parameters in declaration order.</summary>
    public static ReadOnlySpan<double> LogLower => [-3, 1, 0, -5, -5, -5, -5];

    /// <summary>Upper ends of the prior, log10 of the parameters in declaration order.</summary>
    public static ReadOnlySpan<double> LogUpper => [-1, 3, 1.2, 0, 0, 0, 0];

    /// <summary>The log10 parameters as a reader sees them, in declaration order, with the units of what is under the logarithm.</summary>
    public static IReadOnlyList<string> Labels { get; } =
    [
        "log₁₀ division rate (1/h)", "log₁₀ division depth (µm)", "log₁₀ initial radius (cells)", "log₁₀ initially quiescent part",
        "log₁₀ ECM production (1/h)", "log₁₀ ECM degradation (1/h)", "log₁₀ ECM threshold",
    ];

    /// <summary>Names of the log10 parameters in declaration order, as pyABC's example calls them.</summary>
    public static IReadOnlyList<string> LogNames { get; } =
    [
        "log_division_rate",
        "log_division_depth",
        "log_initial_spheroid_radius",
        "log_initial_quiescent_cell_fraction",
        "log_ecm_production_rate",
        "log_ecm_degradation_rate",
        "log_ecm_division_threshold",
    ];

    /// <summary>The parameters of a vector of exponents.</summary>
    /// <param name="exponents">log10 of the parameters in declaration order.</param>
    /// <exception cref="ArgumentException">There are not seven of them.</exception>
    public static TumorParameters FromLog10(ReadOnlySpan<double> exponents)
    {
        if (exponents.Length != Count)
        {
            throw new ArgumentException($"exponents: expected {Count} values, got {exponents.Length}.", nameof(exponents));
        }

        return new TumorParameters(
            Math.Pow(10, exponents[0]), Math.Pow(10, exponents[1]), Math.Pow(10, exponents[2]), Math.Pow(10, exponents[3]),
            Math.Pow(10, exponents[4]), Math.Pow(10, exponents[5]), Math.Pow(10, exponents[6]));
    }

    /// <summary>Checks that a simulation is defined; values outside the prior are allowed.</summary>
    /// <exception cref="ArgumentException">A value is not finite, negative, zero where it divides, or not a probability.</exception>
    public void Validate()
    {
        Require(double.IsFinite(DivisionRate) && DivisionRate >= 0, nameof(DivisionRate), DivisionRate, "a finite rate >= 0");
        Require(DivisionDepth > 0, nameof(DivisionDepth), DivisionDepth, "a length > 0");
        Require(InitialSpheroidRadius > 0, nameof(InitialSpheroidRadius), InitialSpheroidRadius, "a radius > 0");
        Require(
            InitialQuiescentFraction is >= 0 and <= 1,
            nameof(InitialQuiescentFraction),
            InitialQuiescentFraction,
            "a probability in [0, 1]"
        );
        Require(
            double.IsFinite(EcmProductionRate) && EcmProductionRate >= 0,
            nameof(EcmProductionRate),
            EcmProductionRate,
            "a finite rate >= 0"
        );
        Require(
            EcmDegradationRate is > 0 and <= 100,
            nameof(EcmDegradationRate),
            EcmDegradationRate,
            "a rate in (0, 100] (steps of 0.01 h)"
        );
        Require(EcmDivisionThreshold >= 0, nameof(EcmDivisionThreshold), EcmDivisionThreshold, "a threshold >= 0");
    }

    /// <summary>The values by name, in round-trip form: what a person needs to repeat a run.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"division_rate={DivisionRate:R}, division_depth={DivisionDepth:R}, initial_spheroid_radius={InitialSpheroidRadius:R}, " +
        $"initial_quiescent_cell_fraction={InitialQuiescentFraction:R}, ecm_production_rate={EcmProductionRate:R}, " +
        $"ecm_degradation_rate={EcmDegradationRate:R}, ecm_division_threshold={EcmDivisionThreshold:R}");

    private static void Require(bool holds, string name, double value, string expected)
    {
        if (!holds)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{name}: expected {expected}, got {value:R}."), name);
        }
    }
}
