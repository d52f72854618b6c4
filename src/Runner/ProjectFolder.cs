using Reproduce.Runner.Configuration;

namespace Reproduce.Runner;

/// <summary>
/// The project's folder as the working folder: where verbs that are told no file look for experiments and shared settings.
/// </summary>
public static class ProjectFolder
{
    /// <summary>The folder of experiment files.</summary>
    public const string Experiments = "experiments";

    /// <summary>The folder of profiles, variants and shared contenders.</summary>
    public const string Configs = "configs";

    /// <summary>The folder of results.</summary>
    public const string Results = "results";

    /// <summary>How experiment files end.</summary>
    public const string Ending = ".yaml";

    /// <summary>The experiment files, such as "experiments/gmm.yaml", in the order of their names; none in another folder.</summary>
    /// <param name="below">Whether those in folders below count too.</param>
    public static IReadOnlyList<string> ExperimentFiles(bool below = false) => !Directory.Exists(Experiments)
        ? []
        :
        [
            .. Directory.EnumerateFiles(Experiments, "*" + Ending, below ? SearchOption.AllDirectories : SearchOption.TopDirectoryOnly)
                .Where(f => !SuiteSettings.IsSuite(f))
                .Select(f => f.Replace('\\', '/'))
                .Order(StringComparer.Ordinal),
        ];
}
