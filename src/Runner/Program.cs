using System.CommandLine;
using Reproduce.Compute;
using Reproduce.Configuration;
using Reproduce.Reporting;
using Reproduce.Runner;
using Reproduce.Runner.CommandLine;
using Reproduce.Runner.Pipeline;
using Reproduce.Runner.Storage;
using Spectre.Console;

if (!AnsiConsole.Profile.Out.IsTerminal)
{
    AnsiConsole.Profile.Width = 200; // Redirected lines are not broken at 80 columns.
}

try
{
    TorchOption.Apply(args);
    ParseResult command = Commands.Create().Parse(args);
    CommandProblems.Check(command);
    return command.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
}
catch (ConfigurationException e)
{
    foreach (string problem in e.Problems)
    {
        Console.Error.WriteLine(problem);
    }

    return ExitCodes.BadConfiguration;
}
catch (MalformedTableException e)
{
    // A results file that somebody changed, read by a report or a figure.
    Console.Error.WriteLine(e.Message);
    return ExitCodes.BadConfiguration;
}
catch (FolderInUseException e)
{
    Console.Error.WriteLine(e.Message);
    return ExitCodes.FolderInUse;
}
catch (OperationCanceledException) when (Interruption.Received is int exitCode)
{
    // What a verb does behind its jobs, such as drawing for an observation, begins anew with the next start.
    Console.Error.WriteLine("Stopped.");
    return exitCode;
}
catch (Exception e) when (e is NativeBackendException or JobFailedException or InvalidDataException)
{
    Console.Error.WriteLine(e.Message);
    return ExitCodes.Failure;
}
catch (Exception e) when (e is IOException or UnauthorizedAccessException)
{
    // A full disk or a folder without permission is the user's to mend: one sentence, no stack trace. What was finished is whole.
    Console.Error.WriteLine(e.Message);
    return ExitCodes.Failure;
}
catch (Exception e)
{
    // A mistake of the program. Where it happened helps its authors alone.
    bool isVerbose = args.Contains("--verbose");
    Console.Error.WriteLine(isVerbose ? e.ToString() : $"Unforeseen: {e.GetType().Name}: {e.Message} (--verbose says where.)");
    return ExitCodes.Failure;
}
