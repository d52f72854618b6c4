using System.Globalization;
using Reproduce.Compute;
using Reproduce.Evaluation;
using Reproduce.Files;
using Reproduce.Reporting;
using Reproduce.Runner.Pipeline;
using static TorchSharp.torch;

namespace Reproduce.Runner.Inferring;

/// <summary>Writes what was inferred: draws, a summary, figures, and everything in JSON.</summary>
/// <param name="model">The trained contender that was used.</param>
/// <param name="steps">Sampling steps.</param>
public sealed class InferenceFiles(TrainedModel model, int steps)
{
    /// <summary>Folder of the observations' folders, in the results folder.</summary>
    public const string Folder = "infer";

    private ContenderStyle Style => model.Style;

    private string[] Names => model.Settings.Parameters;

    /// <summary>Writes the files of one observation.</summary>
    /// <param name="posterior">What was found.</param>
    /// <param name="output">The results folder.</param>
    /// <returns>The folder.</returns>
    public string Write(InferredPosterior posterior, string output)
    {
        ArgumentNullException.ThrowIfNull(posterior);
        string folder = Path.Combine(output, Folder, posterior.Name);
        Directory.CreateDirectory(folder);
        WriteDraws(posterior, folder);
        WholeFile.WriteText(Path.Combine(folder, "summary.md"), Page(posterior));
        WholeFile.WriteText(Path.Combine(folder, "summary.json"), IndentedJson.Write(Json(posterior, folder)));
        ContenderStyle style = Style;
        if (Names.Length <= CornerFigure.MostParameters)
        {
            CornerFigure.Create(new CornerPlot
            {
                Labels = model.Settings.Labels,
                Contender = style,
                Setting = style.Setting(steps),
                Observation = posterior.Name,
                Draws = posterior.Draws,
            }).Save(folder, "corner");
        }

        if (posterior.Series.Count > 0)
        {
            PredictiveFigure.Create(posterior.Series, style, posterior.Name).Save(folder, "predictive");
        }

        return folder;
    }

    /// <summary>The summary as Markdown.</summary>
    /// <param name="posterior">What was found.</param>
    public string Page(InferredPosterior posterior)
    {
        ArgumentNullException.ThrowIfNull(posterior);
        List<string> page =
        [
            $"# {model.Settings.Title}: {posterior.Name}",
            "",
            $"{posterior.Draws[0].Length} draws of {Style.Setting(steps)}, trained on {model.Settings.Budget} simulations.",
            "",
            "| parameter | mean | median | mode | sd | 50 % interval | 95 % interval |",
            "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
            .. Names.Zip(posterior.Parameters, Row),
            .. WeightedRows(posterior.Weights),
            "",
            Familiarity(posterior),
            "",
            posterior.Local.Sentence,
        ];
        if (posterior.OutsidePrior is > 0 and double outside)
        {
            string share = outside.ToString("P1", CultureInfo.InvariantCulture);
            page.AddRange(["", $"{share} of the draws lie where the prior's density is zero; they are an error of the estimator."]);
        }

        if (posterior.Predictive.Count > 0)
        {
            page.AddRange(
            [
                "",
                "| posterior predictive check | observed | simulated: median | 90 % interval | p |",
                "| --- | ---: | ---: | ---: | ---: |",
                .. posterior.Predictive.Select(s =>
                    $"| {s.Name} | {Text(s.Observed)} | {Text(s.Median)} | {Text(s.Low)} to {Text(s.High)} | {Text(s.PValue)} |"),
            ]);
        }

        if (posterior.PredictiveNote is string note)
        {
            page.AddRange(["", note]);
        }

        return string.Join('\n', page) + "\n";
    }

    private IEnumerable<string> WeightedRows(Reweighted weights) =>
    [
        .. Names.Zip(weights.Parameters, (name, p) => Row($"{name}, weighted", p)),
        .. weights.Sentences.SelectMany(s => new[] { "", s }),
    ];

    private static string Row(string name, ParameterSummary p) =>
        $"| {name} | {Text(p.Mean)} | {Text(p.Median)} | {Text(p.Mode)} | {Text(p.Sd)} | {Text(p.Half.Low)} to {Text(p.Half.High)} "
            + $"| {Text(p.Most.Low)} to {Text(p.Most.High)} |";

    /// <summary>What the test of the observation says, in a sentence.</summary>
    /// <param name="posterior">What was found.</param>
    public static string Familiarity(InferredPosterior posterior)
    {
        ArgumentNullException.ThrowIfNull(posterior);
        return posterior.IsOutside
            ? $"WARNING: the observation lies outside of what was simulated (p = {Text(posterior.OutsidePValue)}): the networks have seen "
                + "nothing like it, and the draws are not to be trusted."
            : $"The observation is one of those that were simulated, as far as distances tell (p = {Text(posterior.OutsidePValue)}).";
    }

    /// <summary>Everything but the draws, for machines.</summary>
    /// <param name="posterior">What was found.</param>
    /// <param name="folder">Where its files are.</param>
    public Dictionary<string, object?> Json(InferredPosterior posterior, string folder)
    {
        ArgumentNullException.ThrowIfNull(posterior);
        return new()
        {
            ["observation"] = posterior.Name,
            ["experiment"] = model.Settings.Experiment,
            ["contender"] = model.Settings.Contender,
            ["budget"] = model.Settings.Budget,
            ["steps"] = steps,
            ["draws"] = posterior.Draws[0].Length,
            ["folder"] = folder,
            ["parameters"] = ParametersJson(posterior.Parameters),
            ["weights"] = WeightsJson(posterior.Weights),
            ["outside_p_value"] = posterior.OutsidePValue,
            ["is_outside"] = posterior.IsOutside,
            ["local_c2st"] = posterior.Local.Result is { } local
                ? new Dictionary<string, double>
                {
                    ["statistic"] = local.Statistic,
                    ["limit"] = local.Limit,
                    ["p_value"] = local.PValue,
                }
                : null,
            ["local_c2st_note"] = posterior.Local.Sentence,
            ["outside_prior"] = posterior.OutsidePrior,
            ["predictive"] = posterior.Predictive.Select(s => new Dictionary<string, object>
            {
                ["statistic"] = s.Name,
                ["observed"] = s.Observed,
                ["median"] = s.Median,
                ["q5"] = s.Low,
                ["q95"] = s.High,
                ["p_value"] = s.PValue,
            }).ToArray(),
            ["predictive_note"] = posterior.PredictiveNote,
        };
    }

    private Dictionary<string, Dictionary<string, double>> ParametersJson(IReadOnlyList<ParameterSummary> parameters) =>
        Names.Zip(parameters).ToDictionary(
            p => p.First,
            p => new Dictionary<string, double>
            {
                ["mean"] = p.Second.Mean,
                ["median"] = p.Second.Median,
                ["mode"] = p.Second.Mode,
                ["sd"] = p.Second.Sd,
                ["q2.5"] = p.Second.Most.Low,
                ["q25"] = p.Second.Half.Low,
                ["q75"] = p.Second.Half.High,
                ["q97.5"] = p.Second.Most.High,
            });

    // JSON has no infinity.
    private Dictionary<string, object?> WeightsJson(Reweighted weights) => new()
    {
        ["effective_size"] = weights.Smoothed?.EffectiveSize,
        ["pareto_k"] = weights.Smoothed is { } smoothed && double.IsFinite(smoothed.Shape) ? smoothed.Shape : null,
        ["largest_pareto_k"] = weights.Smoothed?.LargestShape,
        ["is_reliable"] = weights.Smoothed?.IsReliable,
        ["parameters"] = weights.Smoothed is null ? null : ParametersJson(weights.Parameters),
        ["notes"] = weights.Sentences,
    };

    /// <summary>A number with four digits.</summary>
    /// <param name="value">The number.</param>
    public static string Text(double value) => value.ToString("G4", CultureInfo.InvariantCulture);

    private void WriteDraws(InferredPosterior posterior, string folder)
    {
        int count = posterior.Draws[0].Length;
        using IDisposable scope = NewDisposeScope();
        double[] rows = [.. Enumerable.Range(0, count).SelectMany(s => posterior.Draws.Select(column => column[s]))];
        Dictionary<string, Tensor> arrays = new() { [StageFiles.DrawsArray] = tensor(rows, [count, Names.Length]) };
        Dictionary<string, IReadOnlyList<double>> beside = [];
        if (posterior.LogDensity is { } density)
        {
            beside["log_density"] = density;
        }

        if (posterior.Weights.Smoothed is { } smoothed)
        {
            beside["weight"] = smoothed.Weights;
        }

        foreach ((string name, IReadOnlyList<double> column) in beside)
        {
            arrays[name] = tensor(column.ToArray());
        }

        List<string> csv = [string.Join(',', Names.Concat(beside.Keys))];
        for (int s = 0; s < count; s++)
        {
            IEnumerable<double> row = posterior.Draws.Concat(beside.Values).Select(column => column[s]);
            csv.Add(string.Join(',', row.Select(v => v.ToString("R", CultureInfo.InvariantCulture))));
        }

        Npz.Write(Path.Combine(folder, "draws.npz"), arrays);
        WholeFile.WriteText(Path.Combine(folder, "draws.csv"), string.Join('\n', csv) + "\n");
    }
}
