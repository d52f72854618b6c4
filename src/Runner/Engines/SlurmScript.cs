using System.Globalization;
using System.Text;
using Reproduce.Runner.Pipeline;
using Reproduce.Runner.Storage;

namespace Reproduce.Runner.Engines;

/// <summary>The batch script of an array.</summary>
internal static class SlurmScript
{
    /// <summary>Writes the script's text.</summary>
    /// <param name="array">The array.</param>
    /// <param name="settings">The cluster.</param>
    /// <param name="experiment">Name of the experiment, for the queue.</param>
    /// <param name="submission">Folder of the submission; its logs are below.</param>
    /// <param name="program">What starts this program.</param>
    /// <param name="arguments">
    /// The program's arguments; an element's own are put in the place of <see cref="Hashes"/>.
    /// </param>
    public static string Text(
        JobArray array,
        SlurmSettings settings,
        string experiment,
        string submission,
        IReadOnlyList<string> program,
        IReadOnlyList<string> arguments)
    {
        bool runsJobs = array.Stage != SubmissionStages.Collect;
        string log = Path.Combine(submission, Submission.LogsFolder, array.Name);
        string cap = settings.MaxRunning is int most ? FormattableString.Invariant($"%{most}") : "";
        StringBuilder text = new("#!/bin/bash\n");
        IEnumerable<string> options =
        [
            $"--job-name={experiment}-{array.Name}",
            runsJobs ? string.Create(CultureInfo.InvariantCulture, $"--array=0-{array.Elements.Count - 1}{cap}") : "",
            runsJobs ? $"--output={log}-%a.log" : $"--output={log}.log",
            "--open-mode=append",
            "--ntasks=1",
            // One signal, for the program and not for this script; what was lost with a node or preempted is put back into the queue.
            FormattableString.Invariant($"--signal=TERM@{settings.SaveSeconds}"),
            "--requeue",
            "--kill-on-invalid-dep=yes",
            .. array.Resources.ToOptions(),
        ];
        foreach (string option in options.Where(o => o.Length > 0))
        {
            text.Append("#SBATCH ").Append(option).Append('\n');
        }

        text.Append("cd ").Append(Quote(Environment.CurrentDirectory)).Append(" || exit 1\n");
        foreach (string line in settings.Setup)
        {
            text.Append(line).Append('\n');
        }

        text.Append("export DOTNET_PROCESSOR_COUNT=\"${SLURM_CPUS_PER_TASK:-1}\"\n");
        if (!array.Resources.Options.Any(o => o.Split('=')[0] == "--exclusive"))
        {
            text.Append(CultureInfo.InvariantCulture, $"export {JobOrigin.SharedVariable}=1\n");
        }

        if (array.Stage == SubmissionStages.Train)
        {
            text.Append(WorkerEnvironment.ToShell()).Append('\n');
        }

        string words = string.Join(' ', program.Concat(arguments).Select(w => w == Hashes ? Hashes : Quote(w)));
        if (!runsJobs)
        {
            return text.Append("exec ").Append(words).Append('\n').ToString();
        }

        string element = $"$1==\"{array.Name}\" && $2==i {{print $3}}", list = Quote(Path.Combine(submission, Submission.JobsFile));
        text.Append($"hashes=$(awk -F '\\t' -v i=\"$SLURM_ARRAY_TASK_ID\" '{element}' {list})\n");
        text.Append("srun --ntasks=1 --cpus-per-task=\"${SLURM_CPUS_PER_TASK:-1}\" ").Append(words).Append('\n');
        text.Append("code=$?\n");
        text.Append("# It has saved: at the end of its time it goes on from there with the next start.\n");
        text.Append(CultureInfo.InvariantCulture, $"if [ $code -eq {ExitCodes.Terminated} ] ");
        text.Append(CultureInfo.InvariantCulture, $"&& [ \"${{SLURM_RESTART_COUNT:-0}}\" -lt {settings.MaxRestarts} ]; then\n");
        text.Append("  scontrol requeue \"${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}\"\n");
        text.Append("fi\n");
        return text.Append("exit $code\n").ToString();
    }

    /// <summary>Where the hashes of an element's jobs stand among the arguments.</summary>
    public const string Hashes = "$hashes";

    private static string Quote(string word) => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
