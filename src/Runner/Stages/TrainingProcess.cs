using System.Diagnostics;
using System.Globalization;
using System.Text;
using Reproduce.Inference.Training;
using Reproduce.Runner.Plan;

namespace Reproduce.Runner.Stages;

/// <summary>How a training that ran in a process of its own ended.</summary>
/// <param name="ExitCode">The process's exit code.</param>
/// <param name="Errors">What it wrote on its error output.</param>
public sealed record TrainingOutcome(int ExitCode, string Errors)
{
    /// <summary>The first line of the errors: an exception's message without its stack.</summary>
    public string Message => Errors.Split('\n', 2)[0].Trim();
}

/// <summary>
/// Runs one training in a child process, which owns its libtorch threads and memory, and passes its progress on.
/// </summary>
/// <remarks>
/// The child is asked to stop by closing its standard input; so it also stops, with a checkpoint, when this process dies. Progress
/// comes as lines "progress STEP TOTAL LOSS" on its standard output.
/// </remarks>
public static class TrainingProcess
{
    private const string ProgressWord = "progress";
    private const string NoteWord = "note";

    /// <summary>Trains in a child process.</summary>
    /// <param name="job">The training.</param>
    /// <param name="run">What the child must know to make the same plan.</param>
    /// <param name="progress">Where the training stands.</param>
    /// <param name="note">Told what the child has to say besides.</param>
    /// <param name="cancel">Asks the child to stop.</param>
    public static async Task<TrainingOutcome> RunAsync(
        TrainJob job, WorkerArguments run, IProgress<TrainingProgress> progress, Action<string> note, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(progress);
        ArgumentNullException.ThrowIfNull(note);
        using Process process = new() { StartInfo = StartInfo(run, job) };
        StringBuilder errors = new();
        process.OutputDataReceived += (_, line) => Parse(line.Data, progress, note);
        process.ErrorDataReceived += (_, line) => errors.AppendLine(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await using (cancel.Register(process.StandardInput.Close))
        {
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        }

        return new TrainingOutcome(process.ExitCode, errors.ToString().Trim());
    }

    /// <summary>The child's side: reports progress as lines.</summary>
    /// <param name="output">The child's standard output.</param>
    public static IProgress<TrainingProgress> Reporter(TextWriter output) => new LineProgress(output);

    /// <summary>The child's side: says a sentence.</summary>
    /// <param name="output">The child's standard output.</param>
    /// <param name="text">The sentence.</param>
    public static void Note(TextWriter output, string text)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(text);
        output.WriteLine($"{NoteWord} {text.ReplaceLineEndings(" ")}");
        output.Flush();
    }

    private static ProcessStartInfo StartInfo(WorkerArguments run, TrainJob job)
    {
        // `dotnet run` and an installed copy start the executable itself; a test host or `dotnet Reproduce.dll` does not.
        string assembly = typeof(TrainingProcess).Assembly.Location;
        string host = Environment.ProcessPath ?? "dotnet";
        bool isSelf = Path.GetFileNameWithoutExtension(host) == Path.GetFileNameWithoutExtension(assembly);
        ProcessStartInfo start = new(isSelf ? host : "dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        if (!isSelf)
        {
            start.ArgumentList.Add(assembly);
        }

        foreach (string argument in run.ToList(job))
        {
            start.ArgumentList.Add(argument);
        }

        // One core for each training: the numerical libraries would otherwise start a team of threads in every child.
        start.Environment["OMP_NUM_THREADS"] = "1";
        start.Environment["MKL_NUM_THREADS"] = "1";
        // Millions of steps make small objects; with the default budget for new ones, collections come every few milliseconds of work.
        start.Environment["DOTNET_GCgen0size"] = "0x10000000";
        return start;
    }

    private static void Parse(string? line, IProgress<TrainingProgress> progress, Action<string> note)
    {
        if (line?.StartsWith(NoteWord + " ", StringComparison.Ordinal) == true)
        {
            note(line[(NoteWord.Length + 1)..]);
            return;
        }

        string[] words = line?.Split(' ') ?? [];
        if (words.Length == 4 && words[0] == ProgressWord
            && long.TryParse(words[1], CultureInfo.InvariantCulture, out long step)
            && long.TryParse(words[2], CultureInfo.InvariantCulture, out long total)
            && double.TryParse(words[3], CultureInfo.InvariantCulture, out double loss))
        {
            progress.Report(new TrainingProgress(step, total, loss));
        }
    }

    private sealed class LineProgress(TextWriter output) : IProgress<TrainingProgress>
    {
        private readonly Stopwatch _since = Stopwatch.StartNew();

        public void Report(TrainingProgress value)
        {
            if (value.Step < value.TotalSteps && _since.ElapsedMilliseconds < 500)
            {
                return;
            }

            _since.Restart();
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{ProgressWord} {value.Step} {value.TotalSteps} {value.Loss:R}"));
            output.Flush();
        }
    }
}

/// <summary>What a child process must know to make the same plan as its parent.</summary>
/// <param name="ResolvedFile">The experiment as run.</param>
/// <param name="Variant">"paper" or the variant's name.</param>
/// <param name="Cache">Root folder of the results of jobs.</param>
/// <param name="CheckpointSeconds">Time between two checkpoints.</param>
public sealed record WorkerArguments(string ResolvedFile, string Variant, string Cache, double CheckpointSeconds)
{
    /// <summary>The hidden verb of the command line.</summary>
    public const string Verb = "train-worker";

    /// <summary>The child's command line.</summary>
    /// <param name="job">The training.</param>
    public IEnumerable<string> ToList(TrainJob job)
    {
        ArgumentNullException.ThrowIfNull(job);
        string seconds = CheckpointSeconds.ToString("R", CultureInfo.InvariantCulture);
        return [Verb, ResolvedFile, "--variant", Variant, "--cache", Cache, "--job", job.Folder.Hash, "--checkpoint-seconds", seconds];
    }
}
