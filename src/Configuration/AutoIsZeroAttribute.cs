namespace Reproduce.Configuration;

/// <summary>A number whose 0 leaves the choice to the program, and may be written <c>auto</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class AutoIsZeroAttribute : Attribute
{
    /// <summary>The word.</summary>
    public const string Word = "auto";
}
