using Reproduce.Tests.Runner;
using Reproduce.Tests.Tasks.External;

namespace Reproduce.Tests.Engines;

/// <summary>
/// A simulator in Python that refuses some parameters and dies of others; and refuses all while a file "broken" stands beside it.
/// </summary>
internal static class RefusingSimulator
{
    private const string Name = "simulator.py", Helper = "reproduce_worker.py";

    private const string Script = """
        import os
        from reproduce_worker import serve

        def simulate(theta, rng):
            if theta[0] < 0.4 or os.path.exists("broken"):
                raise ValueError("too small")
            if theta[0] > 0.96:
                os._exit(3)
            return theta + rng.normal(size=2)

        serve(simulate)
        """;

    /// <summary>Puts it beside an experiment file.</summary>
    /// <param name="experiments">Folder of the experiment file.</param>
    /// <returns>The lines of that file about the task and what it observes; four simulations share a seed.</returns>
    public static string Put(string experiments)
    {
        string python = Python.OrIgnore();
        Directory.CreateDirectory(experiments);
        File.Copy(Path.Combine(Repository.Root, "experiments", "examples", Helper), Path.Combine(experiments, Helper));
        File.WriteAllText(Path.Combine(experiments, Name), Script);
        const string Prior = "prior: {kind: uniform, low: 0, high: 1}";
        return $$"""
            task:
              kind: external
              command: [{{python}}, {{Name}}]
              chunk: 4
              parameters: [{name: a, {{Prior}}}, {name: b, {{Prior}}}]
            summary: {kind: direct}

            """;
    }

    /// <summary>Puts it beside an experiment file, in the place of the experiment's task.</summary>
    /// <param name="experiments">Folder of the experiment file.</param>
    /// <param name="yaml">The experiment, whose task and summary have a line each.</param>
    /// <returns>The experiment's lines with this task.</returns>
    public static string Put(string experiments, string yaml) =>
        Put(experiments) + string.Join('\n', yaml.ReplaceLineEndings("\n").Split('\n').Where(l =>
            !l.StartsWith("task:", StringComparison.Ordinal) && !l.StartsWith("summary:", StringComparison.Ordinal)));
}
