using System.Text.Json.Nodes;
using static Reproduce.Configuration.SchemaParts;

namespace Reproduce.Configuration;

/// <summary>
/// Writes the JSON Schema (draft 7) of files that <see cref="YamlBinder"/> reads, of the records themselves: keys, kinds, descriptions,
/// defaults and limits, for editors. It refuses nothing that the binder accepts; mistakes that take several values to tell it lets pass.
/// </summary>
public sealed class SettingsSchema
{
    private const string Draft = "http://json-schema.org/draft-07/schema#";
    private const string SafeName = "[a-z0-9][a-z0-9_-]{0,63}";
    private const string AnyWildcard = @"^\*";

    private readonly KindCatalogue _kinds;
    private readonly SettingsDocumentation _documentation;
    private readonly SharedSettings? _shared;
    private readonly SortedDictionary<string, JsonObject> _definitions = new(StringComparer.Ordinal);
    private readonly HashSet<Type> _unions = [];

    /// <summary>A writer for one file.</summary>
    /// <param name="kinds">The kinds of abstract records.</param>
    /// <param name="documentation">Where descriptions come from.</param>
    /// <param name="shared">Records that may start from a shared file; null for none.</param>
    public SettingsSchema(KindCatalogue kinds, SettingsDocumentation documentation, SharedSettings? shared = null) =>
        (_kinds, _documentation, _shared) = (kinds, documentation, shared);

    /// <summary>Records of which a file may give the name of a shared one, and then only what differs.</summary>
    /// <param name="Base">The abstract record.</param>
    /// <param name="Key">The key that names the shared file.</param>
    /// <param name="Kinds">The kind of each shared file, by its name.</param>
    public sealed record SharedSettings(Type Base, string Key, IReadOnlyDictionary<string, string> Kinds);

    /// <summary>The schema of a whole file.</summary>
    /// <param name="record">The record that the file is bound onto; for an abstract one, its kinds.</param>
    /// <param name="title">What the file is.</param>
    public JsonObject OfFile(Type record, string title) => Document(title, Record(record, isPartial: false));

    /// <summary>
    /// The schema of a file that is laid over others: nothing must be there, <c>~</c> takes away, and wildcards stand for names.
    /// </summary>
    /// <param name="record">The record of the files below it; for an abstract one, its kinds.</param>
    /// <param name="title">What the file is.</param>
    /// <param name="extra">Keys that only such a file has, with their schemas; null for none.</param>
    public JsonObject OfOverlay(Type record, string title, JsonObject? extra = null)
    {
        JsonObject whole = Record(record, isPartial: true);
        foreach ((string key, JsonNode? schema) in extra ?? [])
        {
            _definitions[DefinitionName(record, isPartial: true)]["properties"]!.AsObject().Add(key, schema!.DeepClone());
        }

        return Document(title, whole);
    }

    private JsonObject Document(string title, JsonObject whole)
    {
        foreach (Type type in _unions)
        {
            _definitions.Add(DefinitionName(type, isPartial: true), Union(type));
        }

        JsonObject definitions = new(_definitions.Select(d => KeyValuePair.Create(d.Key, (JsonNode?)d.Value)));
        JsonObject document = new() { ["$schema"] = Draft, ["title"] = title };
        document["allOf"] = new JsonArray(whole);
        document["definitions"] = definitions;
        return document;
    }

    private JsonObject Record(Type type, bool isPartial) => type.IsAbstract ? Choice(type, isPartial) : Reference(type, isPartial);

    private JsonObject Reference(Type type, bool isPartial)
    {
        string name = DefinitionName(type, isPartial);
        if (!_definitions.ContainsKey(name))
        {
            JsonObject definition = [];
            _definitions.Add(name, definition);
            Fill(definition, type, isPartial);
        }

        return new JsonObject { ["$ref"] = $"#/definitions/{name}" };
    }

    private static string DefinitionName(Type type, bool isPartial) => isPartial ? $"{type.Name}.overlay" : type.Name;

    private void Fill(JsonObject definition, Type type, bool isPartial)
    {
        RecordShape shape = new(type);
        JsonObject properties = [];
        if (_kinds.Find(type) is not null)
        {
            // It is described where the kind is chosen.
            JsonObject key = KindKey(_kinds.Of(BaseOf(type)), isPartial);
            key.Remove("description");
            properties.Add(KindCatalogue.Key, key);
        }

        if (isPartial && _shared is { } shared && type.IsSubclassOf(shared.Base))
        {
            properties.Add(shared.Key, new JsonObject());
        }

        object defaults = RecordShape.Create(type);
        foreach (RecordShape.Setting setting in shape.Settings)
        {
            properties.Add(setting.Key, Setting(setting, defaults, isPartial));
        }

        definition["description"] = _documentation.Of(type);
        definition["type"] = "object";
        definition["additionalProperties"] = false;
        if (isPartial)
        {
            AddWildcards(properties, shape);
            definition["patternProperties"] = new JsonObject { [AnyWildcard] = new JsonObject() };
        }

        definition["properties"] = properties;
        string[] required = [.. shape.Settings.Where(s => s.IsRequired).Select(s => s.Key)];
        if (!isPartial && required.Length > 0)
        {
            definition["required"] = Texts(required);
        }
    }

    // "*:deep-set" in a map stands for every entry of that kind.
    private void AddWildcards(JsonObject properties, RecordShape shape)
    {
        foreach (RecordShape.Setting setting in shape.Settings.Where(s => s.ValueType.IsAbstract && s.ValueType.IsClass))
        {
            foreach ((string kind, Type type) in _kinds.Of(setting.ValueType).Types)
            {
                properties.TryAdd(YamlOverlay.KindWildcard + kind, OrNothing(Reference(type, isPartial: true)));
            }
        }
    }

    private JsonObject Setting(RecordShape.Setting setting, object defaults, bool isPartial)
    {
        JsonObject schema = Value(setting.ValueType, setting.Rules, isPartial);
        if (isPartial || !setting.IsRequired || setting.AllowsNull)
        {
            schema = OrNothing(schema);
        }

        // Draft 7 passes over what stands beside a reference.
        schema = schema.ContainsKey("$ref") ? new JsonObject { ["allOf"] = new JsonArray(schema) } : schema;
        schema.Remove("description");
        schema.Insert(0, "description", _documentation.Of(setting.Property));
        if (!setting.IsRequired && Default(setting.Property.GetValue(defaults)) is { } standard)
        {
            schema["default"] = standard;
        }

        return schema;
    }

    private JsonObject Value(Type type, ValueRules rules, bool isPartial)
    {
        if (ScalarConverter.Handles(type))
        {
            return Scalar(type, rules);
        }

        if (type.IsArray)
        {
            // A list is replaced whole, so its records are whole in an overlay too.
            JsonObject list = new() { ["type"] = "array", ["items"] = Value(type.GetElementType()!, rules, isPartial: false) };
            rules.AddLengths(list, "Items");
            return list;
        }

        return TreeBinder.IsDictionary(type, out Type? item) ? Map(item, rules, isPartial) : Record(type, isPartial);
    }

    private JsonObject Map(Type item, ValueRules rules, bool isPartial)
    {
        JsonObject value = Value(item, rules, isPartial);
        JsonObject map = new()
        {
            ["type"] = "object",
            ["propertyNames"] = new JsonObject { ["pattern"] = isPartial ? $@"^(\*(:.+)?|{SafeName})$" : $"^{SafeName}$" },
            ["additionalProperties"] = isPartial ? OrNothing(value) : value,
        };
        rules.AddLengths(map, "Properties");
        if (isPartial && item is { IsAbstract: true, IsClass: true })
        {
            map["properties"] = new JsonObject(_kinds.Of(item).Types.Select(k => KeyValuePair.Create(
                YamlOverlay.KindWildcard + k.Key, (JsonNode?)OrNothing(Reference(k.Value, isPartial: true)))));
        }

        return map;
    }

    private static JsonObject Scalar(Type type, ValueRules rules)
    {
        if (rules.Allowed is not null || type.IsEnum)
        {
            return new JsonObject { ["enum"] = Texts(rules.Allowed ?? ScalarConverter.EnumNames(type)) };
        }

        // A number or a truth value without quotes is text, too, where text is expected.
        JsonObject scalar = new()
        {
            ["type"] = type == typeof(bool) ? "boolean" : type == typeof(double) ? "number"
                : type == typeof(string) ? Texts(["string", "number", "boolean"]) : "integer",
        };
        rules.AddLimits(scalar);
        if (type == typeof(string))
        {
            rules.AddLengths(scalar, "Length");
        }

        return rules.KnowsAuto
            ? new JsonObject { ["anyOf"] = new JsonArray(scalar, new JsonObject { ["const"] = AutoIsZeroAttribute.Word }) }
            : scalar;
    }

    private JsonObject Choice(Type type, bool isPartial)
    {
        KindCatalogue.Kinds kinds = _kinds.Of(type);
        JsonObject choice = new()
        {
            ["description"] = _documentation.Of(type),
            ["type"] = "object",
            ["properties"] = new JsonObject { [KindCatalogue.Key] = KindKey(kinds, isPartial || kinds.Standard is not null) },
        };
        JsonArray cases = [.. kinds.Types.Select(k => If(KindCatalogue.Key, k.Key, Reference(k.Value, isPartial)))];
        if (isPartial)
        {
            cases.Add(Without(KindCatalogue.Key, AnyOf(type)));
        }
        else if (kinds.Find(kinds.Standard) is { } standard)
        {
            cases.Add(Without(KindCatalogue.Key, Reference(standard, isPartial: false)));
        }

        if (isPartial || _shared is not { } shared || shared.Base != type)
        {
            choice["allOf"] = cases;
            if (!isPartial && kinds.Standard is null)
            {
                choice["required"] = Texts([KindCatalogue.Key]);
            }

            return choice;
        }

        choice["properties"]!.AsObject().Insert(0, shared.Key, new JsonObject
        {
            ["description"] = "The shared settings that these are laid over.",
            ["enum"] = Texts(shared.Kinds.Keys.Order(StringComparer.Ordinal)),
        });
        choice["if"] = new JsonObject { ["type"] = "object", ["required"] = Texts([shared.Key]) };
        choice["then"] = new JsonObject
        {
            ["allOf"] = new JsonArray(
            [
                .. shared.Kinds.OrderBy(k => k.Key, StringComparer.Ordinal)
                    .Where(k => kinds.Find(k.Value) is not null)
                    .Select(k => If(shared.Key, k.Key, Reference(kinds.Find(k.Value)!, isPartial: true))),
            ]),
        };
        choice["else"] = new JsonObject { ["required"] = Texts([KindCatalogue.Key]), ["allOf"] = cases };
        return choice;
    }

    // Which kind an overlay is laid over it does not know: any key of any of them will do.
    private JsonObject AnyOf(Type type)
    {
        _unions.Add(type);
        return new JsonObject { ["$ref"] = $"#/definitions/{DefinitionName(type, isPartial: true)}" };
    }

    // At the end, as records may hold each other.
    private JsonObject Union(Type type)
    {
        JsonObject properties = new() { [KindCatalogue.Key] = new JsonObject() };
        foreach (Type kind in _kinds.Of(type).Types.Values)
        {
            foreach ((string key, JsonNode? schema) in _definitions[DefinitionName(kind, isPartial: true)]["properties"]!.AsObject())
            {
                if (!properties.TryAdd(key, schema!.DeepClone()) && !JsonNode.DeepEquals(properties[key], schema))
                {
                    properties[key] = new JsonObject { ["anyOf"] = new JsonArray(properties[key]!.DeepClone(), schema.DeepClone()) };
                }
            }
        }

        return new JsonObject
        {
            ["description"] = _documentation.Of(type),
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["patternProperties"] = new JsonObject { [AnyWildcard] = new JsonObject() },
            ["properties"] = properties,
        };
    }

    private JsonObject KindKey(KindCatalogue.Kinds kinds, bool mayBeNothing)
    {
        JsonArray names = Texts(kinds.Names);
        if (mayBeNothing || kinds.Standard is not null)
        {
            names.Add(null);
        }

        JsonObject key = new()
        {
            ["description"] = string.Join(" ", kinds.Types.Select(k => $"{k.Key}: {_documentation.Of(k.Value)}")),
            ["enum"] = names,
        };
        if (kinds.Standard is { } standard)
        {
            key["default"] = standard;
        }

        return key;
    }

    private Type BaseOf(Type record)
    {
        Type type = record;
        while (!_kinds.HasKinds(type))
        {
            type = type.BaseType!;
        }

        return type;
    }
}
