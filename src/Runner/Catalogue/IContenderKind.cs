using Reproduce.Reporting;

namespace Reproduce.Runner.Catalogue;

/// <summary>What the settings record of a kind of contender says about its kind.</summary>
public interface IContenderKind
{
    /// <summary>The kind: its name in experiment files, and how it is shown.</summary>
    static abstract MethodStyle Style { get; }
}
