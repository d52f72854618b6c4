namespace Reproduce.Reporting;

/// <summary>The sentence that says what stands behind ± and in bold.</summary>
internal static class TableLegend
{
    /// <summary>The sentence, of what the table has only; empty where it has neither.</summary>
    /// <param name="table">The table.</param>
    /// <param name="escape">What makes a text one of the document.</param>
    /// <param name="bold">The word "bold" in the document.</param>
    internal static string Of(ResultTable table, Func<string, string> escape, string bold)
    {
        string[] said =
        [
            .. table.Columns.Any(c => c.HasPlusMinus) ? [escape($"mean ± {table.PlusMinus}")] : Array.Empty<string>(),
            .. table.HasBest ? [$"{bold}: {BestValue(table)}"] : Array.Empty<string>(),
        ];
        string sentence = string.Join("; ", said);
        int letter = sentence.TakeWhile(c => !char.IsLetter(c)).Count();
        return sentence.Length > 0 ? $"{sentence[..letter]}{char.ToUpperInvariant(sentence[letter])}{sentence[(letter + 1)..]}." : "";
    }

    private static string BestValue(ResultTable table) =>
        "the best value among the contenders" + (table.Columns.Any(c => c.Name == "budget") ? " of a budget" : "");
}
