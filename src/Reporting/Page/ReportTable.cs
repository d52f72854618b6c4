namespace Reproduce.Reporting;

/// <summary>A table of a report and the base name its files have.</summary>
/// <param name="Name">Base name of the .csv and .tex files beside the page.</param>
/// <param name="Table">The table.</param>
public sealed record ReportTable(string Name, ResultTable Table);
