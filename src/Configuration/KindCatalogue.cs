namespace Reproduce.Configuration;

/// <summary>
/// The kinds of abstract settings records: in a file, the key <c>kind</c> chooses one of the records that derive from it. Rooms declare the
/// records; who knows all the rooms puts their kinds together here, once.
/// </summary>
public sealed class KindCatalogue
{
    /// <summary>The key that chooses a kind.</summary>
    public const string Key = "kind";

    private readonly Dictionary<Type, Kinds> _byBase = [];
    private readonly Dictionary<Type, (string Name, bool IsDefault)> _byRecord = [];

    /// <summary>Adds the kinds of an abstract record.</summary>
    /// <typeparam name="TBase">The abstract record.</typeparam>
    /// <param name="kinds">The records by the name of their kind: small letters, digits and dashes.</param>
    /// <param name="standard">
    /// The kind that is meant when none is given; it is then left out of canonical texts too. Null when one must be given.
    /// </param>
    /// <returns>This catalogue.</returns>
    /// <exception cref="InvalidOperationException">
    /// A record of the base is missing, is not derived from it, or stands there twice: a mistake in the program.
    /// </exception>
    public KindCatalogue Add<TBase>(IReadOnlyDictionary<string, Type> kinds, string? standard = null)
        where TBase : class
    {
        Type[] derived = [.. typeof(TBase).Assembly.GetTypes().Where(type => !type.IsAbstract && type.IsSubclassOf(typeof(TBase)))];
        IEnumerable<Type> foreign = kinds.Values.Where(type => !type.IsSubclassOf(typeof(TBase)));
        if (derived.Except(kinds.Values).Concat(foreign).FirstOrDefault() is { } wrong)
        {
            throw new InvalidOperationException($"{wrong.Name} and the kinds of {typeof(TBase).Name} do not fit together.");
        }

        _byBase.Add(typeof(TBase), new Kinds(new SortedDictionary<string, Type>(kinds.ToDictionary(), StringComparer.Ordinal), standard));
        foreach ((string name, Type record) in kinds)
        {
            if (!_byRecord.TryAdd(record, (name, name == standard)))
            {
                throw new InvalidOperationException($"{record.Name} has two kinds, '{_byRecord[record].Name}' and '{name}'.");
            }
        }

        return this;
    }

    /// <summary>The kinds of an abstract record, in alphabetical order.</summary>
    /// <typeparam name="TBase">The abstract record.</typeparam>
    public IReadOnlyCollection<string> NamesOf<TBase>()
        where TBase : class => Of(typeof(TBase)).Names;

    /// <summary>The kind of a settings record.</summary>
    /// <param name="settings">The record.</param>
    /// <exception cref="InvalidOperationException">The record has no kind.</exception>
    public string NameOf(object settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return Find(settings.GetType()) ?? throw new InvalidOperationException($"{settings.GetType().Name} has no kind.");
    }

    /// <summary>The kind of a record type, or null.</summary>
    internal string? Find(Type record) => _byRecord.TryGetValue(record, out (string Name, bool IsDefault) kind) ? kind.Name : null;

    /// <summary>The kind that canonical texts name: null also for the kind that is meant when none is given.</summary>
    internal string? FindSpoken(Type record) =>
        _byRecord.TryGetValue(record, out (string Name, bool IsDefault) kind) && !kind.IsDefault ? kind.Name : null;

    /// <summary>Whether the kinds of a record were added.</summary>
    internal bool HasKinds(Type type) => _byBase.ContainsKey(type);

    /// <summary>The kinds of an abstract record.</summary>
    /// <exception cref="InvalidOperationException">It was not added: a mistake in the program.</exception>
    internal Kinds Of(Type abstractRecord) => _byBase.TryGetValue(abstractRecord, out Kinds? kinds)
        ? kinds
        : throw new InvalidOperationException($"The kinds of the abstract {abstractRecord.Name} are not in the catalogue.");

    /// <summary>The kinds of one abstract record.</summary>
    /// <param name="Types">The records by kind, in alphabetical order.</param>
    /// <param name="Standard">The kind that is meant when none is given, or null.</param>
    internal sealed record Kinds(SortedDictionary<string, Type> Types, string? Standard)
    {
        /// <summary>The names, in alphabetical order.</summary>
        public IReadOnlyCollection<string> Names => Types.Keys;

        /// <summary>The record of a kind, or null.</summary>
        public Type? Find(string? kind) => kind is null ? null : Types.GetValueOrDefault(kind);
    }
}
