using System.Runtime.CompilerServices;

namespace Reproduce.Tasks.Tumor;

/// <summary>
/// The extracellular matrix on the lattice, advanced lazily in closed form.
/// </summary>
/// <remarks>
/// The original takes an explicit Euler step of de/dt = s - k e every 0.01 h on all sites. Between two changes of a site's source s,
/// n such steps are exactly e -> s/k + (e - s/k)(1 - k dt)^n, so a site is touched only when its source changes or its value is read.
/// Every occupied site produces c per hour, half at its own place and half shared equally among its Delaunay neighbours.
/// </remarks>
internal sealed class EcmField
{
    /// <summary>Length of one Euler step of the original, h.</summary>
    public const double TimeStep = 0.01;

    private const int LowBits = 8;
    private const int LowMask = (1 << LowBits) - 1;
    private readonly TumorLattice _lattice;
    private readonly SiteState[] _sites = new SiteState[TumorLattice.SiteCount];

    // (1 - k dt)^n = _low[n mod 256] * _high[n div 256]: two small tables stay in the first-level cache.
    private readonly double[] _low = new double[1 << LowBits];
    private readonly double[] _high;
    private double _halfSteadyState;

    /// <summary>A field for simulations that end at <paramref name="endTime"/>.</summary>
    /// <param name="lattice">The lattice.</param>
    /// <param name="endTime">h.</param>
    public EcmField(TumorLattice lattice, double endTime)
    {
        _lattice = lattice;
        _high = new double[(StepsAt(endTime) >> LowBits) + 1];
    }

    /// <summary>
    /// Number of Euler steps that the original has done when it has handled an event at a time (step j belongs to time j dt).
    /// </summary>
    /// <param name="time">h; 0 means before the first event.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int StepsAt(double time) => (int)Math.Ceiling(time * (1 / TimeStep));

    /// <summary>Empties the field and sets the rates.</summary>
    /// <param name="production">c, per occupied site and hour.</param>
    /// <param name="degradation">k, 1/h.</param>
    public void Reset(double production, double degradation)
    {
        Array.Clear(_sites);
        _halfSteadyState = 0.5 * production / degradation;
        FillPowers(_low, 1 - degradation * TimeStep);
        FillPowers(_high, _low[^1] * _low[1]);
    }

    /// <summary>Starts the production of a site that has become occupied.</summary>
    /// <param name="site">The site.</param>
    /// <param name="step">Number of steps done with the occupancy before.</param>
    public void AddSource(int site, int step)
    {
        AddSteadyState(site, step, _halfSteadyState);
        ReadOnlySpan<short> neighbours = _lattice.NeighboursOf(site);
        double share = _halfSteadyState / neighbours.Length;
        foreach (short neighbour in neighbours)
        {
            AddSteadyState(neighbour, step, share);
        }
    }

    /// <summary>The value at a site after a number of steps.</summary>
    /// <param name="site">The site.</param>
    /// <param name="step">Number of steps since the start, not less than at the last change around the site.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double Read(int site, int step)
    {
        ref SiteState state = ref _sites[site];
        int n = step - state.Step;
        return state.SteadyState + (state.Value - state.SteadyState) * (_low[n & LowMask] * _high[n >> LowBits]);
    }

    private void AddSteadyState(int site, int step, double increment)
    {
        double value = Read(site, step);
        ref SiteState state = ref _sites[site];
        state.Value = value;
        state.Step = step;
        state.SteadyState += increment;
    }

    private static void FillPowers(double[] powers, double factor)
    {
        double power = 1;
        for (int n = 0; n < powers.Length; n++)
        {
            powers[n] = power;
            power *= factor;
        }
    }

    private struct SiteState
    {
        /// <summary>Value after <see cref="Step"/> steps.</summary>
        public double Value;

        /// <summary>s / k: where the value tends to.</summary>
        public double SteadyState;

        /// <summary>Number of steps at the last change.</summary>
        public int Step;
    }
}
