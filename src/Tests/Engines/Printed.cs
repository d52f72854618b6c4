using Spectre.Console;

namespace Reproduce.Tests.Engines;

/// <summary>What a command prints with the console's tables.</summary>
internal static class Printed
{
    /// <summary>Runs a command on a wide console.</summary>
    /// <param name="command">Gives an exit code.</param>
    public static string By(Func<int> command) => By(command, out _);

    /// <summary>Runs a command on a wide console.</summary>
    /// <param name="command">Gives an exit code.</param>
    /// <param name="exitCode">That code.</param>
    public static string By(Func<int> command, out int exitCode)
    {
        IAnsiConsole console = AnsiConsole.Console;
        using StringWriter text = new();
        try
        {
            AnsiConsole.Console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(text) });
            AnsiConsole.Console.Profile.Width = 200;
            exitCode = command();
            return text.ToString();
        }
        finally
        {
            AnsiConsole.Console = console;
        }
    }
}
