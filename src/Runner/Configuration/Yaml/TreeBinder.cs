using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Reproduce.Runner.Configuration.Yaml;

/// <summary>Binds one tree; holds the problems found so far and what reflection said about the types on the way.</summary>
internal sealed class TreeBinder
{
    private readonly Dictionary<Type, RecordShape> _shapes = [];
    private readonly Dictionary<Type, KindTable> _kinds = [];

    /// <summary>What is wrong with the tree.</summary>
    public ProblemList Problems { get; } = new();

    /// <summary>Binds a map onto a record, which may be abstract with kinds.</summary>
    /// <returns>The record, or null when something is wrong with it.</returns>
    public object? BindRecord(Type type, YamlNode node, string path)
    {
        if (node is not YamlMap map) return Fail(node, path, "a map");
        var kinds = type.IsAbstract ? KindsOf(type) : null;
        var actual = kinds is null ? type : ChooseKind(kinds, map, path);
        if (actual is null) return null;

        var before = Problems.Count;
        RefuseUnknownKeys(actual, kinds, map, path);
        var record = Create(actual);
        foreach (var setting in ShapeOf(actual).Settings) BindSetting(record, setting, map, path);
        if (Problems.Count == before && record is IValidatedRecord validated) CheckTogether(validated, map, path);
        return Problems.Count == before ? record : null;
    }

    private void BindSetting(object record, RecordShape.Setting setting, YamlMap map, string path)
    {
        var node = map.Find(setting.Key)?.Value;
        var inside = Phrases.Join(path, setting.Key);
        if (node is null or YamlScalar { IsNull: true })
        {
            // Nothing given: the record's own default stays. A required setting may be left open only on purpose, with ~.
            if (!setting.IsRequired || (node is not null && setting.AllowsNull)) return;
            var expected = Describe(setting.ValueType, setting.Rules);
            Problems.Add(node?.Position ?? map.Position, inside, $"this key is missing; expected {expected}.");
            return;
        }

        if (Bind(setting.ValueType, setting.Rules, node, inside) is not { } value) return;
        foreach (var problem in setting.Rules.OtherProblems(value, setting.Key)) Problems.Add(node.Position, inside, problem);
        setting.Property.SetValue(record, value);
    }

    private object? Bind(Type type, ValueRules rules, YamlNode node, string path)
    {
        if (ScalarConverter.Handles(type)) return BindScalar(type, rules, node, path);
        if (type.IsArray) return BindArray(type.GetElementType()!, rules, node, path);
        if (IsDictionary(type, out var item)) return BindDictionary(item, rules, node, path);
        if (type.IsClass) return BindRecord(type, node, path);
        throw new NotSupportedException($"{path}: {type.Name} is no type of a setting.");
    }

    private object? BindScalar(Type type, ValueRules rules, YamlNode node, string path)
    {
        var value = node is YamlScalar { IsNull: false } scalar ? ScalarConverter.Convert(scalar, type) : null;
        if (value is null || !rules.Accepts(value)) return Fail(node, path, Describe(type, rules), type, rules);
        return LengthIsRight(value as string, rules, node, path) ? value : null;
    }

    private Array? BindArray(Type item, ValueRules rules, YamlNode node, string path)
    {
        if (node is not YamlSequence sequence)
        {
            Fail(node, path, Describe(item.MakeArrayType(), rules));
            return null;
        }

        var values = Array.CreateInstance(item, sequence.Items.Count);
        var before = Problems.Count;
        for (var i = 0; i < values.Length && !Problems.IsFull; i++)
        {
            var value = Bind(item, rules, sequence.Items[i], FormattableString.Invariant($"{path}[{i}]"));
            if (value is not null) values.SetValue(value, i);
        }

        if (rules.LengthProblem(values.Length, "item") is { } problem) Problems.Add(node.Position, path, problem);
        return Problems.Count == before ? values : null;
    }

    private IDictionary? BindDictionary(Type item, ValueRules rules, YamlNode node, string path)
    {
        if (node is not YamlMap map)
        {
            Fail(node, path, "a map");
            return null;
        }

        var values = (IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(typeof(string), item))!;
        var before = Problems.Count;
        foreach (var entry in map.Entries.TakeWhile(_ => !Problems.IsFull))
        {
            var inside = Phrases.Join(path, entry.Key);
            if (!SettingNames.IsSafe(entry.Key)) Problems.Add(entry.KeyPosition, inside, $"expected {SettingNames.SafeDescription}.");
            else if (Bind(item, rules, entry.Value, inside) is { } value) values.Add(entry.Key, value);
        }

        if (rules.LengthProblem(map.Entries.Count, "item") is { } problem) Problems.Add(node.Position, path, problem);
        return Problems.Count == before ? values : null;
    }

    private Type? ChooseKind(KindTable kinds, YamlMap map, string path)
    {
        var expected = $"expected one of {string.Join(", ", kinds.Names)}";
        var inside = Phrases.Join(path, KindAttribute.Key);
        var node = map.Find(KindAttribute.Key)?.Value;
        if (node is null or YamlScalar { IsNull: true })
        {
            if (kinds.Default is { } standard) return standard;
            Problems.Add(node?.Position ?? map.Position, inside, $"this key is missing; {expected}.");
            return null;
        }

        var name = (node as YamlScalar)?.Text;
        if (name is not null && kinds.Find(name) is { } type) return type;
        var hint = name is null ? "." : NameSuggestions.DidYouMean(name, kinds.Names);
        Problems.Add(node.Position, inside, $"{expected}, got {Phrases.Found(node)}{hint}");
        return null;
    }

    private void RefuseUnknownKeys(Type type, KindTable? kinds, YamlMap map, string path)
    {
        var shape = ShapeOf(type);
        var known = shape.Settings.Select(setting => setting.Key).ToList();
        if (kinds is not null) known.Insert(0, KindAttribute.Key);
        foreach (var entry in map.Entries.TakeWhile(_ => !Problems.IsFull))
        {
            if (shape.Find(entry.Key) is not null || (kinds is not null && entry.Key == KindAttribute.Key)) continue;
            var others = kinds?.Types.Where(other => ShapeOf(other).Find(entry.Key) is not null).Select(KindAttribute.Find).ToList() ?? [];
            var problem = others.Count > 0
                ? $"the key {Phrases.Quote(entry.Key)} belongs to kind {string.Join(" or ", others)}, not to {KindAttribute.Find(type)}. "
                : $"unknown key {Phrases.Quote(entry.Key)}{NameSuggestions.DidYouMean(entry.Key, known)} ";
            Problems.Add(entry.KeyPosition, path, $"{problem}Known keys: {string.Join(", ", known)}.");
        }
    }

    private void CheckTogether(IValidatedRecord record, YamlMap map, string path)
    {
        foreach (var (property, problem) in record.Problems())
        {
            var keys = property.Split('.', StringSplitOptions.RemoveEmptyEntries).Select(SettingNames.SnakeCase);
            var (node, inside) = ((YamlNode)map, path);
            foreach (var key in keys)
            {
                // A default is written nowhere: the map that could hold it is the nearest place.
                node = (node as YamlMap)?.Find(key)?.Value ?? node;
                inside = Phrases.Join(inside, key);
            }

            Problems.Add(node.Position, inside, problem.EndsWith('.') ? problem : $"{problem}.");
        }
    }

    private bool LengthIsRight(string? text, ValueRules rules, YamlNode node, string path)
    {
        if (text is null || rules.LengthProblem(text.Length, "character") is not { } problem) return true;
        Problems.Add(node.Position, path, problem);
        return false;
    }

    private object? Fail(YamlNode node, string path, string expected, Type? type = null, ValueRules? rules = null)
    {
        IEnumerable<string> names = rules?.Allowed ?? (type is { IsEnum: true } ? ScalarConverter.EnumNames(type) : []);
        var hint = node is YamlScalar { IsNull: false } scalar ? NameSuggestions.DidYouMean(scalar.Text, names) : ".";
        var needless = node is YamlScalar { IsQuoted: true } && type is { IsPrimitive: true } ? "the quoted text " : "";
        Problems.Add(node.Position, path, $"expected {expected}, got {needless}{Phrases.Found(node)}{hint}");
        return null;
    }

    private static string Describe(Type type, ValueRules rules)
    {
        if (ScalarConverter.Handles(type)) return rules.Narrow(ScalarConverter.Noun(type));
        return type.IsArray ? $"a list (each item {Describe(type.GetElementType()!, rules)})" : "a map";
    }

    private static bool IsDictionary(Type type, [NotNullWhen(true)] out Type? item)
    {
        var matches = type.IsGenericType && type.GetGenericArguments() is [var key, _] && key == typeof(string)
            && type.IsAssignableFrom(typeof(Dictionary<,>).MakeGenericType(type.GetGenericArguments()));
        item = matches ? type.GetGenericArguments()[1] : null;
        return matches;
    }

    private static object Create(Type type)
    {
        if (type.GetConstructor(Type.EmptyTypes) is { } constructor) return constructor.Invoke(null);
        throw new InvalidOperationException($"{type.Name} cannot be a setting: it has no constructor without parameters.");
    }

    private RecordShape ShapeOf(Type type) => _shapes.TryGetValue(type, out var shape) ? shape : _shapes[type] = new RecordShape(type);

    private KindTable KindsOf(Type type) => _kinds.TryGetValue(type, out var table) ? table : _kinds[type] = new KindTable(type);
}
