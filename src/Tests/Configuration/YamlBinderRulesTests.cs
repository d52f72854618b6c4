using System.ComponentModel.DataAnnotations;
using NUnit.Framework;
using Reproduce.Configuration;
using RangeAttribute = System.ComponentModel.DataAnnotations.RangeAttribute;

namespace Reproduce.Tests.Configuration;

/// <summary>Rules that the sample experiment has no use for, and records that no file could be bound to.</summary>
[TestFixture]
public sealed class YamlBinderRulesTests
{
    [TestCase("{low: -1}", "f.yaml(1,7): low: expected an integer of at most -2, got '-1'.")]
    [TestCase("{below: 2.5}", "f.yaml(1,9): below: expected a number less than 2.5, got '2.5'.")]
    [TestCase("{above: 0}", "f.yaml(1,9): above: expected an integer greater than 0, got '0'.")]
    [TestCase("{steps: 3}", "f.yaml(1,9): steps: expected one of 1, 2, 4, got '3'.")]
    [TestCase("{pair: [1]}", "f.yaml(1,8): pair: expected exactly 2 items, got 1.")]
    [TestCase("{rows: -1}", "f.yaml(1,8): rows: expected auto or an integer of at least 0, got '-1'.")]
    [TestCase("{rows: all}", "f.yaml(1,8): rows: expected auto or an integer of at least 0, got 'all'.")]
    [TestCase("{word: a}", "f.yaml(1,8): word: expected 2 to 4 characters, got 1.")]
    [TestCase("{few: {a: 1, b: 2}}", "f.yaml(1,7): few: expected at most 1 item, got 2.")]
    [TestCase("{mail: x}", "f.yaml(1,8): mail: The mail field is not a valid e-mail address.")]
    [TestCase("{open: 1}", "f.yaml(1,1): maybe: this key is missing; expected a text.")]
    [TestCase("{grid: [[1, 2], [3, x]]}", "f.yaml(1,21): grid[1][1]: expected an integer, got 'x'.")]
    public void EveryRuleHasItsWords(string yaml, string expected)
    {
        string complete = yaml == "{open: 1}" ? "{}" : $"{yaml[..^1]}, maybe: ~}}";
        Assert.That(Sample.ErrorOf(() => YamlBinder.Bind<Rules>(YamlReader.Parse(complete, "f.yaml"), Sample.Kinds)), Is.EqualTo(expected));
    }

    [TestCase("auto", 0)]
    [TestCase("0", 0)]
    [TestCase("7", 7)]
    public void AutoIsZero(string text, int rows)
    {
        Rules rules = YamlBinder.Bind<Rules>(YamlReader.Parse($"{{rows: {text}, maybe: ~}}", "f.yaml"), Sample.Kinds);
        Assert.That(rules.Rows, Is.EqualTo(rows));
    }

    [Test]
    public void ProblemsOfSeveralValuesPointInside()
    {
        Assert.That(
            Sample.ErrorOf(() => YamlBinder.Bind<Outer>(YamlReader.Parse("{inner: {count: 7}}", "f.yaml"), Sample.Kinds)),
            Is.EqualTo("f.yaml(1,17): inner.count: expected at most the limit of 5."));
        Assert.That(
            Sample.ErrorOf(() => YamlBinder.Bind<Outer>(YamlReader.Parse("{limit: -1}", "f.yaml"), Sample.Kinds)),
            Is.EqualTo("f.yaml(1,1): inner.count: expected at most the limit of -1."));
    }

    [Test]
    public void RecordsThatCannotBeBoundAreMistakesInTheProgram()
    {
        YamlNode node = YamlReader.Parse("{when: 1, kind: x}", "f.yaml");
        Assert.That(() => YamlBinder.Bind<Dated>(node, Sample.Kinds), Throws.TypeOf<NotSupportedException>()
            .With.Message.EqualTo("when: DateOnly is no type of a setting."));
        Assert.That(() => YamlBinder.Bind<Positional>(node, Sample.Kinds), Throws.InvalidOperationException
            .With.Message.EqualTo("Positional cannot be a setting: it has no constructor without parameters."));
        Assert.That(() => YamlBinder.Bind<Childless>(node, Sample.Kinds), Throws.InvalidOperationException
            .With.Message.EqualTo("The kinds of the abstract Childless are not in the catalogue."));
    }

    private sealed record Rules
    {
        [Range(int.MinValue, -2)]
        public int Low { get; init; } = -2;

        [Range(double.NegativeInfinity, 2.5, MaximumIsExclusive = true)]
        public double Below { get; init; }

        [Range(0, int.MaxValue, MinimumIsExclusive = true)]
        public long Above { get; init; } = 1;

        [Range(0, int.MaxValue), AutoIsZero]
        public int Rows { get; init; }

        [AllowedValues(1, 2, 4)]
        public int Steps { get; init; } = 1;

        [Length(2, 2)]
        public int[] Pair { get; init; } = [0, 0];

        [MinLength(2), MaxLength(4)]
        public string Word { get; init; } = "word";

        [MaxLength(1)]
        public IReadOnlyDictionary<string, int> Few { get; init; } = new Dictionary<string, int>();

        [EmailAddress]
        public string Mail { get; init; } = "a@b";

        public required string? Maybe { get; init; }

        public int[][] Grid { get; init; } = [];
    }

    private sealed record Outer : IValidatableObject
    {
        public int Limit { get; init; } = 5;

        public Inner Inner { get; init; } = new();

        public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
        {
            if (Inner.Count > Limit)
            {
                yield return new ValidationResult(FormattableString.Invariant($"expected at most the limit of {Limit}"), ["Inner.Count"]);
            }
        }
    }

    private sealed record Inner
    {
        public int Count { get; init; }
    }

    private sealed record Dated
    {
        public DateOnly When { get; init; }
    }

    private sealed record Positional(int When);

    private abstract record Childless;
}
