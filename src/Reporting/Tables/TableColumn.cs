namespace Reproduce.Reporting;

/// <summary>A column of a result table.</summary>
/// <param name="Name">Name in the CSV file.</param>
/// <param name="Label">Heading in Markdown.</param>
/// <param name="Latex">Heading in LaTeX, already escaped.</param>
/// <param name="Numeric">Whether cells are numbers, to be aligned right.</param>
/// <param name="HasPlusMinus">Whether the CSV file has a second column with what stands behind ±.</param>
public sealed record TableColumn(string Name, string Label, string Latex, bool Numeric, bool HasPlusMinus = false);
