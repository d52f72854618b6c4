using System.Collections;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace Reproduce.Configuration;

/// <summary>
/// Writes settings records so that equal settings give equal texts, whatever the order of their files: keys sorted, numbers in their
/// shortest exact form, absent values left out. Hashes of configurations are taken of this text, so its form must not change.
/// </summary>
/// <remarks>
/// A setting that a record got later would change every old text. It carries <c>[JsonIgnore(Condition = WhenWritingDefault)]</c> and is
/// left out while it has its record's default. <c>[JsonIgnore]</c> alone marks a property that is no setting at all.
/// </remarks>
public static class CanonicalJson
{
    /// <summary>The record as JSON on one line. Enumerations are in snake_case; records with a kind carry it as <c>kind</c>.</summary>
    /// <param name="record">A settings record, an anonymous object, array or dictionary of them, or a single value.</param>
    /// <param name="kinds">The kinds of abstract records.</param>
    public static string Write(object record, KindCatalogue kinds)
    {
        ArgumentNullException.ThrowIfNull(record);
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
        {
            Write(json, record, kinds);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void Write(Utf8JsonWriter json, object value, KindCatalogue kinds)
    {
        switch (value)
        {
            case string text:
                json.WriteStringValue(text);
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case int number:
                json.WriteNumberValue(number);
                break;
            case long number:
                json.WriteNumberValue(number);
                break;
            case double number when double.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            case double number:
                json.WriteStringValue(FormattableString.Invariant($"{number}"));
                break;
            case Enum member:
                json.WriteStringValue(Names.SnakeCase(member.ToString()));
                break;
            case IDictionary map:
                WriteObject(json, map.Keys.Cast<string>().Select(key => (key, map[key])), kinds);
                break;
            case IEnumerable items:
                WriteArray(json, items, kinds);
                break;
            default:
                WriteRecord(json, value, kinds);
                break;
        }
    }

    private static void WriteArray(Utf8JsonWriter json, IEnumerable items, KindCatalogue kinds)
    {
        json.WriteStartArray();
        foreach (object? item in items)
        {
            // A hole in a list has a position, so it cannot be left out as a missing key can.
            if (item is null)
            {
                json.WriteNullValue();
            }
            else
            {
                Write(json, item, kinds);
            }
        }

        json.WriteEndArray();
    }

    private static void WriteRecord(Utf8JsonWriter json, object record, KindCatalogue kinds)
    {
        Type type = record.GetType();
        if (type.IsPrimitive || type.IsValueType)
        {
            throw new NotSupportedException($"{type.Name} is no type of a setting.");
        }

        // An anonymous object (a job's inputs put together) has no settable properties: all of them count.
        IEnumerable<(string Key, object? Value)> members = type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false)
            ? type.GetProperties().Select(property => (Names.SnakeCase(property.Name), property.GetValue(record)))
            : Settings(record, kinds);
        // The default kind is left out, so that a setting may become a choice of kinds without a change of old hashes.
        WriteObject(json, kinds.FindSpoken(type) is { } kind ? members.Prepend((KindCatalogue.Key, kind)) : members, kinds);
    }

    private static IEnumerable<(string Key, object? Value)> Settings(object record, KindCatalogue kinds)
    {
        RecordShape shape = new(record.GetType());
        object? defaults = shape.Settings.Any(setting => setting.IsLater) ? RecordShape.Create(record.GetType()) : null;
        return shape.Settings
            .Where(setting => !setting.IsLater || !Same(setting.Property.GetValue(record), setting.Property.GetValue(defaults)))
            .Select(setting => (setting.Key, setting.Property.GetValue(record)));

        bool Same(object? value, object? standard) =>
            value is null || standard is null ? value == standard : Write(value, kinds) == Write(standard, kinds);
    }

    private static void WriteObject(Utf8JsonWriter json, IEnumerable<(string Key, object? Value)> members, KindCatalogue kinds)
    {
        json.WriteStartObject();
        foreach ((string key, object? value) in members.OrderBy(member => member.Key, StringComparer.Ordinal))
        {
            if (value is not null)
            {
                json.WritePropertyName(key);
                Write(json, value, kinds);
            }
        }

        json.WriteEndObject();
    }
}
