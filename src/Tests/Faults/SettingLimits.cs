using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Reproduce.Configuration;
using Reproduce.Runner.Catalogue;
using Reproduce.Runner.Configuration;

namespace Reproduce.Tests.Faults;

/// <summary>
/// Walks all settings of an experiment, as YAML binds them, to their limits and one past them: numbers at both ends of their range, every
/// name of an enumeration, empty texts, and lists that are empty, have one entry or have one twice.
/// </summary>
internal static class SettingLimits
{
    // A training of a hundred epochs is long beside the cases' single ones.
    private const double LongNumber = 64;

    // Settings that cost nothing however large they are.
    private static readonly HashSet<string> s_cheap =
    [
        "seed", "batch_size", "validations", "rows_per_pass", "threads", "max_draws", "max_bytes", "patience", "max_epochs", "folds",
        "marginal_parts", "figure_steps", "budget", "full_sweep", "scatter_data_sets", "budget_steps", "replicate_steps", "from", "to",
        "point", "points", "inducing_points",
    ];

    /// <summary>All cases of an experiment.</summary>
    /// <param name="name">Name of its file.</param>
    /// <param name="experiment">The experiment.</param>
    public static IEnumerable<SettingCase> Of(string name, Experiment experiment) => Walk(name, "", "", null, experiment);

    private static IEnumerable<SettingCase> Walk(string experiment, string path, string records, string? contender, object record)
    {
        string inside = $"{records}/{record.GetType().Name}";
        foreach (RecordShape.Setting setting in new RecordShape(record.GetType()).Settings)
        {
            object? value = setting.Property.GetValue(record);
            string at = Names.Join(path, setting.Key);
            if (value is Dictionary<string, ContenderSettings> contenders)
            {
                foreach ((string key, ContenderSettings settings) in contenders)
                {
                    foreach (SettingCase found in Walk(experiment, Names.Join(at, key), inside, key, settings))
                    {
                        yield return found;
                    }
                }
            }
            else if (value is not null && IsRecord(value.GetType()))
            {
                foreach (SettingCase found in Walk(experiment, at, inside, contender, value))
                {
                    yield return found;
                }
            }
            else
            {
                foreach ((string text, bool isLong) in Variants(setting, value).DistinctBy(v => v.Text))
                {
                    yield return new SettingCase(experiment, at, text, contender, $"{inside}.{setting.Key}", isLong);
                }
            }
        }
    }

    private static IEnumerable<(string Text, bool IsLong)> Variants(RecordShape.Setting setting, object? value)
    {
        if (setting.AllowsNull)
        {
            yield return ("~", false);
        }

        IEnumerable<(string, bool)> others = setting.ValueType switch
        {
            { IsArray: true } type when IsRecord(type.GetElementType()!) => RecordLists(type.GetElementType()!, (Array?)value),
            { IsArray: true } type => Lists(setting, type.GetElementType()!, (Array?)value),
            { IsGenericType: true } => Maps(setting),
            _ when value is not null && IsRecord(value.GetType()) => Records(value),
            { IsAbstract: true } or { IsClass: true } when setting.ValueType != typeof(string) => [],
            Type type => Scalars(setting, type),
        };
        foreach ((string, bool) other in others)
        {
            yield return other;
        }
    }

    private static IEnumerable<(string Text, bool IsLong)> Scalars(RecordShape.Setting setting, Type type)
    {
        if (type == typeof(string))
        {
            return [("\"\"", false), ("x", false)];
        }

        if (type == typeof(bool))
        {
            return [("true", false), ("false", false)];
        }

        if (type.IsEnum)
        {
            return ScalarConverter.EnumNames(type).Select(name => (name, false)).Append(("none-of-them", false));
        }

        bool isWhole = type != typeof(double);
        RangeAttribute? range = setting.Property.GetCustomAttribute<RangeAttribute>();
        double low = Number(range?.Minimum) ?? (isWhole ? -1 : -1e300), high = Number(range?.Maximum) ?? (isWhole ? int.MaxValue : 1e300);
        double below = isWhole ? low - 1 : low - Math.Max(1e-9, Math.Abs(low) * 0.01);
        double above = isWhole ? high + 1 : high + Math.Max(1e-9, Math.Abs(high) * 0.01);
        double[] numbers = isWhole ? [below, low, low + 1, high, above] : [below, low, high, above];
        return numbers.Select(n => (Text(n, isWhole), n > LongNumber && isWhole && !s_cheap.Contains(setting.Key)));
    }

    private static IEnumerable<(string Text, bool IsLong)> Lists(RecordShape.Setting setting, Type item, Array? value)
    {
        yield return ("[]", false);
        foreach ((string text, bool isLong) in Scalars(setting, item))
        {
            yield return ($"[{text}]", isLong);
            yield return ($"[{text}, {text}]", isLong);
        }

        foreach (object first in (value ?? Array.Empty<object>()).Cast<object>().Take(1))
        {
            string text = Yaml(first);
            yield return ($"[{text}]", false);
            yield return ($"[{text}, {text}]", false);
        }
    }

    // One entry with each of its settings at their limits, for the first of each kind.
    private static IEnumerable<(string Text, bool IsLong)> RecordLists(Type item, Array? value)
    {
        yield return ("[]", false);
        object[] examples = [.. (value ?? Array.Empty<object>()).Cast<object>()];
        if (examples.Length == 0 && !item.IsAbstract)
        {
            examples = [RecordShape.Create(item)];
        }

        foreach (object example in examples.DistinctBy(e => e.GetType()))
        {
            string text = Yaml(example);
            yield return ($"[{text}]", false);
            yield return ($"[{text}, {text}]", false);
            foreach ((string changed, bool isLong) in Records(example))
            {
                yield return ($"[{changed}]", isLong);
            }
        }
    }

    private static IEnumerable<(string Text, bool IsLong)> Records(object record) =>
        from setting in new RecordShape(record.GetType()).Settings
        from variant in Variants(setting, setting.Property.GetValue(record))
        select (Yaml(record, setting.Key, variant.Text), variant.IsLong);

    private static IEnumerable<(string Text, bool IsLong)> Maps(RecordShape.Setting setting) =>
        Scalars(setting, setting.ValueType.GetGenericArguments()[1])
            .Select(v => ($"{{\"{LimitRuns.Budget}\": {v.Text}}}", v.IsLong))
            .Append(("{x: 2}", false))
            .Append(("{\"7\": 2}", false));

    private static string Yaml(object value, string? key = null, string? other = null)
    {
        switch (value)
        {
            case string text:
                return $"\"{text.Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
            case bool flag:
                return flag ? "true" : "false";
            case Enum:
                return Names.SnakeCase(value.ToString()!);
            case IEnumerable items:
                return $"[{string.Join(", ", items.Cast<object>().Select(i => Yaml(i)))}]";
            case IFormattable number:
                return number.ToString(null, CultureInfo.InvariantCulture);
        }

        bool hasKind = value.GetType().BaseType is { IsAbstract: true };
        List<string> entries = hasKind ? [$"kind: {SettingKinds.All.NameOf(value)}"] : [];
        foreach (RecordShape.Setting setting in new RecordShape(value.GetType()).Settings)
        {
            if (setting.Key == key)
            {
                entries.Add($"{key}: {other}");
            }
            else if (setting.Property.GetValue(value) is object held)
            {
                entries.Add($"{setting.Key}: {Yaml(held)}");
            }
        }

        return $"{{{string.Join(", ", entries)}}}";
    }

    private static bool IsRecord(Type type) =>
        type.IsClass && type != typeof(string) && !type.IsArray && !typeof(IDictionary).IsAssignableFrom(type);

    private static double? Number(object? limit) => limit is null ? null : Convert.ToDouble(limit, CultureInfo.InvariantCulture);

    private static string Text(double number, bool isWhole) => number.ToString(isWhole ? "F0" : "R", CultureInfo.InvariantCulture);
}
