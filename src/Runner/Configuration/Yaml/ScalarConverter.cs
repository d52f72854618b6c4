using System.Globalization;

namespace Reproduce.Runner.Configuration.Yaml;

/// <summary>Turns the text of a single value into text, a number, a truth value or a member of an enumeration.</summary>
internal static class ScalarConverter
{
    private const NumberStyles Real = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    /// <summary>True for the types that this class converts to.</summary>
    public static bool Handles(Type type) => type.IsEnum || type == typeof(string) || type == typeof(bool)
        || type == typeof(int) || type == typeof(long) || type == typeof(double);

    /// <summary>The names of an enumeration's members in files.</summary>
    public static IEnumerable<string> EnumNames(Type type) => Enum.GetNames(type).Select(SettingNames.SnakeCase);

    /// <summary>What a value of this type is called in error messages, without its rules.</summary>
    public static string Noun(Type type)
    {
        if (type == typeof(bool)) return "true or false";
        if (type == typeof(int) || type == typeof(long)) return "an integer";
        if (type == typeof(double)) return "a number";
        return type.IsEnum ? $"one of {string.Join(", ", EnumNames(type))}" : "a text";
    }

    /// <summary>The value, or null when the text does not say one. A quoted text is text, also when its letters are digits.</summary>
    public static object? Convert(YamlScalar scalar, Type type)
    {
        if (type == typeof(string)) return scalar.Text;
        if (type.IsEnum) return EnumValue(scalar.Text, type);
        if (scalar.IsQuoted) return null;
        var invariant = CultureInfo.InvariantCulture;
        if (type == typeof(bool)) return scalar.Text switch { "true" => true, "false" => false, _ => null };
        if (type == typeof(int)) return int.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, invariant, out var number) ? number : null;
        if (type == typeof(long)) return long.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, invariant, out var large) ? large : null;
        return double.TryParse(scalar.Text, Real, invariant, out var real) && double.IsFinite(real) ? real : null;
    }

    private static object? EnumValue(string text, Type type)
    {
        var name = Enum.GetNames(type).FirstOrDefault(name => SettingNames.SnakeCase(name) == text);
        return name is null ? null : Enum.Parse(type, name);
    }
}
