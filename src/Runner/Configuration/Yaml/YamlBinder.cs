namespace Reproduce.Runner.Configuration.Yaml;

/// <summary>
/// Makes settings records of YAML trees.
/// <para>
/// Keys are the properties' names in snake_case. A record is any class with a constructor without parameters; its settings are its public
/// properties with a setter or <c>init</c>. A property marked <c>required</c> must be given; any other keeps the record's default when its
/// key is absent or <c>~</c>. Values may be text, <c>bool</c>, <c>int</c>, <c>long</c>, <c>double</c>, enumerations (snake_case), arrays,
/// <c>Dictionary&lt;string, T&gt;</c> in file order with names that are safe as file names, and further records. For an abstract record the
/// key <c>kind</c> chooses among its derived records, which carry <see cref="KindAttribute"/>.
/// </para>
/// <para>
/// Attributes of System.ComponentModel.DataAnnotations state what a value may be; on a list or a map, a range, a pattern and allowed values
/// hold for each item, lengths for the number of items. Rules over several values are <see cref="IValidatedRecord"/>. An upper or lower
/// end of <see cref="int.MaxValue"/> or <see cref="int.MinValue"/> and beyond is not mentioned in messages.
/// </para>
/// </summary>
public static class YamlBinder
{
    /// <summary>Binds a tree onto a record.</summary>
    /// <typeparam name="T">The record type.</typeparam>
    /// <param name="node">The tree.</param>
    /// <exception cref="NotSupportedException">A property has a type that no setting can have: a mistake in the program.</exception>
    /// <exception cref="ConfigurationException">The tree has mistakes; all of them are listed, in the order of the file.</exception>
    public static T Bind<T>(YamlNode node)
        where T : class
    {
        var binder = new TreeBinder();
        var record = binder.BindRecord(typeof(T), node, path: "");
        binder.Problems.ThrowIfAny();
        return (T)record!;
    }

    /// <summary>The kinds of an abstract settings record, in alphabetical order.</summary>
    /// <typeparam name="T">The abstract record type.</typeparam>
    public static IReadOnlyCollection<string> KindsOf<T>()
        where T : class => new KindTable(typeof(T)).Names;
}
