using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Reproduce.Configuration;

/// <summary>
/// The rules that a property's attributes state. Range, pattern and allowed values hold for a value and, in a list or a map, for each item;
/// lengths hold for a text or for the number of items.
/// </summary>
internal sealed class ValueRules
{
    // By the clock: a busy machine must not refuse what is right.
    private static readonly TimeSpan PatternTimeout = TimeSpan.FromSeconds(2);

    private readonly RangeAttribute? _range;
    private readonly RegularExpressionAttribute? _pattern;
    private readonly AllowedValuesAttribute? _allowed;
    private readonly ValidationAttribute[] _others;
    private readonly int _minimumLength;
    private readonly int _maximumLength = int.MaxValue;

    /// <summary>Reads the attributes of a property.</summary>
    public ValueRules(MemberInfo property)
    {
        List<ValidationAttribute> rules = property.GetCustomAttributes<ValidationAttribute>(inherit: true).ToList();
        _range = rules.OfType<RangeAttribute>().FirstOrDefault();
        _pattern = rules.OfType<RegularExpressionAttribute>().FirstOrDefault();
        KnowsAuto = property.IsDefined(typeof(AutoIsZeroAttribute), inherit: true);
        _allowed = rules.OfType<AllowedValuesAttribute>().FirstOrDefault();
        foreach (ValidationAttribute rule in rules)
        {
            if (rule is MinLengthAttribute minimum)
            {
                _minimumLength = minimum.Length;
            }

            if (rule is MaxLengthAttribute maximum)
            {
                _maximumLength = maximum.Length;
            }

            if (rule is LengthAttribute both)
            {
                (_minimumLength, _maximumLength) = (both.MinimumLength, both.MaximumLength);
            }
        }

        _others = [.. rules.Where(rule => rule is not (RangeAttribute or RegularExpressionAttribute or AllowedValuesAttribute
            or MinLengthAttribute or MaxLengthAttribute or LengthAttribute))];
    }

    /// <summary>Whether "auto" stands for 0.</summary>
    public bool KnowsAuto { get; }

    /// <summary>The allowed values as they are written, or null when any will do.</summary>
    public IReadOnlyList<string>? Allowed => _allowed is null ? null : [.. _allowed.Values.Select(Write)];

    /// <summary>Adds the range or the pattern to a noun: <c>an integer of at least 1</c>.</summary>
    public string Narrow(string noun) => KnowsAuto ? $"{AutoIsZeroAttribute.Word} or {NarrowNumber(noun)}" : NarrowNumber(noun);

    private string NarrowNumber(string noun)
    {
        if (Allowed is { } allowed)
        {
            return $"one of {string.Join(", ", allowed)}";
        }

        if (_pattern is not null)
        {
            return $"{noun} of the form {_pattern.Pattern}";
        }

        if (_range is null)
        {
            return noun;
        }

        (double low, double high) = Bounds(_range);
        string above = _range.MinimumIsExclusive ? $"greater than {Write(low)}" : $"of at least {Write(low)}";
        string below = _range.MaximumIsExclusive ? $"less than {Write(high)}" : $"at most {Write(high)}";
        bool hasLow = low > int.MinValue;
        // Range wants both ends; the largest integer is how its users say "no upper end".
        bool hasHigh = high < int.MaxValue;
        bool isClosed = !_range.MinimumIsExclusive && !_range.MaximumIsExclusive;
        if (hasLow && hasHigh && isClosed)
        {
            return $"{noun} from {Write(low)} to {Write(high)}";
        }

        if (hasLow && hasHigh)
        {
            return $"{noun} {above} and {below}";
        }

        if (hasLow)
        {
            return $"{noun} {above}";
        }

        return hasHigh ? $"{noun} {(_range.MaximumIsExclusive ? "" : "of ")}{below}" : noun;
    }

    /// <summary>True when a single value keeps the range, the pattern and the list of allowed values.</summary>
    public bool Accepts(object value)
    {
        if (_allowed is not null && !_allowed.Values.Any(allowed => Write(allowed) == Write(value)))
        {
            return false;
        }

        if (_pattern is not null && value is string text && !Matches(_pattern.Pattern, text))
        {
            return false;
        }

        if (_range is null || value is not (int or long or double))
        {
            return true;
        }

        double number = Convert.ToDouble(value, CultureInfo.InvariantCulture);
        (double low, double high) = Bounds(_range);
        return (_range.MinimumIsExclusive ? number > low : number >= low) && (_range.MaximumIsExclusive ? number < high : number <= high);
    }

    /// <summary>What is wrong with the number of items or letters, or null.</summary>
    /// <param name="length">The number.</param>
    /// <param name="unit">What is counted, in the singular.</param>
    public string? LengthProblem(int length, string unit)
    {
        if (length >= _minimumLength && length <= _maximumLength)
        {
            return null;
        }

        string Count(int number) => $"{Write(number)} {unit}{(number == 1 ? "" : "s")}";
        string expected = _minimumLength == _maximumLength ? $"exactly {Count(_minimumLength)}"
            : _maximumLength == int.MaxValue ? $"at least {Count(_minimumLength)}"
            : _minimumLength == 0 ? $"at most {Count(_maximumLength)}"
            : $"{Write(_minimumLength)} to {Count(_maximumLength)}";
        return $"expected {expected}, got {Write(length)}.";
    }

    /// <summary>What rules that are not known here say about a whole value.</summary>
    public IEnumerable<string> OtherProblems(object value, string key) =>
        _others.Where(rule => !rule.IsValid(value)).Select(rule => rule.FormatErrorMessage(key));

    /// <summary>Says range and pattern in a JSON schema.</summary>
    /// <param name="schema">The schema of a single value.</param>
    public void AddLimits(JsonObject schema)
    {
        if (_pattern is not null)
        {
            schema["pattern"] = $"^(?:{_pattern.Pattern})$";
        }

        if (_range is null)
        {
            return;
        }

        (double low, double high) = Bounds(_range);
        if (low > int.MinValue)
        {
            schema[_range.MinimumIsExclusive ? "exclusiveMinimum" : "minimum"] = low;
        }

        if (high < int.MaxValue)
        {
            schema[_range.MaximumIsExclusive ? "exclusiveMaximum" : "maximum"] = high;
        }
    }

    /// <summary>Says in a JSON schema how many items or letters there may be.</summary>
    /// <param name="schema">The schema of a text, a list or a map.</param>
    /// <param name="unit">What is counted, as the schema's words end: Length, Items or Properties.</param>
    public void AddLengths(JsonObject schema, string unit)
    {
        if (_minimumLength > 0)
        {
            schema[$"min{unit}"] = _minimumLength;
        }

        if (_maximumLength < int.MaxValue)
        {
            schema[$"max{unit}"] = _maximumLength;
        }
    }

    private static (double Low, double High) Bounds(RangeAttribute range) =>
        (Convert.ToDouble(range.Minimum, CultureInfo.InvariantCulture), Convert.ToDouble(range.Maximum, CultureInfo.InvariantCulture));

    // RegularExpressionAttribute.IsValid is not used: it lets the empty text pass whatever the pattern says.
    private static bool Matches(string pattern, string text)
    {
        try
        {
            return Regex.IsMatch(text, $@"^(?:{pattern})\z", RegexOptions.CultureInvariant, PatternTimeout);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }

    private static string Write(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
}

/// <summary>Turns the text of a single value into text, a number, a truth value or a member of an enumeration.</summary>
internal static class ScalarConverter
{
    private const NumberStyles Real = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    /// <summary>True for the types that this class converts to.</summary>
    public static bool Handles(Type type) => type.IsEnum || type == typeof(string) || type == typeof(bool)
        || type == typeof(int) || type == typeof(long) || type == typeof(double);

    /// <summary>The names of an enumeration's members in files.</summary>
    public static IEnumerable<string> EnumNames(Type type) => Enum.GetNames(type).Select(Names.SnakeCase);

    /// <summary>What a value of this type is called in error messages, without its rules.</summary>
    public static string Noun(Type type)
    {
        if (type == typeof(bool))
        {
            return "true or false";
        }

        if (type == typeof(int) || type == typeof(long))
        {
            return "an integer";
        }

        if (type == typeof(double))
        {
            return "a number";
        }

        return type.IsEnum ? $"one of {string.Join(", ", EnumNames(type))}" : "a text";
    }

    /// <summary>The value, or null when the text does not say one. A quoted text is text, also when its letters are digits.</summary>
    public static object? Convert(YamlScalar scalar, Type type)
    {
        if (type == typeof(string))
        {
            return scalar.Text;
        }

        if (type.IsEnum)
        {
            return EnumValue(scalar.Text, type);
        }

        if (scalar.IsQuoted)
        {
            return null;
        }

        CultureInfo invariant = CultureInfo.InvariantCulture;
        if (type == typeof(bool))
        {
            return scalar.Text switch { "true" => true, "false" => false, _ => null };
        }

        if (type == typeof(int))
        {
            return int.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, invariant, out int number) ? number : null;
        }

        if (type == typeof(long))
        {
            return long.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, invariant, out long large) ? large : null;
        }

        return double.TryParse(scalar.Text, Real, invariant, out double real) && double.IsFinite(real) ? real : null;
    }

    private static object? EnumValue(string text, Type type)
    {
        string? name = Enum.GetNames(type).FirstOrDefault(name => Names.SnakeCase(name) == text);
        return name is null ? null : Enum.Parse(type, name);
    }
}
