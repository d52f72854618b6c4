using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Reproduce.Configuration;

namespace Reproduce.Runner.CommandLine;

/// <summary>Arguments and options that several verbs have, and what is asked for by them.</summary>
internal sealed class SharedOptions
{
    /// <summary>The experiment file.</summary>
    public Argument<string> Experiment { get; } = new("experiment") { Description = "The experiment file, such as experiments/gmm.yaml." };

    /// <summary>A profile.</summary>
    public Option<string?> Profile { get; } = new("--profile")
    {
        Description = $"Shrink the experiment: the name of a file in configs/profiles{Shipped(ExperimentFiles.Profiles)}.",
    };

    /// <summary>A variant.</summary>
    public Option<string?> Variant { get; } = new("--variant")
    {
        Description = $"Change the method: the name of a file in configs/variants{Shipped(ExperimentFiles.Variants)}.",
    };

    /// <summary>Single settings.</summary>
    public Option<string[]> Set { get; } = new("--set")
    {
        Description = "Change one setting, for example --set contenders.cmpe.training.epochs=100; may be repeated.",
    };

    /// <summary>Some contenders.</summary>
    public Option<string[]> Only { get; } = new("--only")
    {
        Description = "Run these contenders and leave the others out; with --keep the report keeps what the others had.",
        AllowMultipleArgumentsPerToken = true,
    };

    /// <summary>Whether the report keeps what it had.</summary>
    public Option<bool> Keep { get; } = new("--keep")
    {
        Description = "Keep in the report what earlier runs into the same folder measured at other budgets, steps or contenders.",
    };

    /// <summary>Whether only what the report does not have is run.</summary>
    public Option<bool> Missing { get; } = new("--missing")
    {
        Description = "As --keep, and run only what the report does not have yet: what has its numbers there is not trained or drawn "
            + "again, even where the cache of then is gone.",
    };

    /// <summary>The results folder.</summary>
    public Option<string?> Output { get; } = new("--out") { Description = "Folder for tables and figures. Default: results/NAME." };

    /// <summary>The cache.</summary>
    public Option<string?> Cache { get; } = new("--cache")
    {
        Description = "Folder for the results of jobs, from which a run goes on. Default: results/cache.",
    };

    /// <summary>Trainings at once.</summary>
    public Option<int> Jobs { get; } = Count(
        "--jobs", "Trainings at once. Default: one per core on a CPU; on a GPU one, or up to four of small networks.");

    /// <summary>Time between checkpoints.</summary>
    public Option<double> CheckpointSeconds { get; } = CheckpointOption();

    /// <summary>Whether nothing is to be run.</summary>
    public Option<bool> DryRun { get; } = new("--dry-run") { Description = "Check the files, say what would be run, and stop." };

    /// <summary>Whether every job is shown.</summary>
    public Option<bool> Verbose { get; } = new("--verbose") { Description = "Show every job on the console." };

    /// <summary>Gives a command what every run of jobs has, around options of its own.</summary>
    /// <param name="command">The command.</param>
    /// <param name="own">Its own options.</param>
    public void AddTo(Command command, params Option[] own)
    {
        command.Arguments.Add(Experiment);
        Option[] all = [Profile, Variant, Set, Output, Cache, Jobs, CheckpointSeconds, .. own, DryRun, Verbose];
        foreach (Option option in all)
        {
            command.Options.Add(option);
        }
    }

    /// <summary>A file with what is laid over it.</summary>
    /// <param name="result">The parsed command line.</param>
    /// <param name="file">The experiment file.</param>
    public RunRequest Overlaid(ParseResult result, string file) => new()
    {
        ExperimentFile = file,
        Profile = result.GetValue(Profile),
        Variant = result.GetValue(Variant),
        Settings = result.GetValue(Set) ?? [],
    };

    /// <summary>An experiment with its folders and how it is run.</summary>
    /// <param name="result">The parsed command line.</param>
    public RunRequest Request(ParseResult result) => Request(result, result.GetRequiredValue(Experiment));

    /// <summary>An experiment whose file is no argument that must be there.</summary>
    /// <param name="result">The parsed command line.</param>
    /// <param name="file">The experiment file.</param>
    public RunRequest Request(ParseResult result, string file) => Overlaid(result, file) with
    {
        Output = result.GetValue(Output),
        Cache = result.GetValue(Cache),
        Jobs = result.GetValue(Jobs),
        CheckpointSeconds = result.GetValue(CheckpointSeconds),
    };

    /// <summary>The same with what only whole runs can be asked for.</summary>
    /// <param name="result">The parsed command line.</param>
    public RunRequest WholeRequest(ParseResult result) => Request(result) with
    {
        Keep = result.GetValue(Keep) || result.GetValue(Missing),
        Missing = result.GetValue(Missing),
        Only = result.GetValue(Only) ?? [],
    };

    /// <summary>An option that takes a whole number from 1.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="description">What it is.</param>
    public static Option<int> Count(string name, string description)
    {
        Option<int> option = new(name) { Description = description };
        option.Validators.Add(RefuseBelowOne(name));
        return option;
    }

    /// <summary>A check that an option's values are whole numbers from 1.</summary>
    /// <param name="name">The option.</param>
    public static Action<OptionResult> RefuseBelowOne(string name) => result =>
    {
        if (result.Tokens.Any(t => !int.TryParse(t.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int n) || n < 1))
        {
            result.AddError($"{name}: expected a whole number of at least 1.");
        }
    };

    /// <summary>The time between checkpoints, for a command that has no other of these options.</summary>
    public static Option<double> CheckpointOption()
    {
        Option<double> option = new("--checkpoint-seconds")
        {
            Description = "Time between two checkpoints of a training, or of long drawing, seconds. Default: 60.",
            DefaultValueFactory = _ => 60,
        };
        option.Validators.Add(result =>
        {
            if (result.GetValue(option) is not (>= 0 and <= 86_400))
            {
                result.AddError("--checkpoint-seconds: expected a number from 0 to 86400.");
            }
        });
        return option;
    }

    // The names in the working folder, for --help: of another project they may be others.
    private static string Shipped(string group) =>
        SharedFile.NamesIn(ProjectFolder.Configs, group) is { Count: > 0 } names ? $": {string.Join(", ", names)}" : "";
}
