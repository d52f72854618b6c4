using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace Reproduce.Runner.Pipeline;

/// <summary>Runs one job in a child process, which owns its libtorch threads and memory, and passes its progress on.</summary>
/// <remarks>
/// The child is asked to stop by closing its standard input; so it also stops, with a checkpoint, when this process dies. Progress
/// comes as lines "progress SHARE WORDS" and "resume SHARE" on its standard output, what the log should say as "note SENTENCE". Why the
/// job failed is in the file beside its folder.
/// </remarks>
public static class JobProcess
{
    private const string ProgressWord = "progress";
    private const string ResumeWord = "resume";
    private const string NoteWord = "note";
    private static readonly TimeSpan s_reportInterval = TimeSpan.FromSeconds(0.5);

    /// <summary>Runs a job in a child process.</summary>
    /// <param name="job">The job.</param>
    /// <param name="arguments">What the child must know to make the same plan.</param>
    /// <param name="progress">Told where the job stands.</param>
    /// <param name="note">Told what the child has to say besides.</param>
    /// <param name="cancel">Asks the child to stop.</param>
    public static async Task<JobProcessOutcome> RunAsync(
        IJob job, WorkerArguments arguments, JobProgress progress, Action<string> note, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(progress);
        ArgumentNullException.ThrowIfNull(note);
        using Process process = new() { StartInfo = StartInfo(arguments.ToList(job)) };
        StringBuilder errors = new();
        process.OutputDataReceived += (_, line) => Parse(line.Data, progress, note);
        process.ErrorDataReceived += (_, line) => errors.AppendLine(line.Data);
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            string problem = $"the process that works on it cannot be started: '{process.StartInfo.FileName}': {e.Message}";
            return new JobProcessOutcome(ExitCodes.Failure, problem);
        }

        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await using (cancel.Register(process.StandardInput.Close))
        {
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        }

        return new JobProcessOutcome(process.ExitCode, errors.ToString().Trim());
    }

    /// <summary>The child's side: reports progress as lines.</summary>
    /// <param name="output">The child's standard output.</param>
    public static JobProgress Reporter(TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(output);
        Stopwatch sinceReport = Stopwatch.StartNew();
        return new JobProgress(
            (share, words) =>
            {
                if (share >= 1 || sinceReport.Elapsed >= s_reportInterval)
                {
                    sinceReport.Restart();
                    Say(output, string.Create(CultureInfo.InvariantCulture, $"{ProgressWord} {share:R} {words}"));
                }
            },
            share => Say(output, string.Create(CultureInfo.InvariantCulture, $"{ResumeWord} {share:R}")));
    }

    /// <summary>The child's side: says a sentence for the log.</summary>
    /// <param name="output">The child's standard output.</param>
    /// <param name="sentence">The sentence.</param>
    public static void Note(TextWriter output, string sentence)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(sentence);
        Say(output, $"{NoteWord} {sentence}");
    }

    private static void Say(TextWriter output, string line)
    {
        output.WriteLine(line.ReplaceLineEndings(" "));
        output.Flush();
    }

    /// <summary>What starts this program: its file, or the .NET host and its file.</summary>
    public static IReadOnlyList<string> Program()
    {
        Assembly assembly = typeof(JobProcess).Assembly;
        (string program, bool isSelf) = ProgramFor(Environment.ProcessPath, Assembly.GetEntryAssembly() == assembly);
        return isSelf ? [program] : [program, assembly.Location];
    }

    private static ProcessStartInfo StartInfo(IEnumerable<string> arguments)
    {
        IReadOnlyList<string> program = Program();
        ProcessStartInfo start = new(program[0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (string argument in program.Skip(1).Concat(arguments))
        {
            start.ArgumentList.Add(argument);
        }

        WorkerEnvironment.Set(start.Environment);
        return start;
    }

    /// <summary>What the child is started with: this program, or dotnet with this program's assembly.</summary>
    /// <param name="processPath">The executable of this process.</param>
    /// <param name="isEntry">Whether this program's assembly is the one that was started, and not a test host's.</param>
    /// <returns>The program, and whether it is this one.</returns>
    internal static (string Program, bool IsSelf) ProgramFor(string? processPath, bool isEntry)
    {
        // Whatever its user has called it: `dotnet run` and an installed copy start the executable itself, `dotnet Reproduce.dll` does not.
        bool isDotnet = string.Equals(Path.GetFileNameWithoutExtension(processPath), "dotnet", StringComparison.OrdinalIgnoreCase);
        return processPath is null ? ("dotnet", false)
            : isDotnet ? (processPath, false)
            : isEntry ? (processPath, true)
            : ("dotnet", false);
    }

    private static void Parse(string? line, JobProgress progress, Action<string> note)
    {
        string[] words = line?.Split(' ', 2) ?? [];
        if (words.Length < 2)
        {
            return;
        }

        if (words[0] == NoteWord)
        {
            note(words[1]);
            return;
        }

        string[] behind = words[1].Split(' ', 2);
        if (!double.TryParse(behind[0], CultureInfo.InvariantCulture, out double share))
        {
            return;
        }

        if (words[0] == ResumeWord)
        {
            progress.Resume(share);
        }
        else if (words[0] == ProgressWord)
        {
            progress.Report(share, behind.Length > 1 ? behind[1] : "");
        }
    }
}
