namespace Reproduce.Reporting;

/// <summary>The files of a saved figure.</summary>
/// <param name="Svg">Vector graphics for web pages.</param>
/// <param name="Pdf">Vector graphics for articles.</param>
/// <param name="Png">Pixels, at twice the nominal size.</param>
public sealed record FigureFiles(string Svg, string Pdf, string Png);
