using Reproduce.Compute;
using Reproduce.Evaluation;
using Reproduce.Reporting;
using Reproduce.Runner.Pipeline;
using Reproduce.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Runner.Inferring;

/// <summary>Runs the simulator with posterior draws and compares with what was observed.</summary>
/// <param name="task">The task; null for none, which a model's file has not.</param>
/// <param name="settings">How many simulations for each observation, and by which statistics they are compared with it.</param>
/// <param name="context">Where they run.</param>
internal sealed class PredictiveCheck(ITask? task, InferenceSettings settings, JobContext context)
{
    // Of longer series a figure shows nothing.
    private const int LongestSeries = 2000;

    /// <summary>Checks the draws for one observation.</summary>
    /// <param name="draws">[S, D].</param>
    /// <param name="x">The observation, a batch of one.</param>
    /// <param name="key">Random numbers of the simulator.</param>
    public Predicted Run(Tensor draws, Observation x, RandomKey key)
    {
        int count = settings.Predictive;
        if (count == 0 || task is null || task.Description.Stored is not null || task.Description.Images is not null)
        {
            return new Predicted([], [], count == 0 ? null : "No posterior predictive check: there is no simulator for it.");
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor possible = Possible(task, draws);
        long used = Math.Min(count, possible.shape[0]);
        if (used == 0)
        {
            return new Predicted([], [], "No posterior predictive check: the prior's density is zero at all draws.");
        }

        Tensor theta = possible.narrow(0, 0, used).contiguous();
        try
        {
            (Observation simulated, int failed, string? reason) = Simulate(task, theta, key);
            string? note = failed > 0 ? $"{failed} of {used} simulations with posterior draws failed; the first: {reason}" : null;
            return failed == used ? new Predicted([], [], note) : WithOwn(Compare(x, simulated, note), task, x, simulated);
        }
        catch (InvalidOperationException e)
        {
            return new Predicted([], [], $"No posterior predictive check: {e.Message}");
        }
    }

    // What the prior excludes no simulator need know.
    private static Tensor Possible(ITask task, Tensor draws)
    {
        if (task.Description.LogPrior is not { } prior)
        {
            return draws;
        }

        double[] all = draws.to(ScalarType.Float64).contiguous().data<double>().ToArray();
        long[] inside = [.. all.Chunk((int)draws.shape[1]).Index().Where(d => double.IsFinite(prior(d.Item))).Select(d => (long)d.Index)];
        return draws.index_select(0, tensor(inside));
    }

    private (Observation X, int Failed, string? Reason) Simulate(ITask task, Tensor theta, RandomKey key)
    {
        if (task.Description.Batches is not IBatchSimulator batches)
        {
            using RandomSource random = new(key);
            return (task.Simulate(theta, random), 0, null);
        }

        SimulationBatch batch = batches.SimulateBatch(
            theta, key, new BatchRequest(null, context.Threads, null, context.Cancel) { Note = context.Note });
        if (batch.Failures.Count == 0)
        {
            return (batch.X, 0, null);
        }

        HashSet<long> failed = [.. batch.Failures.Select(f => f.Row)];
        long[] good = [.. Enumerable.Range(0, (int)theta.shape[0]).Select(i => (long)i).Where(i => !failed.Contains(i))];
        return (good.Length == 0 ? batch.X : batch.X.Select(tensor(good)), failed.Count, batch.Failures[0].Reason);
    }

    // Statistics that the user's program computes, of the observation and the simulations in one request.
    private static Predicted WithOwn(Predicted predicted, ITask task, Observation x, Observation simulated)
    {
        if (task.Description.Statistics is not { } own || !own.AreKnown())
        {
            return predicted;
        }

        List<PredictiveStatistic> statistics = [];
        int unknown = 0;
        using Observation all = new(x.Parts.ToDictionary(p => p.Key, p => cat([p.Value, simulated[p.Key].to(p.Value.dtype)], 0)));
        foreach ((string name, Tensor array) in own.Compute(all).OrderBy(a => a.Key, StringComparer.Ordinal))
        {
            double[][] rows = Rows(array);
            for (int i = 0; i < rows[0].Length; i++)
            {
                double[] known = [.. rows.Skip(1).Select(r => r[i]).Where(double.IsFinite)];
                unknown += rows.Length - 1 - known.Length;
                if (double.IsFinite(rows[0][i]) && known.Length > 0)
                {
                    string label = rows[0].Length == 1 ? name : FormattableString.Invariant($"{name} {i + 1}");
                    statistics.Add(PredictiveStatistic.Of(label, rows[0][i], known));
                }
                else
                {
                    unknown++;
                }
            }
        }

        string? note = unknown == 0 ? null : FormattableString.Invariant($"{unknown} values of the simulator's statistics are not finite.");
        string[] notes = [.. new[] { predicted.Note, note }.OfType<string>()];
        return predicted with
        {
            Statistics = [.. predicted.Statistics, .. statistics],
            Note = notes.Length == 0 ? null : string.Join(' ', notes),
        };
    }

    // A set may be too small for a statistic: the observed one has none then, and a simulated one is left out.
    private IEnumerable<PredictiveStatistic> Chosen(string name, bool isSet, double[] observed, double[][] rows, List<string> notes)
    {
        foreach (ChosenStatistic chosen in settings.Statistics.Where(s => s.Array is null || s.Array == name))
        {
            string label = $"{name}: {chosen.Name}";
            double[][] whole = [.. rows.Where(r => chosen.IsOf(r.Length))];
            if (!chosen.IsOf(observed.Length))
            {
                if (isSet)
                {
                    notes.Add(FormattableString.Invariant($"{label} is left out: the observation has {observed.Length} numbers."));
                }

                continue;
            }

            if (whole.Length < rows.Length)
            {
                int few = rows.Length - whole.Length;
                notes.Add(FormattableString.Invariant($"{label}: {few} of {rows.Length} simulations have too few numbers for it."));
            }

            if (whole.Length > 0)
            {
                yield return PredictiveStatistic.Of(label, chosen.Of(observed), [.. whole.Select(chosen.Of)]);
            }
        }
    }

    // A set of one number has no deviation.
    private static IEnumerable<PredictiveStatistic> Usual(string name, bool isSet, double[] observed, double[][] rows, List<string> notes)
    {
        double[][] whole = isSet ? [.. rows.Where(r => r.Length > 1)] : rows;
        if (whole.Length < rows.Length)
        {
            int few = rows.Length - whole.Length;
            notes.Add(FormattableString.Invariant($"{name}: {few} of {rows.Length} simulations have fewer than two numbers."));
        }

        return isSet && (observed.Length < 2 || whole.Length == 0) ? [] : PredictiveStatistic.Usual(name, observed, whole);
    }

    private Predicted Compare(Observation x, Observation simulated, string? note)
    {
        List<PredictiveStatistic> statistics = [];
        List<PredictivePanel> series = [];
        List<string> notes = note is null ? [] : [note];
        foreach ((string name, Tensor part) in x.Parts)
        {
            double[] observed = Rows(x, name)[0];
            double[][] rows = Rows(simulated, name);
            bool isSet = VaryingSet.Is(x.Parts, name);
            statistics.AddRange(
                settings.Statistics.Count == 0
                    ? Usual(name, isSet, observed, rows, notes)
                    : Chosen(name, isSet, observed, rows, notes));

            // A short list may be statistics of the simulator's choice: each of them is compared by itself. One simulation has no spread.
            if (observed.Length > 1 && part.dim() == 2 && observed.Length <= LongestSeries && rows.Length > 1)
            {
                PredictiveStatistic[] each =
                [
                    .. observed.Select((value, i) => PredictiveStatistic.Of($"{name} {i + 1}", value, [.. rows.Select(r => r[i])])),
                ];
                double[][] columns = [.. observed.Select((_, i) => rows.Select(r => r[i]).ToArray())];
                ParameterSummary[] middle = [.. columns.Select(c => ParameterSummary.Of(c))];
                series.Add(new PredictivePanel
                {
                    Title = name,
                    Observed = observed,
                    Median = [.. each.Select(e => e.Median)],
                    Low = [.. each.Select(e => e.Low)],
                    High = [.. each.Select(e => e.High)],
                    InnerLow = [.. middle.Select(m => m.Half.Low)],
                    InnerHigh = [.. middle.Select(m => m.Half.High)],
                });
            }
        }

        return new Predicted(statistics, series, notes.Count == 0 ? null : string.Join(' ', notes));
    }

    // The numbers of each data set; of a set of varying size those of its members.
    private static double[][] Rows(Observation x, string name)
    {
        double[][] rows = Rows(x[name]);
        if (!VaryingSet.Is(x.Parts, name))
        {
            return rows;
        }

        int width = (int)x[name].shape[2];
        float[] lengths = x[VaryingSet.LengthOf(name)].data<float>().ToArray();
        return [.. rows.Select((row, i) => row[..((int)lengths[i] * width)])];
    }

    private static double[][] Rows(Tensor part)
    {
        using Tensor flat = part.to(ScalarType.Float64).flatten(1).contiguous();
        return [.. flat.data<double>().ToArray().Chunk((int)flat.shape[1])];
    }
}
