using Reproduce.Compute;

namespace Reproduce.Tasks;

/// <summary>A task whose parameters are a configuration in the plane, such as an arm's posture, that a figure can draw.</summary>
public interface IConfiguration
{
    /// <summary>Names of the plane's two coordinates.</summary>
    (string X, string Y) AxisNames { get; }

    /// <summary>What the observed point is called.</summary>
    string ObservedName { get; }

    /// <summary>The chain of points that one parameter vector describes.</summary>
    /// <param name="theta">[D].</param>
    IReadOnlyList<(double X, double Y)> Configuration(ReadOnlySpan<float> theta);

    /// <summary>The observed point in the same plane.</summary>
    /// <param name="x">J data sets.</param>
    /// <param name="dataSet">Which of them.</param>
    (double X, double Y) Observed(Observation x, long dataSet);
}
