using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Reproduce.Runner.CommandLine;

/// <summary>
/// Help whose usage line is what one types: a verb stands first, and the experiment that the root command takes is no part of a verb's
/// line.
/// </summary>
/// <param name="help">The library's help.</param>
internal sealed class UsageHelp(HelpAction help) : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        RootCommand root = (RootCommand)parseResult.RootCommandResult.Command;
        string prefix = $"{root.Name} <{root.Arguments[0].Name}>";
        TextWriter output = parseResult.InvocationConfiguration.Output;
        using StringWriter text = new();
        parseResult.InvocationConfiguration.Output = text;
        int exitCode = help.Invoke(parseResult);
        parseResult.InvocationConfiguration.Output = output;
        string usage = text.ToString().Replace($"{prefix} [command] [options]", $"{prefix} [options]\n  {root.Name} <verb> ...");
        foreach (Command verb in root.Subcommands)
        {
            usage = usage.Replace($"{prefix} {verb.Name}", $"{root.Name} {verb.Name}", StringComparison.Ordinal);
        }

        output.Write(usage);
        return exitCode;
    }
}
