using System.Globalization;
using Serilog;

namespace Reproduce.Runner.Display;

/// <summary>Progress as plain lines through the log, for output that is redirected to a file or a pipe.</summary>
/// <param name="log">Where the lines go.</param>
public sealed class PlainDisplay(ILogger log) : IRunDisplay
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(20);

    /// <inheritdoc/>
    public void RunStage(string stage, IReadOnlyList<DisplayJob> jobs, Action<IStageDisplay> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        StageLines lines = new(stage, jobs, log);
        using (new Timer(_ => lines.Print(), null, s_interval, s_interval))
        {
            work(lines);
        }
    }

    private sealed class StageLines(string stage, IReadOnlyList<DisplayJob> jobs, ILogger log) : IStageDisplay
    {
        private readonly StageClock _clock = new(jobs);

        public void Resume(int job, double share) => _clock.Resume(job, share);

        public void Report(int job, double share, string? note = null)
        {
            if (_clock.Report(job, share))
            {
                Print(job, string.IsNullOrEmpty(note) ? "done" : "done, " + note);
            }
        }

        public void Fail(int job)
        {
            _clock.Fail(job);
            Print(job, "failed");
        }

        public void Print()
        {
            string left = _clock.Left is TimeSpan time ? Durations.Format(time) + " left" : "time left not known yet";
            log.Information(
                "{Stage:l}: {Percent:l} after {Elapsed:l}, {Left:l}",
                stage, _clock.Share.ToString("P0", CultureInfo.InvariantCulture), Durations.Format(_clock.Elapsed), left);
        }

        private void Print(int job, string end) => log.Information(
            "{Stage:l}: {Label:l} {End:l} ({Finished} of {Count})", stage, jobs[job].Label, end, _clock.Finished, jobs.Count);
    }
}
