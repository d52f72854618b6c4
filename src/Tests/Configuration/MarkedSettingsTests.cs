using System.Text.Json.Serialization;
using NUnit.Framework;
using Reproduce.Configuration;

namespace Reproduce.Tests.Configuration;

/// <summary>Settings that an attribute marks, and those that a record got later.</summary>
[Category("Fast")]
public sealed class MarkedSettingsTests
{
    private static readonly Outer s_settings = new()
    {
        Sweep = [1, 2],
        Steps = 5,
        Name = "a",
        Inner = new Inner { Rho = 3, Width = 2 },
    };

    [Test]
    public void WithoutTakesTheDefaultsInsideToo()
    {
        Outer without = MarkedSettings.Without(s_settings, typeof(MarkAttribute));
        Assert.Multiple(() =>
        {
            Assert.That(without.Sweep, Is.Empty, "a list that must be given");
            Assert.That((without.Steps, without.Name), Is.EqualTo((3, (string?)null)));
            Assert.That(without.Inner, Is.EqualTo(new Inner { Rho = 7, Width = 2 }));
            Assert.That((s_settings.Steps, s_settings.Inner.Rho), Is.EqualTo((5, 3.0)), "the argument does not change");
        });
    }

    [Test]
    public void OnlyTakesTheMarkedOnesByTheirNames() =>
        Assert.That(
            CanonicalJson.Write(MarkedSettings.Only(s_settings, typeof(MarkAttribute)), new KindCatalogue()),
            Is.EqualTo("""{"name":"a","rho":3,"steps":5,"sweep":[1,2]}"""));

    [Test]
    public void TwoMarkedSettingsOfOneNameAreAMistakeInTheProgram() =>
        Assert.That(() => MarkedSettings.Only(new Twice(), typeof(MarkAttribute)), Throws.ArgumentException);

    [Test]
    public void ASettingThatCameLaterIsLeftOutWhileItHasItsDefault()
    {
        Assert.That(CanonicalJson.Write(new Grown(), new KindCatalogue()), Is.EqualTo("""{"old":1}"""));
        Assert.That(CanonicalJson.Write(Bind("{later: [3]}"), new KindCatalogue()), Is.EqualTo("""{"later":[3],"old":1}"""));
        Assert.That(CanonicalJson.Write(Bind("{later: [2]}"), new KindCatalogue()), Is.EqualTo("""{"old":1}"""));
        Assert.That(
            Sample.ErrorOf(() => Bind("{hidden: 3}")), Is.EqualTo("f.yaml(1,2): unknown key 'hidden'. Known keys: old, later."));

        static Grown Bind(string yaml) => YamlBinder.Bind<Grown>(YamlReader.Parse(yaml, "f.yaml"), new KindCatalogue());
    }

    [AttributeUsage(AttributeTargets.Property)]
    private sealed class MarkAttribute : Attribute;

    private sealed record Outer
    {
        [Mark]
        public required int[] Sweep { get; init; }

        [Mark]
        public int Steps { get; init; } = 3;

        [Mark]
        public string? Name { get; init; }

        public Inner Inner { get; init; } = new();
    }

    private sealed record Inner
    {
        [Mark]
        public double Rho { get; init; } = 7;

        public double Width { get; init; } = 1;
    }

    private sealed record Twice
    {
        [Mark]
        public double Rho { get; init; } = 7;

        public Inner Inner { get; init; } = new();
    }

    private sealed record Grown
    {
        public int Old { get; init; } = 1;

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public int[] Later { get; init; } = [2];

        [JsonIgnore]
        public int Hidden { get; init; }
    }
}
