namespace Reproduce.Reporting;

/// <summary>The form of a point in a figure; filled, or open for a second contender of the same kind.</summary>
public enum MarkerForm
{
    /// <summary>A cross, which has no open form.</summary>
    Cross,

    /// <summary>A circle.</summary>
    Circle,

    /// <summary>A square.</summary>
    Square,

    /// <summary>A square on its corner.</summary>
    Diamond,

    /// <summary>A triangle that points up.</summary>
    TriangleUp,

    /// <summary>A triangle that points down.</summary>
    TriangleDown,
}
