namespace Reproduce.Reporting;

/// <summary>An experiment in the table of a suite.</summary>
/// <param name="Experiment">Name of the experiment.</param>
/// <param name="Title">Its name for readers.</param>
/// <param name="Variant">"paper" or the name of the variant that was run.</param>
/// <param name="Styles">How its contenders are shown.</param>
/// <param name="Shown">The contenders with the sampling steps that the table shows of each, in the experiment's order.</param>
public sealed record SuiteMember(
    string Experiment, string Title, string Variant, ContenderStyles Styles, IReadOnlyDictionary<string, int> Shown);
