namespace Reproduce.Runner.Configuration.Yaml;

/// <summary>The kinds of one abstract settings record: all records of its assembly that derive from it, in alphabetical order.</summary>
internal sealed class KindTable
{
    private readonly SortedDictionary<string, Type> _types = new(StringComparer.Ordinal);

    /// <summary>Finds the kinds of a base record.</summary>
    /// <exception cref="InvalidOperationException">A kind is missing or given twice: a mistake in the program.</exception>
    public KindTable(Type baseType)
    {
        foreach (var type in baseType.Assembly.GetTypes().Where(type => !type.IsAbstract && type.IsSubclassOf(baseType)))
        {
            var kind = KindAttribute.Find(type)
                ?? throw new InvalidOperationException($"{type.Name} derives from {baseType.Name} without [Kind].");
            if (!_types.TryAdd(kind, type)) throw new InvalidOperationException($"Two records of {baseType.Name} have the kind '{kind}'.");
        }

        if (_types.Count == 0) throw new InvalidOperationException($"No record derives from the abstract {baseType.Name}.");
    }

    /// <summary>The names, in alphabetical order.</summary>
    public IReadOnlyCollection<string> Names => _types.Keys;

    /// <summary>The record types, in the order of their names.</summary>
    public IEnumerable<Type> Types => _types.Values;

    /// <summary>The record type that is meant when no kind is given; null when one must be given.</summary>
    public Type? Default => _types.Values.SingleOrDefault(KindAttribute.IsDefaultKind);

    /// <summary>The record type of a kind, or null.</summary>
    public Type? Find(string kind) => _types.GetValueOrDefault(kind);
}
