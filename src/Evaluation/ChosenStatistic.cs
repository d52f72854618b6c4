using System.Globalization;

namespace Reproduce.Evaluation;

/// <summary>
/// A statistic of an array of numbers that a user has chosen by name: <c>mean</c>, <c>quantile:0.9</c>, or <c>y:argmax</c> of the array y
/// alone.
/// </summary>
public sealed record ChosenStatistic
{
    private static readonly Dictionary<string, Formula> s_formulas = new()
    {
        ["mean"] = new(null, (x, _) => x.Average()),
        ["sd"] = new(null, (x, _) => x.Length == 1 ? 0 : Math.Sqrt(SumOfSquares(x) / (x.Length - 1))),
        ["min"] = new(null, (x, _) => x.Min()),
        ["max"] = new(null, (x, _) => x.Max()),
        ["sum"] = new(null, (x, _) => x.Sum()),
        ["median"] = new(null, (x, _) => Quantiles.OfSorted([.. x.Order()], 0.5)),
        ["argmin"] = new(null, (x, _) => x.IndexOf(x.Min()) + 1),
        ["argmax"] = new(null, (x, _) => x.IndexOf(x.Max()) + 1),
        ["quantile"] = new("between 0 and 1", (x, q) => Quantiles.OfSorted([.. x.Order()], q), q => q is >= 0 and <= 1),
        ["autocorrelation"] = new("that is a lag of at least 1", Autocorrelation, IsCount),
        ["count-above"] = new("", (x, limit) => x.Count(v => v > limit)),
        ["count-below"] = new("", (x, limit) => x.Count(v => v < limit)),
        ["at"] = new("that is a place, from 1", (x, place) => x[(int)place - 1], IsCount),
    };

    private readonly Formula _formula;
    private readonly string _kind;
    private readonly double? _number;

    private ChosenStatistic(string? array, string kind, double? number)
    {
        (Array, _kind, _number, _formula) = (array, kind, number, s_formulas[kind]);
    }

    /// <summary>The array's name; null for every array.</summary>
    public string? Array { get; }

    /// <summary>What it is, such as "quantile 0.9".</summary>
    public string Name => _number is double number ? string.Create(CultureInfo.InvariantCulture, $"{_kind} {number}") : _kind;

    /// <summary>Reads a statistic as a user writes it.</summary>
    /// <param name="text">[ARRAY:]STATISTIC[:NUMBER].</param>
    /// <exception cref="FormatException">It is none; the message says what is expected.</exception>
    public static ChosenStatistic Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] parts = text.Split(':');
        // An array may have a statistic's name.
        bool hasArray = parts.Length > 1 && s_formulas.ContainsKey(parts[1]);
        string[] rest = hasArray ? parts[1..] : parts;
        if (!s_formulas.TryGetValue(rest[0], out Formula? formula))
        {
            throw new FormatException(
                $"'{text}': expected one of {string.Join(", ", s_formulas.Keys)}, of one array alone as ARRAY:STATISTIC");
        }

        if (formula.Number is null)
        {
            return rest.Length == 1
                ? new ChosenStatistic(hasArray ? parts[0] : null, rest[0], null)
                : throw new FormatException($"'{text}': expected nothing after {rest[0]}");
        }

        string expected = $"'{text}': expected {rest[0]}:NUMBER, a number {formula.Number}".TrimEnd();
        return rest.Length == 2
            && double.TryParse(rest[1], NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            && double.IsFinite(number) && formula.IsPossible(number)
                ? new ChosenStatistic(hasArray ? parts[0] : null, rest[0], number)
                : throw new FormatException(expected);
    }

    /// <summary>What is wrong with it for an observation; null when nothing is.</summary>
    /// <param name="lengths">How many numbers each array of an observation has.</param>
    public string? Problem(IReadOnlyDictionary<string, int> lengths)
    {
        ArgumentNullException.ThrowIfNull(lengths);
        if (Array is not null && !lengths.ContainsKey(Array))
        {
            return $"there is no array '{Array}'; the arrays are {string.Join(", ", lengths.Keys)}";
        }

        int length = Array is null ? lengths.Values.Min() : lengths[Array];
        return IsOf(length) ? null : $"{Name}: the array has {length} numbers";
    }

    /// <summary>Whether an array of so many numbers has the statistic: not a place beyond its end, nor a lag as long as it is.</summary>
    /// <param name="count">How many numbers.</param>
    public bool IsOf(int count) => count > 0 && _kind switch
    {
        "autocorrelation" => _number < count,
        "at" => _number <= count,
        _ => true,
    };

    /// <summary>The statistic of an array.</summary>
    /// <param name="x">Its numbers, as many as <see cref="IsOf"/> asks for.</param>
    public double Of(double[] x) => _formula.Compute(x, _number ?? 0);

    private static bool IsCount(double number) => number >= 1 && number <= int.MaxValue && number == Math.Floor(number);

    private static double SumOfSquares(double[] x)
    {
        double mean = x.Average();
        return x.Sum(v => (v - mean) * (v - mean));
    }

    // Of a series that does not vary it is 0.
    private static double Autocorrelation(double[] x, double lag)
    {
        int k = (int)lag;
        double mean = x.Average(), all = SumOfSquares(x);
        return all == 0 ? 0 : x.Skip(k).Zip(x, (later, earlier) => (later - mean) * (earlier - mean)).Sum() / all;
    }

    // Number: what is said of the number that it needs; null for none.
    private sealed record Formula(string? Number, Func<double[], double, double> Compute, Func<double, bool>? Accepts = null)
    {
        public bool IsPossible(double number) => Accepts?.Invoke(number) ?? true;
    }
}
