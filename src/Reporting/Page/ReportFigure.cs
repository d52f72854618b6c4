namespace Reproduce.Reporting;

/// <summary>A figure of a report and the base name its files have.</summary>
/// <param name="Name">Base name of the .png, .svg and .pdf files beside the page.</param>
/// <param name="Figure">The figure.</param>
/// <param name="FromTable">Whether measurements.csv alone decides it.</param>
public sealed record ReportFigure(string Name, Figure Figure, bool FromTable = false);
