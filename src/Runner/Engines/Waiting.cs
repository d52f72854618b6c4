namespace Reproduce.Runner.Engines;

/// <summary>How an array waits for others.</summary>
public enum Waiting
{
    /// <summary>Until they have ended, well or not.</summary>
    ForEnd,

    /// <summary>Until all their elements have ended well.</summary>
    ForSuccess,

    /// <summary>Each element until that of the same index has ended well.</summary>
    ForSameElement,
}
