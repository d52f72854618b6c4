namespace Reproduce.Reporting;

/// <summary>A picture of a page, carried inside it.</summary>
/// <param name="Title">Short name of what is shown.</param>
/// <param name="Caption">What is shown and how to read it.</param>
/// <param name="Png">The picture, a PNG.</param>
public sealed record HtmlImage(string Title, string Caption, byte[] Png);
