using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;

namespace Reproduce.Configuration;

/// <summary>
/// Makes settings records of YAML trees.
/// <para>
/// Keys are the properties' names in snake_case. A record is any class with a constructor without parameters; its settings are its public
/// properties with a setter or <c>init</c>. A property marked <c>required</c> must be given; any other keeps the record's default when its
/// key is absent or <c>~</c>. Values may be text, <c>bool</c>, <c>int</c>, <c>long</c>, <c>double</c>, enumerations (snake_case), arrays,
/// <c>Dictionary&lt;string, T&gt;</c> in file order with names that are safe as file names, and further records. For an abstract record the
/// key <c>kind</c> chooses among its derived records, which a <see cref="KindCatalogue"/> lists.
/// </para>
/// <para>
/// Attributes of System.ComponentModel.DataAnnotations state what a value may be; on a list or a map, a range, a pattern and allowed values
/// hold for each item, lengths for the number of items. Rules over several values are <see cref="IValidatableObject"/>. An upper or lower
/// end of <see cref="int.MaxValue"/> or <see cref="int.MinValue"/> and beyond is not mentioned in messages.
/// </para>
/// </summary>
public static class YamlBinder
{
    /// <summary>Binds a tree onto a record.</summary>
    /// <typeparam name="T">The record type.</typeparam>
    /// <param name="node">The tree.</param>
    /// <param name="kinds">The kinds of abstract records.</param>
    /// <exception cref="NotSupportedException">A property has a type that no setting can have: a mistake in the program.</exception>
    /// <exception cref="ConfigurationException">The tree has mistakes; all of them are listed, in the order of the file.</exception>
    public static T Bind<T>(YamlNode node, KindCatalogue kinds)
        where T : class
    {
        TreeBinder binder = new(kinds);
        object? record = binder.BindRecord(typeof(T), node, path: "");
        binder.Problems.ThrowIfAny();
        return (T)record!;
    }
}

/// <summary>Binds one tree; holds the problems found so far and what reflection said about the types on the way.</summary>
/// <param name="kinds">The kinds of abstract records.</param>
internal sealed class TreeBinder(KindCatalogue kinds)
{
    private readonly Dictionary<Type, RecordShape> _shapes = [];

    /// <summary>What is wrong with the tree.</summary>
    public ProblemList Problems { get; } = new();

    /// <summary>Binds a map onto a record, which may be abstract with kinds.</summary>
    /// <returns>The record, or null when something is wrong with it.</returns>
    public object? BindRecord(Type type, YamlNode node, string path)
    {
        if (node is not YamlMap map)
        {
            return Fail(node, path, "a map");
        }

        KindCatalogue.Kinds? choice = type.IsAbstract ? kinds.Of(type) : null;
        Type? actual = choice is null ? type : ChooseKind(choice, map, path);
        if (actual is null)
        {
            return null;
        }

        int before = Problems.Count;
        RefuseUnknownKeys(actual, choice, map, path);
        object record = RecordShape.Create(actual);
        foreach (RecordShape.Setting setting in ShapeOf(actual).Settings)
        {
            BindSetting(record, setting, map, path);
        }

        if (Problems.Count == before && record is IValidatableObject validated)
        {
            CheckTogether(validated, map, path);
        }

        return Problems.Count == before ? record : null;
    }

    private void BindSetting(object record, RecordShape.Setting setting, YamlMap map, string path)
    {
        YamlNode? node = map.Find(setting.Key)?.Value;
        string inside = Names.Join(path, setting.Key);
        if (node is null or YamlScalar { IsNull: true })
        {
            // Nothing given: the record's own default stays. A required setting may be left open only on purpose, with ~.
            if (!setting.IsRequired || (node is not null && setting.AllowsNull))
            {
                return;
            }

            string expected = Describe(setting.ValueType, setting.Rules);
            Problems.Add(node?.Position ?? map.Position, inside, $"this key is missing; expected {expected}.");
            return;
        }

        if (Bind(setting.ValueType, setting.Rules, node, inside) is not { } value)
        {
            return;
        }

        foreach (string problem in setting.Rules.OtherProblems(value, setting.Key))
        {
            Problems.Add(node.Position, inside, problem);
        }

        setting.Property.SetValue(record, value);
    }

    private object? Bind(Type type, ValueRules rules, YamlNode node, string path)
    {
        if (ScalarConverter.Handles(type))
        {
            return BindScalar(type, rules, node, path);
        }

        if (type.IsArray)
        {
            return BindArray(type.GetElementType()!, rules, node, path);
        }

        if (IsDictionary(type, out Type? item))
        {
            return BindDictionary(item, rules, node, path);
        }

        if (type.IsClass)
        {
            return BindRecord(type, node, path);
        }

        throw new NotSupportedException($"{path}: {type.Name} is no type of a setting.");
    }

    private object? BindScalar(Type type, ValueRules rules, YamlNode node, string path)
    {
        object? value = node is not YamlScalar { IsNull: false } scalar ? null
            : rules.KnowsAuto && scalar.Text == AutoIsZeroAttribute.Word ? 0
            : ScalarConverter.Convert(scalar, type);
        if (value is null || !rules.Accepts(value))
        {
            return Fail(node, path, Describe(type, rules), type, rules);
        }

        return LengthIsRight(value as string, rules, node, path) ? value : null;
    }

    private Array? BindArray(Type item, ValueRules rules, YamlNode node, string path)
    {
        if (node is not YamlSequence sequence)
        {
            Fail(node, path, Describe(item.MakeArrayType(), rules));
            return null;
        }

        Array values = Array.CreateInstance(item, sequence.Items.Count);
        int before = Problems.Count;
        for (int i = 0; i < values.Length && !Problems.IsFull; i++)
        {
            object? value = Bind(item, rules, sequence.Items[i], FormattableString.Invariant($"{path}[{i}]"));
            if (value is not null)
            {
                values.SetValue(value, i);
            }
        }

        if (rules.LengthProblem(values.Length, "item") is { } problem)
        {
            Problems.Add(node.Position, path, problem);
        }

        return Problems.Count == before ? values : null;
    }

    private IDictionary? BindDictionary(Type item, ValueRules rules, YamlNode node, string path)
    {
        if (node is not YamlMap map)
        {
            Fail(node, path, "a map");
            return null;
        }

        IDictionary values = (IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(typeof(string), item))!;
        int before = Problems.Count;
        foreach (YamlEntry entry in map.Entries.TakeWhile(_ => !Problems.IsFull))
        {
            string inside = Names.Join(path, entry.Key);
            if (!Names.IsSafe(entry.Key))
            {
                Problems.Add(entry.KeyPosition, inside, $"expected {Names.SafeDescription}.");
            }
            else if (Bind(item, rules, entry.Value, inside) is { } value)
            {
                values.Add(entry.Key, value);
            }
        }

        if (rules.LengthProblem(map.Entries.Count, "item") is { } problem)
        {
            Problems.Add(node.Position, path, problem);
        }

        return Problems.Count == before ? values : null;
    }

    private Type? ChooseKind(KindCatalogue.Kinds choice, YamlMap map, string path)
    {
        string expected = $"expected one of {string.Join(", ", choice.Names)}";
        string inside = Names.Join(path, KindCatalogue.Key);
        YamlNode? node = map.Find(KindCatalogue.Key)?.Value;
        if (node is null or YamlScalar { IsNull: true })
        {
            if (choice.Find(choice.Standard) is { } standard)
            {
                return standard;
            }

            Problems.Add(node?.Position ?? map.Position, inside, $"this key is missing; {expected}.");
            return null;
        }

        string? name = (node as YamlScalar)?.Text;
        if (choice.Find(name) is { } type)
        {
            return type;
        }

        string hint = name is null ? "." : Names.DidYouMean(name, choice.Names);
        Problems.Add(node.Position, inside, $"{expected}, got {Names.Found(node)}{hint}");
        return null;
    }

    private void RefuseUnknownKeys(Type type, KindCatalogue.Kinds? choice, YamlMap map, string path)
    {
        RecordShape shape = ShapeOf(type);
        List<string> known = shape.Settings.Select(setting => setting.Key).ToList();
        if (choice is not null)
        {
            known.Insert(0, KindCatalogue.Key);
        }

        foreach (YamlEntry entry in map.Entries.TakeWhile(_ => !Problems.IsFull))
        {
            if (shape.Find(entry.Key) is not null || (choice is not null && entry.Key == KindCatalogue.Key))
            {
                continue;
            }

            string[] others =
                [.. (choice?.Types ?? []).Where(other => ShapeOf(other.Value).Find(entry.Key) is not null).Select(other => other.Key)];
            string problem = others.Length > 0
                ? $"the key {Names.Quote(entry.Key)} belongs to kind {string.Join(" or ", others)}, not to {kinds.Find(type)}. "
                : $"unknown key {Names.Quote(entry.Key)}{Names.DidYouMean(entry.Key, known)} ";
            Problems.Add(entry.KeyPosition, path, $"{problem}Known keys: {string.Join(", ", known)}.");
        }
    }

    private void CheckTogether(IValidatableObject record, YamlMap map, string path)
    {
        foreach (ValidationResult result in record.Validate(new ValidationContext(record)))
        {
            (YamlNode node, string inside) = (map, path);
            foreach (string name in (result.MemberNames.FirstOrDefault() ?? "").Split('.', StringSplitOptions.RemoveEmptyEntries))
            {
                // A default is written nowhere: the map that could hold it is the nearest place.
                string key = Names.SnakeCase(name);
                node = (node as YamlMap)?.Find(key)?.Value ?? node;
                inside = Names.Join(inside, key);
            }

            string problem = result.ErrorMessage ?? "expected another value";
            problem = problem.EndsWith('.') ? problem : $"{problem}.";
            // A file that fitted is not to blame when an option changed the value that it has to fit. The root has every option.
            YamlMap? among = node as YamlMap ?? (path.Length > 0 ? map : null);
            if (!node.Position.IsOption && among is not null && OptionsIn(among).FirstOrDefault() is { Source: not null } option)
            {
                Problems.Add(option, inside, $"{problem} That stands in {node.Position}: set it too.");
            }
            else
            {
                Problems.Add(node.Position, inside, problem);
            }
        }
    }

    // Where values of a map come from options of the command line.
    private static IEnumerable<YamlPosition> OptionsIn(YamlMap map) =>
        map.Entries.SelectMany(e => e.Value is YamlMap inner ? OptionsIn(inner) : [e.Value.Position]).Where(p => p.IsOption);

    private bool LengthIsRight(string? text, ValueRules rules, YamlNode node, string path)
    {
        if (text is null || rules.LengthProblem(text.Length, "character") is not { } problem)
        {
            return true;
        }

        Problems.Add(node.Position, path, problem);
        return false;
    }

    private object? Fail(YamlNode node, string path, string expected, Type? type = null, ValueRules? rules = null)
    {
        IEnumerable<string> names = rules?.Allowed ?? (type is { IsEnum: true } ? ScalarConverter.EnumNames(type) : []);
        string hint = node is YamlScalar { IsNull: false } scalar ? Names.DidYouMean(scalar.Text, names) : ".";
        string needless = node is YamlScalar { IsQuoted: true } && type is { IsPrimitive: true } ? "the quoted text " : "";
        Problems.Add(node.Position, path, $"expected {expected}, got {needless}{Names.Found(node)}{hint}");
        return null;
    }

    private static string Describe(Type type, ValueRules rules)
    {
        if (ScalarConverter.Handles(type))
        {
            return rules.Narrow(ScalarConverter.Noun(type));
        }

        return type.IsArray ? $"a list (each item {Describe(type.GetElementType()!, rules)})" : "a map";
    }

    /// <summary>Whether a type is a map from names, and what its items are.</summary>
    public static bool IsDictionary(Type type, [NotNullWhen(true)] out Type? item)
    {
        bool matches = type.IsGenericType && type.GetGenericArguments() is [{ } key, _] && key == typeof(string)
            && type.IsAssignableFrom(typeof(Dictionary<,>).MakeGenericType(type.GetGenericArguments()));
        item = matches ? type.GetGenericArguments()[1] : null;
        return matches;
    }

    private RecordShape ShapeOf(Type type) =>
        _shapes.TryGetValue(type, out RecordShape? shape) ? shape : _shapes[type] = new RecordShape(type);
}
