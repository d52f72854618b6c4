using System.CommandLine;
using System.CommandLine.Parsing;
using Reproduce.Configuration;

namespace Reproduce.Runner.CommandLine;

/// <summary>What is wrong with a command line, in sentences that name what was probably meant.</summary>
public static class CommandProblems
{
    private const string Ending = ProjectFolder.Ending, ExperimentsFolder = ProjectFolder.Experiments;

    /// <summary>Throws when a command line cannot be understood.</summary>
    /// <param name="parsed">The parsed command line.</param>
    /// <exception cref="ConfigurationException">It cannot.</exception>
    public static void Check(ParseResult parsed)
    {
        string? misspelt = MisspeltVerb(parsed);
        if (misspelt is null && parsed.Errors.Count == 0)
        {
            return;
        }

        IEnumerable<string> problems = misspelt is not null
            ? [misspelt]
            : parsed.UnmatchedTokens
                .Select(token => Unknown(token, parsed.CommandResult.Command, parsed.RootCommandResult.Command))
                .Concat(OfWhatIsKnown(parsed));
        throw new ConfigurationException([.. problems, "Run with --help to see what the program takes."]);
    }

    /// <summary>An experiment before a verb would be ignored.</summary>
    /// <param name="verb">The verb.</param>
    public static void RefuseWhatStandsBeforeAVerb(CommandResult verb)
    {
        if (verb.Parent is CommandResult parent && FirstArgument(parent) is { } before)
        {
            verb.AddError($"{before}: expected nothing before the verb '{verb.Command.Name}'; give files behind it.");
        }
    }

    // What the library says of the rest.
    private static IEnumerable<string> OfWhatIsKnown(ParseResult parsed) => parsed.Errors.Select(e => e.Message)
        .Where(message => !parsed.UnmatchedTokens.Any(token => message.Contains($"'{token}'", StringComparison.Ordinal)));

    private static string? FirstArgument(CommandResult result) =>
        result.Children.OfType<ArgumentResult>().SelectMany(a => a.Tokens).FirstOrDefault()?.Value;

    // A word where the experiment file should stand: a verb or an experiment that somebody has written otherwise.
    private static string? MisspeltVerb(ParseResult parsed)
    {
        if (parsed.CommandResult != parsed.RootCommandResult
            || FirstArgument(parsed.RootCommandResult) is not { } word
            || word.EndsWith(Ending, StringComparison.OrdinalIgnoreCase)
            || word.IndexOfAny(['/', '\\', '\0']) >= 0
            || Path.Exists(word))
        {
            return null;
        }

        string[] experiments = [.. ProjectFolder.ExperimentFiles().Select(f => Path.GetFileNameWithoutExtension(f)!)];
        if (experiments.Contains(word, StringComparer.OrdinalIgnoreCase))
        {
            return $"{word}: expected an experiment file; did you mean '{ExperimentsFolder}/{word.ToLowerInvariant()}{Ending}'?";
        }

        string[] verbs = [.. parsed.RootCommandResult.Command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name)];
        if (word == "run")
        {
            return $"run: a run has no verb; give the experiment file alone, such as {ExperimentsFolder}/gmm{Ending}.";
        }

        if (Names.Nearest(word, verbs) is { } verb)
        {
            return $"{word}: there is no such verb; did you mean '{verb}'?";
        }

        return Names.Nearest(word, experiments) is { } experiment
            ? $"{word}: expected an experiment file; did you mean '{ExperimentsFolder}/{experiment}{Ending}'?"
            : $"{word}: expected an experiment file, such as {ExperimentsFolder}/gmm{Ending}, or a verb: {string.Join(", ", verbs)}.";
    }

    private static string Unknown(string token, Command command, Command root)
    {
        if (!token.StartsWith('-'))
        {
            return $"{token}: nothing is expected here.";
        }

        // Two dashes in common are no likeness.
        string[] options = [.. command.Options.Select(o => o.Name).Append("--help").Select(o => o.TrimStart('-'))];
        if (Names.Nearest(token.TrimStart('-'), options) is { } option)
        {
            return $"{token}: there is no such option; did you mean '--{option}'?";
        }

        string[] owners =
        [
            .. root.Subcommands.Where(c => !c.Hidden).Prepend(root)
                .Where(c => c.Options.Any(o => o.Name == token))
                .Select(c => c == root ? "a run" : $"'{c.Name}'"),
        ];
        string own = command == root ? "a run" : $"'{command.Name}'";
        return owners.Length > 0
            ? $"{token}: {own} has no such option; these have: {string.Join(", ", owners)}."
            : $"{token}: there is no such option.";
    }
}
