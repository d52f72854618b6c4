using System.Reflection;
using System.Text.Json.Serialization;

namespace Reproduce.Configuration;

/// <summary>The settings of a record type: its public properties that can be set, those of its base first.</summary>
internal sealed class RecordShape
{
    private static readonly NullabilityInfoContext Nullability = new();

    private readonly Dictionary<string, Setting> _byKey;

    /// <summary>Reads a record type.</summary>
    public RecordShape(Type type)
    {
        Settings = [.. Lineage(type).SelectMany(Declared)];
        _byKey = Settings.ToDictionary(setting => setting.Key, StringComparer.Ordinal);
    }

    /// <summary>The settings in the order in which they are declared.</summary>
    public IReadOnlyList<Setting> Settings { get; }

    /// <summary>The setting of a key, or null.</summary>
    public Setting? Find(string key) => _byKey.GetValueOrDefault(key);

    /// <summary>A record with its defaults; what is required is null there.</summary>
    /// <exception cref="InvalidOperationException">The type has no constructor without parameters: a mistake in the program.</exception>
    public static object Create(Type type) => type.GetConstructor(Type.EmptyTypes) is { } constructor
        ? constructor.Invoke(null)
        : throw new InvalidOperationException($"{type.Name} cannot be a setting: it has no constructor without parameters.");

    private static Stack<Type> Lineage(Type type)
    {
        var types = new Stack<Type>();
        for (Type? next = type; next is not null && next != typeof(object); next = next.BaseType)
        {
            types.Push(next);
        }

        return types;
    }

    private static IEnumerable<Setting> Declared(Type type) => type
        .GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        .Where(property => property.SetMethod is { IsPublic: true } && property.GetMethod is { IsPublic: true })
        .Where(property => property.GetIndexParameters().Length == 0)
        .Where(property => Ignored(property) != JsonIgnoreCondition.Always)
        .Select(property => new Setting(
            Names.SnakeCase(property.Name),
            property,
            IsRequired(property),
            AllowsNull(property),
            Ignored(property) == JsonIgnoreCondition.WhenWritingDefault,
            new ValueRules(property)));

    private static JsonIgnoreCondition? Ignored(PropertyInfo property) => property.GetCustomAttribute<JsonIgnoreAttribute>()?.Condition;

    // By name: a library among the references declares an attribute of the same full name for older frameworks.
    private static bool IsRequired(PropertyInfo property) => property.CustomAttributes
        .Any(attribute => attribute.AttributeType.FullName == "System.Runtime.CompilerServices.RequiredMemberAttribute");

    private static bool AllowsNull(PropertyInfo property)
    {
        // The context keeps a cache that is not safe for several threads.
        lock (Nullability)
        {
            return Nullability.Create(property).WriteState == NullabilityState.Nullable;
        }
    }

    /// <summary>One setting of a record.</summary>
    /// <param name="Key">The key in files.</param>
    /// <param name="Property">The property that holds it.</param>
    /// <param name="IsRequired">True when it must be given.</param>
    /// <param name="AllowsNull">True when the property may be null.</param>
    /// <param name="IsLater">True when canonical texts leave it out while it has its default.</param>
    /// <param name="Rules">What its attributes ask for.</param>
    internal sealed record Setting(string Key, PropertyInfo Property, bool IsRequired, bool AllowsNull, bool IsLater, ValueRules Rules)
    {
        /// <summary>The type of the value, without the <c>?</c> of a nullable number.</summary>
        public Type ValueType { get; } = Nullable.GetUnderlyingType(Property.PropertyType) ?? Property.PropertyType;
    }
}
