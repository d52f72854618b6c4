using NUnit.Framework;
using Reproduce.Configuration;

namespace Reproduce.Tests.Configuration;

/// <summary>YAML that binds to <see cref="SampleExperiment"/>.</summary>
internal static class Sample
{
    public static string Yaml => """
        # The first experiment.
        name: gmm
        title: "Gaussian mixture: one"
        seed: 20
        task:
          kind: gaussian-mixture
          dimension: 2
        simulations:
          budgets: [512, 1024]
          validation: 50
        contenders:
          cmpe:
            kind: cmpe
            final_steps: 25
            training:
              epochs: 1000
              learning_rate: 1.0e-4
          fmpe-small:
            kind: fmpe
            training: { epochs: 10, schedule: constant }
        repeats: { z: 1, a: 2 }
        steps:
          - count: 1
          - { count: 10, timed: true }
        """;

    public static KindCatalogue Kinds { get; } = new KindCatalogue()
        .Add<SampleTask>(new Dictionary<string, Type> { ["two-moons"] = typeof(SampleMoons), ["gaussian-mixture"] = typeof(SampleMixture) })
        .Add<SampleContender>(new Dictionary<string, Type>
        {
            ["npse"] = typeof(SampleNpse),
            ["cmpe"] = typeof(SampleCmpe),
            ["fmpe"] = typeof(SampleFmpe),
        });

    public static YamlMap Map(string yaml) => (YamlMap)YamlReader.Parse(yaml, "experiments/gmm.yaml");

    public static SampleExperiment Bind(string yaml) =>
        YamlBinder.Bind<SampleExperiment>(YamlReader.Parse(yaml, "experiments/gmm.yaml"), Kinds);

    /// <summary>The sample with one part of it replaced.</summary>
    public static string With(string part, string replacement)
    {
        Assert.That(Yaml, Does.Contain(part));
        return Yaml.Replace(part, replacement, StringComparison.Ordinal);
    }

    /// <summary>The items with spaces between them.</summary>
    public static string Join<T>(IEnumerable<T> items) => string.Join(' ', items);

    /// <summary>The whole error text of an action that must refuse its input.</summary>
    public static string ErrorOf(Action action) => Assert.Throws<ConfigurationException>(action)!.Message;

    /// <summary>The whole error text of binding the sample with one part of it replaced.</summary>
    public static string ErrorOf(string part, string replacement) => ErrorOf(() => Bind(With(part, replacement)));
}
