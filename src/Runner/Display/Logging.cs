using System.Globalization;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting.Compact;
using Spectre.Console;

namespace Reproduce.Runner.Display;

/// <summary>The log: readable lines on the console, everything as structured lines (JSON) in a file.</summary>
public static class Logging
{
    /// <summary>A log that writes to a console and a file.</summary>
    /// <param name="console">The console.</param>
    /// <param name="file">The file, or null for none; a new run is appended.</param>
    /// <param name="verbose">Also shows details on the console.</param>
    public static Logger Create(IAnsiConsole console, string? file, bool verbose)
    {
        LoggerConfiguration configuration = new LoggerConfiguration()
            .MinimumLevel.Debug()
            .WriteTo.Sink(new ConsoleSink(console), verbose ? LogEventLevel.Debug : LogEventLevel.Information);
        if (file is not null)
        {
            configuration = configuration.WriteTo.File(
                new CompactJsonFormatter(), file, fileSizeLimitBytes: null, flushToDiskInterval: TimeSpan.FromSeconds(1));
        }

        return configuration.CreateLogger();
    }

    /// <summary>Writes through Spectre's console, so that lines and progress bars do not overwrite one another.</summary>
    private sealed class ConsoleSink(IAnsiConsole console) : ILogEventSink
    {
        public void Emit(LogEvent logEvent)
        {
            string time = logEvent.Timestamp.ToString("HH:mm:ss", CultureInfo.InvariantCulture);
            string message = Markup.Escape(logEvent.RenderMessage(CultureInfo.InvariantCulture));
            string line = logEvent.Level switch
            {
                LogEventLevel.Error or LogEventLevel.Fatal => $"[grey]{time}[/] [red]{message}[/]",
                LogEventLevel.Warning => $"[grey]{time}[/] [yellow]{message}[/]",
                LogEventLevel.Debug or LogEventLevel.Verbose => $"[grey]{time} {message}[/]",
                _ => $"[grey]{time}[/] {message}",
            };
            console.MarkupLine(line);
        }
    }
}
