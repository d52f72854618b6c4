using System.Text.Json;
using NUnit.Framework;
using Reproduce.Runner;
using Reproduce.Tests.Tasks.External;

namespace Reproduce.Tests.Runner;

/// <summary>
/// A folder with a simulator of the user's in Python that knows its likelihood: two numbers a and b, each seen twice with deviation 0.5;
/// and an observation y = (0.4, 1.4, -0.2, 0.2). Under N(0, 1) the posterior of each is N(8 mean / 9, 1 / 9): of a N(0.8, 1/9), of b
/// N(0, 1/9).
/// </summary>
internal sealed class LinearProgram : IDisposable
{
    private const string Simulator = """
        import numpy as np
        from reproduce_worker import serve

        TWICE = [0, 0, 1, 1]

        def simulate(theta, rng):
            return {"y": theta[:, TWICE] + 0.5 * rng.normal(size=(len(theta), 4))}

        def likelihood(theta, x):
            return -2 * ((x["y"] - theta[:, TWICE]) ** 2).sum(1)

        def statistics(x):
            return {"difference": x["y"][:, 1] - x["y"][:, 0], "both": x["y"][:, 2:]}

        serve(simulate, batched=True, log_likelihood=likelihood, statistics=statistics)
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly string _name;

    /// <summary>Makes the folder; the test is ignored where there is no Python.</summary>
    /// <param name="name">The experiment's name.</param>
    /// <param name="priors">The list of parameters, of a line each, in YAML.</param>
    /// <param name="rest">The settings behind the task.</param>
    public LinearProgram(string name, string[] priors, string rest)
    {
        string python = Python.OrIgnore();
        _name = name;
        File.Copy(
            System.IO.Path.Combine(Repository.Root, "experiments", "examples", "reproduce_worker.py"),
            System.IO.Path.Combine(Path, "reproduce_worker.py"));
        _folder.File("linear.py", Simulator);
        _folder.File("y.json", """{"y": [0.4, 1.4, -0.2, 0.2]}""");
        _folder.File($"{name}.yaml", $$"""
            name: {{name}}
            title: Linear
            seed: 3
            device: cpu
            task:
              kind: external
              command: [{{python}}, linear.py]
              files: [reproduce_worker.py]
              chunk: 1000
              parameters: [{{string.Join(", ", priors)}}]
            summary: {kind: direct}
            {{rest}}
            """);
    }

    /// <summary>The folder.</summary>
    public string Path => _folder.Path;

    /// <summary>Writes a further file.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="text">Its text.</param>
    public void Write(string name, string text) => _folder.File(name, text);

    /// <summary>What the verb infer writes for machines, of the one observation.</summary>
    /// <param name="arguments">Its arguments behind the experiment.</param>
    public JsonElement Infer(params string[] arguments)
    {
        (int exitCode, string output, string errors) = Run([.. arguments, "--json"]);
        Assert.That(exitCode, Is.EqualTo(ExitCodes.Success), output + errors);
        return JsonDocument.Parse(output).RootElement[0];
    }

    /// <summary>Runs the verb infer.</summary>
    /// <param name="arguments">Its arguments behind the experiment.</param>
    public (int ExitCode, string Output, string Errors) Run(params string[] arguments) =>
        Repository.Run(Path, ["infer", $"{_name}.yaml", .. arguments]);

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();
}
