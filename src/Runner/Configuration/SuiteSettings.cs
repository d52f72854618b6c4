using System.ComponentModel.DataAnnotations;
using Reproduce.Compute;

namespace Reproduce.Runner.Configuration;

/// <summary>A suite file: experiments that are run one after the other and shown on one page.</summary>
public sealed record SuiteSettings
{
    /// <summary>How the files of suites end: they stand among the experiments and are none.</summary>
    public const string Ending = ".suite.yaml";

    /// <summary>Whether a file is a suite's, by its name.</summary>
    /// <param name="file">Path of the file.</param>
    public static bool IsSuite(string file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return file.EndsWith(Ending, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Short name; the page's folder is named so.</summary>
    [RegularExpression("[a-z0-9][a-z0-9_-]{0,63}")]
    public required string Name { get; init; }

    /// <summary>Title of the page.</summary>
    public required string Title { get; init; }

    /// <summary>What is compared, in a few sentences for the page.</summary>
    public string Description { get; init; } = "";

    /// <summary>The experiment files, relative to the suite's.</summary>
    [MinLength(1), DistinctItems]
    public required string[] Experiments { get; init; }

    /// <summary>A file in results/published with what others have reported of these experiments; null for none.</summary>
    [RegularExpression(@"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}\.csv")]
    public string? Published { get; init; }
}
