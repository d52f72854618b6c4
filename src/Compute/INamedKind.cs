namespace Reproduce.Compute;

/// <summary>
/// A settings record that a file chooses by a name, under <c>kind</c>. The record says its name itself: whoever lists the records of a
/// base finds it, and a new one is named nowhere else.
/// </summary>
public interface INamedKind
{
    /// <summary>The name: small letters, digits and dashes.</summary>
    static abstract string Kind { get; }
}
