namespace Reproduce.Runner.Configuration.Yaml;

/// <summary>Gathers problems while a tree is read, to report all of them at once in the order of the file.</summary>
internal sealed class ProblemList
{
    // A hostile file can hold a hundred thousand wrong keys; nobody reads more than the first few.
    private const int MaximumKept = 1000;

    private readonly List<(YamlPosition Position, string Text)> _problems = [];

    /// <summary>How many problems there are so far.</summary>
    public int Count => _problems.Count;

    /// <summary>True when further problems would not be kept.</summary>
    public bool IsFull => _problems.Count >= MaximumKept;

    /// <summary>Adds a problem with the value at a path.</summary>
    public void Add(YamlPosition position, string path, string problem)
    {
        if (IsFull) return;
        var text = path.Length == 0 ? $"{position}: {problem}" : $"{position}: {path}: {problem}";
        _problems.Add((position, text));
    }

    /// <summary>Throws when there are problems.</summary>
    public void ThrowIfAny()
    {
        if (Count == 0) return;
        throw new ConfigurationException([.. _problems.OrderBy(problem => problem.Position).Select(problem => problem.Text)]);
    }
}
