using Reproduce.Compute;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Reproduce.Inference.Networks.Series;

/// <summary>
/// Late fusion of series of different lengths (Schmitt et al. 2023): an LSTM reads the curve, a transformer the profiles, and dense
/// layers join what both say.
/// </summary>
/// <remarks>
/// Each part is standardised by one mean and one standard deviation of the training set; a position from 0 to 1 is a feature of the
/// profiles beside their values.
/// </remarks>
public sealed class SeriesFusion : SummaryNetwork
{
    // In libtorch's operations the attention of 300 points to each other takes 1.4 MB a data set and block; without gradients these many
    // are enough at once.
    private const long RowsWithoutGradient = 64;

    private readonly LstmLayer curve;
    private readonly TimeSeriesTransformer profiles;
    private readonly DenseLayers joined;
    private readonly Dense last;
    private readonly ModuleList<Standardisation> standardised = [];
    private readonly SeriesFusionSettings _settings;
    private readonly string[] _parts;

    /// <summary>A network for observations like those of a training set.</summary>
    /// <param name="training">The training set, whose mean and standard deviation are taken.</param>
    /// <param name="settings">Parts and sizes.</param>
    /// <param name="random">Where the initial weights come from.</param>
    /// <exception cref="ArgumentException">A part is missing or has another shape than the settings say.</exception>
    public SeriesFusion(Observation training, SeriesFusionSettings settings, RandomSource random)
        : base(nameof(SeriesFusion))
    {
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(settings);
        _settings = settings;
        _parts = [settings.Curve, .. settings.Profiles];
        CheckShapes(training);
        foreach (string part in _parts)
        {
            standardised.Add(new Standardisation(training[part]));
        }

        curve = new LstmLayer(1, settings.CurveUnits, random);
        profiles = new TimeSeriesTransformer(settings.Profiles.Length + 1, settings.Transformer, random);
        joined = new DenseLayers(
            settings.CurveUnits + settings.Transformer.Outputs, settings.Units, settings.Layers, random,
            l2: settings.L2, biasL2: settings.L2, activation: Activation.Swish);
        last = new Dense(settings.Units, settings.Outputs, random);
        Outputs = settings.Outputs;
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override long Outputs { get; }

    /// <inheritdoc/>
    public override Tensor Summarise(Observation x, ForwardPass pass)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(pass);
        CheckShapes(x);
        if (is_grad_enabled() || x.Count <= RowsWithoutGradient)
        {
            return SummariseTogether(x, pass);
        }

        List<Tensor> summaries = [];
        for (long first = 0; first < x.Count; first += RowsWithoutGradient)
        {
            using DisposeScope scope = NewDisposeScope();
            Observation some = x.Narrow(first, Math.Min(RowsWithoutGradient, x.Count - first));
            summaries.Add(SummariseTogether(some, pass).MoveToOuterDisposeScope());
        }

        return cat(summaries, 0);
    }

    private Tensor SummariseTogether(Observation x, ForwardPass pass)
    {
        Tensor grown = curve.Apply(standardised[0].Apply(x[_settings.Curve]).unsqueeze(2), pass);
        Tensor[] values = [.. _settings.Profiles.Select((name, i) => Averaged(standardised[i + 1].Apply(x[name])))];
        long steps = values[0].shape[1];
        Tensor position = linspace(0, 1, steps, dtype: ScalarType.Float32, device: grown.device).expand(x.Count, -1);
        Tensor read = profiles.Apply(stack([.. values, position], 2), pass);
        return last.Apply(joined.Apply(cat([grown, read], 1), pass));
    }

    // [B, P] to [B, P / points per step].
    private Tensor Averaged(Tensor profile) =>
        _settings.PointsPerStep == 1 ? profile : profile.view(profile.shape[0], -1, _settings.PointsPerStep).mean([2]);

    private void CheckShapes(Observation x)
    {
        if (_parts.FirstOrDefault(part => !x.Parts.ContainsKey(part)) is string unknown)
        {
            throw new ArgumentException(
                $"{(unknown == _settings.Curve ? "curve" : "profiles")}: the observation has no part '{unknown}'; it has: "
                    + $"{string.Join(", ", x.Parts.Keys)}."
            );
        }

        long points = x[_settings.Profiles[0]].shape[^1];
        if (points % _settings.PointsPerStep != 0)
        {
            throw new ArgumentException(
                $"points_per_step: expected a divisor of the {points} points, got {_settings.PointsPerStep}."
            );
        }

        foreach (string part in _parts)
        {
            long[] shape = x[part].shape;
            if (shape.Length != 2 || (part != _settings.Curve && shape[1] != points))
            {
                string expected = part == _settings.Curve ? "[B, T]" : $"[B, {points}]";
                throw new ArgumentException($"observation '{part}': expected {expected}, got [{string.Join(", ", shape)}].", nameof(x));
            }
        }
    }
}
