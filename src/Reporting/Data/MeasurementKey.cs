namespace Reproduce.Reporting;

/// <summary>The name of one quantity of the results: everything but the test set and the replicate.</summary>
/// <param name="Experiment">Name of the experiment, such as "gmm".</param>
/// <param name="Variant">"paper" or the name of the variant that was run.</param>
/// <param name="Setting">Contender, budget and sampling steps.</param>
/// <param name="Metric">Name of the metric, such as "c2st".</param>
public sealed record MeasurementKey(string Experiment, string Variant, Setting Setting, string Metric);
