using System.Collections;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace Reproduce.Runner.Configuration.Yaml;

/// <summary>
/// Writes settings records so that equal settings give equal texts, whatever the order of their files: keys sorted, numbers in their
/// shortest exact form, absent values left out. Hashes of configurations are taken of this text, so its form must not change.
/// </summary>
public static class CanonicalJson
{
    /// <summary>The record as JSON on one line. Enumerations are in snake_case; records with a kind carry it as <c>kind</c>.</summary>
    /// <param name="record">A settings record, an array or dictionary of them, or a single value.</param>
    public static string Write(object record)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream)) Write(json, record);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void Write(Utf8JsonWriter json, object value)
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
                json.WriteStringValue(SettingNames.SnakeCase(member.ToString()));
                break;
            case IDictionary map:
                WriteObject(json, map.Keys.Cast<string>().Select(key => (key, map[key])));
                break;
            case IEnumerable items:
                WriteArray(json, items);
                break;
            default:
                WriteRecord(json, value);
                break;
        }
    }

    private static void WriteArray(Utf8JsonWriter json, IEnumerable items)
    {
        json.WriteStartArray();
        foreach (var item in items)
        {
            // A hole in a list has a position, so it cannot be left out as a missing key can.
            if (item is null) json.WriteNullValue();
            else Write(json, item);
        }

        json.WriteEndArray();
    }

    private static void WriteRecord(Utf8JsonWriter json, object record)
    {
        var type = record.GetType();
        if (type.IsPrimitive || type.IsValueType) throw new NotSupportedException($"{type.Name} is no type of a setting.");
        // An anonymous object (a job's inputs put together) has no settable properties: all of them count.
        var members = type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false)
            ? type.GetProperties().Select(property => (SettingNames.SnakeCase(property.Name), property.GetValue(record)))
            : new RecordShape(type).Settings.Select(setting => (setting.Key, setting.Property.GetValue(record)));
        // The default kind is left out, so that a setting may become a choice of kinds without a change of old hashes.
        WriteObject(json, KindAttribute.Find(type) is { } kind && !KindAttribute.IsDefaultKind(type) ? members.Prepend((KindAttribute.Key, kind)) : members);
    }

    private static void WriteObject(Utf8JsonWriter json, IEnumerable<(string Key, object? Value)> members)
    {
        json.WriteStartObject();
        foreach (var (key, value) in members.OrderBy(member => member.Key, StringComparer.Ordinal))
        {
            if (value is null) continue;
            json.WritePropertyName(key);
            Write(json, value);
        }

        json.WriteEndObject();
    }
}
