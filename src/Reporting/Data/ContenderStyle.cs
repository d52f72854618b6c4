namespace Reproduce.Reporting;

/// <summary>How one contender of an experiment is shown in tables and figures.</summary>
public sealed record ContenderStyle
{
    /// <summary>Its name in experiment file and measurements.</summary>
    public required string Name { get; init; }

    /// <summary>Its name for readers, such as "CMPE"; unlike that of any other contender of the experiment.</summary>
    public required string Label { get; init; }

    /// <summary>The look of its kind.</summary>
    public required MethodStyle Method { get; init; }

    /// <summary>Name of its network's kind; empty for none.</summary>
    public string Network { get; init; } = "";

    /// <summary>Its network for readers, such as "U-Net".</summary>
    public string NetworkLabel { get; init; } = "";

    /// <summary>Its name for readers beside a column that says the network.</summary>
    public string LabelWithoutNetwork => Label == $"{Method.Label} {NetworkLabel}" ? Method.Label : Label;

    /// <summary>Its place among the contenders of its kind, from 0: the first has the kind's own colour, line and filled points.</summary>
    public int Sibling { get; init; }

    /// <summary>Whether a number of sampling steps says something about it: a flow has one pass only.</summary>
    public bool HasSteps => Method.StepWord is not null;

    /// <summary>"CMPE, 10 steps", or "ACF".</summary>
    /// <param name="steps">Sampling steps.</param>
    public string Setting(int steps) =>
        Method.StepWord is null ? Label : $"{Label}, {steps} {(steps == 1 ? Method.StepWord : Plural(Method.StepWord))}";

    private static string Plural(string word) => word.EndsWith('s') ? word + "es" : word + "s";
}
