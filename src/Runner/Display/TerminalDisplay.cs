using Spectre.Console;
using Spectre.Console.Rendering;

namespace Reproduce.Runner.Display;

/// <summary>Progress bars with the time left, for a terminal.</summary>
/// <param name="console">The terminal.</param>
public sealed class TerminalDisplay(IAnsiConsole console) : IRunDisplay
{
    // More jobs than these are shown by one bar for the whole stage and the jobs that are running.
    private const int MostBars = 12;

    /// <inheritdoc/>
    public void RunStage(string stage, IReadOnlyList<DisplayJob> jobs, Action<IStageDisplay> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        StageClock clock = new(jobs);
        console.Progress()
            .AutoClear(false)
            .HideCompleted(jobs.Count > MostBars)
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn { Width = 24 },
                new PercentageColumn(),
                new ClockColumn(clock))
            .Start(context =>
            {
                ProgressTask whole = context.AddTask($"[bold]{Markup.Escape(stage)}[/]", maxValue: 1);
                work(new Bars(context, whole, clock, jobs));
                whole.Value = 1;
            });
    }

    private sealed class Bars(ProgressContext context, ProgressTask whole, StageClock clock, IReadOnlyList<DisplayJob> jobs) : IStageDisplay
    {
        private readonly Lock _lock = new();
        private readonly Dictionary<int, ProgressTask> _bars = [];

        public void Resume(int job, double share) => clock.Resume(job, share);

        public void Report(int job, double share, string? note = null)
        {
            clock.Report(job, share);
            Show(job, share, note);
        }

        public void Fail(int job)
        {
            clock.Fail(job);
            Show(job, 1, "failed");
        }

        private void Show(int job, double share, string? note)
        {
            lock (_lock)
            {
                if (!_bars.TryGetValue(job, out ProgressTask? bar))
                {
                    _bars[job] = bar = context.AddTask("", maxValue: 1);
                }

                if (note is not null || bar.Description.Length == 0)
                {
                    string suffix = string.IsNullOrEmpty(note) ? "" : $" [grey]{Markup.Escape(note)}[/]";
                    bar.Description = $"  {Markup.Escape(jobs[job].Label)}{suffix}";
                }

                bar.Value = share;
                whole.Value = clock.Share;
            }
        }
    }

    /// <summary>Time left for the whole stage, on its own line only.</summary>
    private sealed class ClockColumn(StageClock clock) : ProgressColumn
    {
        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
        {
            if (task.Id != 0)
            {
                return Text.Empty;
            }

            string text = task.IsFinished || clock.Left is not TimeSpan left
                ? Durations.Format(clock.Elapsed)
                : $"{Durations.Format(clock.Elapsed)}, {Durations.Format(left)} left";
            return new Text(text, new Style(Color.Grey));
        }
    }
}
