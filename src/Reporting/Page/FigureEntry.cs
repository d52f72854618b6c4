namespace Reproduce.Reporting;

/// <summary>What a page says of a figure whose files lie beside it.</summary>
/// <param name="Name">Base name of its .png, .svg and .pdf files.</param>
/// <param name="Title">Short name of what is shown.</param>
/// <param name="Caption">What is shown and how to read it.</param>
/// <param name="Width">Width in CSS pixels.</param>
/// <param name="FromTable">Whether measurements.csv alone decides it, so that it can be drawn anew without the draws.</param>
public sealed record FigureEntry(string Name, string Title, string Caption, int Width, bool FromTable);
