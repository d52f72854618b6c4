using System.Text.Json.Nodes;

namespace Reproduce.Configuration;

/// <summary>Sentences of JSON Schema.</summary>
internal static class SchemaParts
{
    /// <summary>Where a key has a value, something holds.</summary>
    public static JsonObject If(string key, string value, JsonObject then) => new()
    {
        ["if"] = new JsonObject
        {
            ["type"] = "object",
            ["required"] = Texts([key]),
            ["properties"] = new JsonObject { [key] = new JsonObject { ["const"] = value } },
        },
        ["then"] = then,
    };

    /// <summary>Where a key is not there, or has nothing behind it, something holds.</summary>
    public static JsonObject Without(string key, JsonObject then) => new()
    {
        ["if"] = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject { [key] = new JsonObject { ["type"] = "null" } },
        },
        ["then"] = then,
    };

    /// <summary>A schema that lets nothing (<c>~</c>) pass, too.</summary>
    public static JsonObject OrNothing(JsonObject schema)
    {
        switch (schema["type"])
        {
            case JsonValue single:
                schema["type"] = Texts([single.GetValue<string>(), "null"]);
                return schema;
            case JsonArray several:
                several.Add("null");
                return schema;
            default:
                if (schema["enum"] is JsonArray names)
                {
                    names.Add(null);
                    return schema;
                }

                return new JsonObject { ["anyOf"] = new JsonArray(schema, new JsonObject { ["type"] = "null" }) };
        }
    }

    /// <summary>A record's default; null for one that an editor could not show in a line.</summary>
    public static JsonNode? Default(object? value) => value switch
    {
        string text => text.Length > 0 ? text : null,
        bool flag => flag,
        int number => number,
        long number => number,
        double number => number,
        Enum member => Names.SnakeCase(member.ToString()),
        Array items when items.Cast<object>().All(i => Default(i) is not null) =>
            new JsonArray([.. items.Cast<object>().Select(Default)]),
        _ => null,
    };

    /// <summary>A list of texts.</summary>
    public static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(t => (JsonNode?)t)]);
}
