using System.Reflection;

namespace Reproduce.Runner.Configuration.Yaml;

/// <summary>
/// Names a sealed record that derives from an abstract settings record. In a file, the key <c>kind</c> with this name chooses the record.
/// </summary>
/// <param name="name">The kind: small letters, digits and dashes.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class KindAttribute(string name) : Attribute
{
    /// <summary>The key that chooses a kind.</summary>
    public const string Key = "kind";

    /// <summary>The kind.</summary>
    public string Name { get; } = name;

    /// <summary>Whether a file may leave the key out for this kind; it is then left out of canonical texts too.</summary>
    public bool IsDefault { get; init; }

    /// <summary>The kind of a settings record.</summary>
    /// <exception cref="InvalidOperationException">The record has no kind.</exception>
    public static string Of(object settings) => Find(settings.GetType())
        ?? throw new InvalidOperationException($"{settings.GetType().Name} carries no [Kind].");

    /// <summary>The kind of a record type, or null.</summary>
    internal static string? Find(Type type) => type.GetCustomAttribute<KindAttribute>()?.Name ?? Listed(type);

    /// <summary>Whether a record type has the kind that is meant when none is given.</summary>
    internal static bool IsDefaultKind(Type type) => type.GetCustomAttribute<KindAttribute>() is { IsDefault: true };

    // Records of rooms that know nothing of the runner list their kinds in a static property of their abstract base.
    private static string? Listed(Type type)
    {
        const BindingFlags Inherited = BindingFlags.Public | BindingFlags.Static | BindingFlags.FlattenHierarchy;
        object? kinds = type.BaseType?.GetProperty("Kinds", Inherited)?.GetValue(null);
        return (kinds as IReadOnlyDictionary<string, Type>)?.FirstOrDefault(kind => kind.Value == type).Key;
    }
}
