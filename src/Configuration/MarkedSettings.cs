using System.Reflection;

namespace Reproduce.Configuration;

/// <summary>
/// Parts of a settings record that an attribute marks: what decides one result of a run and not another is said once, at the property.
/// </summary>
public static class MarkedSettings
{
    /// <summary>The record with every marked setting at its default, those of records inside it too.</summary>
    /// <typeparam name="T">The record's type, or a base of it.</typeparam>
    /// <param name="record">A settings record; it does not change. What is inside its lists and maps is left as it is.</param>
    /// <param name="marks">The attributes. A list that must be given has no default; it becomes empty.</param>
    public static T Without<T>(T record, params Type[] marks)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(record);
        return (T)Reset(record, marks);
    }

    /// <summary>The marked settings of a record and of the records inside it, by property name.</summary>
    /// <param name="record">A settings record.</param>
    /// <param name="mark">The attribute.</param>
    /// <exception cref="ArgumentException">Two of them have the same name: a mistake in the program.</exception>
    public static Dictionary<string, object?> Only(object record, Type mark)
    {
        ArgumentNullException.ThrowIfNull(record);
        return Marked(record, mark).ToDictionary(StringComparer.Ordinal);
    }

    private static object Reset(object record, Type[] marks)
    {
        Type type = record.GetType();
        object? copy = null;
        object? defaults = null;
        foreach (RecordShape.Setting setting in new RecordShape(type).Settings)
        {
            object? value = setting.Property.GetValue(record);
            object? wanted = value;
            if (marks.Any(mark => setting.Property.IsDefined(mark)))
            {
                wanted = setting.Property.GetValue(defaults ??= RecordShape.Create(type)) ?? Nothing(setting);
            }
            else if (value is not null && CloneOf(value.GetType()) is not null)
            {
                wanted = Reset(value, marks);
            }

            if (!ReferenceEquals(value, wanted))
            {
                setting.Property.SetValue(copy ??= CloneOf(type)!.Invoke(record, null), wanted);
            }
        }

        return copy ?? record;
    }

    private static IEnumerable<KeyValuePair<string, object?>> Marked(object record, Type mark)
    {
        foreach (RecordShape.Setting setting in new RecordShape(record.GetType()).Settings)
        {
            object? value = setting.Property.GetValue(record);
            if (setting.Property.IsDefined(mark))
            {
                yield return new KeyValuePair<string, object?>(setting.Key, value);
            }
            else if (value is not null && CloneOf(value.GetType()) is not null)
            {
                foreach (KeyValuePair<string, object?> inner in Marked(value, mark))
                {
                    yield return inner;
                }
            }
        }
    }

    private static Array? Nothing(RecordShape.Setting setting) => setting.ValueType.IsArray && !setting.AllowsNull
        ? Array.CreateInstance(setting.ValueType.GetElementType()!, 0)
        : null;

    // What 'with' calls; only records have it.
    private static MethodInfo? CloneOf(Type type) => type.GetMethod("<Clone>$");
}
