namespace Reproduce.Reporting;

/// <summary>A row of an image grid.</summary>
/// <param name="Title">Name at the left.</param>
/// <param name="Images">Square images row by row, brightness 0 (black) to 1 (white), clipped; one for each column.</param>
public sealed record ImageRow(string Title, IReadOnlyList<float[]> Images);
