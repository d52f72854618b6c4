using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Reproduce.Tasks.External;

/// <summary>
/// A running simulator. It is asked by lines of JSON on its standard input and answers by lines on its standard output; arrays are in .npz
/// files that the lines name.
/// </summary>
internal sealed class WorkerProcess : IDisposable
{
    private const int LastWords = 8;
    private const int LongestWord = 300;

    // Paths stand there as they are, for simulators that read the lines without a library.
    private static readonly JsonSerializerOptions s_plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);
    private static readonly string[] s_threadVariables = ["OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"];

    private readonly Process _process;
    private readonly WorkerLines _answers;
    private readonly WorkerLines _errors;
    private readonly TimeSpan _timeout;
    private long _request;

    /// <summary>Starts the program and greets it.</summary>
    /// <param name="settings">The program.</param>
    /// <param name="parameters">Names of all parameters, which it is told.</param>
    /// <param name="cancel">Stops the waiting for its answer.</param>
    /// <exception cref="ExternalSimulatorException">It cannot be started, or does not answer.</exception>
    public WorkerProcess(ExternalSettings settings, IReadOnlyList<string> parameters, CancellationToken cancel)
    {
        _timeout = TimeSpan.FromSeconds(settings.TimeoutSeconds);
        _process = Start(settings);
        _answers = new WorkerLines(_process.StandardOutput);
        _errors = new WorkerLines(_process.StandardError, LastWords);
        Folder = Directory.CreateTempSubdirectory("reproduce-").FullName;
        try
        {
            Dictionary<string, object> hello = new() { ["verb"] = "hello", ["protocol"] = 1, ["parameters"] = parameters };
            if (settings.Sets.Length > 0)
            {
                hello["sets"] = settings.Sets.ToDictionary(s => s.Name, s => s.Max);
            }

            using JsonDocument answer = Ask(hello, cancel, TimeSpan.FromSeconds(settings.StartSeconds));
            Offers = OffersIn(answer.RootElement);
        }
        catch (WorkerFailureException e)
        {
            Kill();
            throw new ExternalSimulatorException($"the simulator '{string.Join(' ', settings.Command)}' does not start: {e.Message}");
        }
        catch
        {
            Kill();
            throw;
        }
    }

    /// <summary>Verbs that it has said to know, beside the simulation.</summary>
    public IReadOnlySet<string> Offers { get; }

    /// <summary>A folder for the files of requests, which goes with the worker.</summary>
    public string Folder { get; }

    /// <summary>Lines on its standard output that were no answers.</summary>
    public int Ignored { get; private set; }

    /// <summary>The first of them.</summary>
    public string? FirstIgnored { get; private set; }

    /// <summary>Asks for something and waits for the answer.</summary>
    /// <param name="request">The request; it gets a number.</param>
    /// <param name="cancel">Stops the waiting.</param>
    /// <param name="timeout">How long; as the settings say when not given.</param>
    /// <returns>The answer; the caller disposes of it.</returns>
    /// <exception cref="WorkerFailureException">There is none, or a refusal.</exception>
    /// <exception cref="OperationCanceledException">Cancelled: the worker is of no use any more.</exception>
    public JsonDocument Ask(Dictionary<string, object> request, CancellationToken cancel, TimeSpan? timeout = null)
    {
        TimeSpan patience = timeout ?? _timeout;
        long id = ++_request;
        request["id"] = id;
        long start = Stopwatch.GetTimestamp();
        try
        {
            _process.StandardInput.Write(JsonSerializer.Serialize(request, s_plain) + "\n");
            _process.StandardInput.Flush();
        }
        catch (IOException)
        {
            throw Died();
        }

        while (_answers.TryTake(patience - Stopwatch.GetElapsedTime(start), cancel, out string? line))
        {
            if (Parse(line!, id) is JsonDocument answer)
            {
                if (!answer.RootElement.TryGetProperty("error", out JsonElement error))
                {
                    return answer;
                }

                string reason = Shorten(error.ToString());
                answer.Dispose();
                throw new WorkerFailureException("an error", reason, isAlive: true);
            }

            Ignored++;
            FirstIgnored ??= Shorten(line!);
        }

        throw _answers.IsOver
            ? Died()
            : new WorkerFailureException(
                "no answer in time",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"no answer within {patience.TotalSeconds:0.###} s ({(timeout is null ? "timeout" : "start")}_seconds)"),
                isAlive: false);
    }

    /// <inheritdoc/>
    /// <remarks>The program is asked to end by the end of its input; who does not is ended, with what it has started.</remarks>
    public void Dispose()
    {
        try
        {
            _process.StandardInput.Close();
            if (!_process.WaitForExit(s_patience))
            {
                _process.Kill(entireProcessTree: true);
            }
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or Win32Exception)
        {
            // It has ended by itself.
        }

        _process.Dispose();
        _answers.Dispose();
        _errors.Dispose();
        try
        {
            Directory.Delete(Folder, recursive: true);
        }
        catch (IOException)
        {
            // What the simulator's own children still write there is the system's to remove.
        }
    }

    /// <summary>Ends the program at once: it does not answer.</summary>
    public void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It has ended by itself.
        }

        Dispose();
    }

    private static Process Start(ExternalSettings settings)
    {
        string folder = settings.FullFolder;
        ProcessStartInfo start = new(ProgramSearch.Find(settings.Command[0], folder) ?? settings.Command[0])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            UseShellExecute = false,
        };
        foreach (string argument in settings.Command.Skip(1))
        {
            start.ArgumentList.Add(argument);
        }

        // Several run at once: each with a team of threads for every core, they would be in each other's way.
        foreach (string variable in s_threadVariables)
        {
            start.Environment.TryAdd(variable, "1");
        }

        try
        {
            return Process.Start(start)!;
        }
        catch (Exception e) when (e is Win32Exception or IOException or DirectoryNotFoundException)
        {
            throw new ExternalSimulatorException(
                $"the simulator '{string.Join(' ', settings.Command)}' cannot be started in {folder}: {e.Message}");
        }
    }

    // One that says nothing, or something else, knows the simulation alone.
    private static HashSet<string> OffersIn(JsonElement answer) =>
        answer.TryGetProperty("offers", out JsonElement offers) && offers.ValueKind == JsonValueKind.Array
            ? [.. offers.EnumerateArray().Where(o => o.ValueKind == JsonValueKind.String).Select(o => o.GetString()!)]
            : [];

    // Null for what is no answer to this request, such as what the simulator prints for itself.
    private static JsonDocument? Parse(string line, long id)
    {
        if (!line.StartsWith('{'))
        {
            return null;
        }

        JsonDocument? answer = null;
        try
        {
            answer = JsonDocument.Parse(line);
            if (answer.RootElement.TryGetProperty("id", out JsonElement given) && given.TryGetInt64(out long number) && number == id)
            {
                return answer;
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No JSON, or an id that is no number.
        }

        answer?.Dispose();
        return null;
    }

    private WorkerFailureException Died()
    {
        _process.WaitForExit(s_patience);
        string code = _process.HasExited ? $"exit code {_process.ExitCode}" : "it closed its standard output";
        _errors.AwaitEnd(s_patience); // They may come a moment after its end.
        string words = string.Join(" | ", _errors.Last.Where(l => !string.IsNullOrWhiteSpace(l)));
        return new WorkerFailureException(
            "a worker that ended", $"the simulator ended ({code}){(words.Length > 0 ? $": {Tail(words)}" : "")}", isAlive: false);
    }

    private static string Shorten(string text) => text.Length > LongestWord ? text[..LongestWord] + "..." : text;

    // What went wrong stands at the end of a trace.
    private static string Tail(string text) => text.Length > LongestWord ? "..." + text[^LongestWord..] : text;
}
