using Reproduce.Compute;
using Reproduce.Inference.Networks.Vectors;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Reproduce.Inference.Networks;

/// <summary>
/// The paper's free-form MLP: Dense(H, ReLU), then blocks h = ReLU(dropout(W h + b) + h), then a linear layer to D outputs.
/// Its input is the concatenation of noisy parameter, condition and raw time.
/// </summary>
public sealed class ResidualMlp : FreeFormNetwork
{
    private readonly Dense first;
    private readonly ModuleList<Dense> blocks = [];
    private readonly Dense last;
    private readonly long _dimension;
    private readonly long _summaries;
    private readonly double _dropout;
    private readonly bool _drawsInBfloat16;
    private readonly VectorMlpDispatch _vectors;

    /// <summary>A network for D parameters and S summaries.</summary>
    /// <param name="parameters">D.</param>
    /// <param name="condition">S.</param>
    /// <param name="settings">Widths and regularisation.</param>
    /// <param name="random">Where the initial weights come from.</param>
    public ResidualMlp(long parameters, long condition, ResidualMlpSettings settings, RandomSource random)
        : base(nameof(ResidualMlp))
    {
        ArgumentNullException.ThrowIfNull(settings);
        _dimension = parameters;
        _summaries = condition;
        _dropout = settings.Dropout;
        _drawsInBfloat16 = settings.DrawingPrecision == DrawingPrecision.Bfloat16;
        first = new Dense(parameters + condition + 1, settings.Units, random, settings.L2);
        for (int i = 0; i < settings.Blocks; i++)
        {
            blocks.Add(new Dense(settings.Units, settings.Units, random, settings.L2));
        }

        last = new Dense(settings.Units, parameters, random);
        _vectors = new VectorMlpDispatch([first, .. blocks, last], (int)(parameters + condition + 1), settings.Units, (int)parameters);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor Apply(Tensor theta, Tensor condition, Tensor time, ForwardPass pass)
    {
        ArgumentNullException.ThrowIfNull(pass);
        // By shapes alone: vector code would read rows of another width across each other.
        Require.Rows(theta, _dimension, nameof(theta));
        Require.Rows(condition, _summaries, nameof(condition), theta.shape[0]);
        Require.Rows(time, 1, nameof(time), theta.shape[0]);
        Tensor input = cat([theta, condition, time], 1);
        CountPass(input.shape[0]);
        if (_drawsInBfloat16 && pass.IsOfDraws && !is_grad_enabled())
        {
            return ApplyInBfloat16(input);
        }

        Tensor?[] masks = MasksOf(pass, input.shape[0], input.device);
        if (UsesVectors(input, pass))
        {
            return _vectors.Apply(input, masks);
        }

        Tensor h = first.Apply(input).relu_();
        for (int b = 0; b < blocks.Count; b++)
        {
            Tensor inner = blocks[b].Apply(h);
            h = (masks[b] is Tensor mask ? inner * mask.t() : inner).add_(h, Scalars.One).relu_();
        }

        return last.Apply(h);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// In one pass of both: on a GPU half the launches, for which twice the arithmetic of the backward pass is a small price with networks
    /// of this size.
    /// </remarks>
    public override Tensor ApplyToPair(Tensor theta, Tensor condition, Tensor time, ForwardPass student, ForwardPass teacher)
    {
        ArgumentNullException.ThrowIfNull(condition);
        ArgumentNullException.ThrowIfNull(student);
        ArgumentNullException.ThrowIfNull(teacher);
        ArgumentNullException.ThrowIfNull(theta);
        Require.Rows(condition, _summaries, nameof(condition), theta.shape[1]);
        Tensor input = cat([theta, condition.unsqueeze(0).expand(2, -1, -1), time], 2);
        long rows = input.shape[1];
        CountPass(2 * rows);
        Tensor?[] masks = MasksOf(student, rows, input.device), others = MasksOf(teacher, rows, input.device);
        // Layers see a matrix: product and bias are one operation then.
        Tensor h = first.Apply(input.view(2 * rows, -1)).relu_();
        for (int b = 0; b < blocks.Count; b++)
        {
            Tensor inner = blocks[b].Apply(h);
            h = PairOf(masks[b], others[b]) is Tensor mask
                ? addcmul(h.view(2, rows, -1), inner.view(2, rows, -1), mask, Scalars.One).relu_().view(2 * rows, -1)
                : inner.add_(h, Scalars.One).relu_();
        }

        return last.Apply(h).view(2, rows, -1);
    }

    /// <inheritdoc/>
    internal override bool TakesLossOfPair(Tensor condition, ForwardPass pass) => UsesVectors(condition, pass);

    /// <inheritdoc/>
    internal override Tensor LossOfPair(IPairLoss loss, Tensor condition, ForwardPass student, ForwardPass teacher)
    {
        ArgumentNullException.ThrowIfNull(condition);
        ArgumentNullException.ThrowIfNull(student);
        ArgumentNullException.ThrowIfNull(teacher);
        ArgumentNullException.ThrowIfNull(loss);
        long rows = loss.Time.Length / 2;
        Require.Rows(condition, _summaries, nameof(condition), rows);
        if (loss.Theta.Length != loss.Time.Length * _dimension)
        {
            throw new ArgumentException($"theta: expected [{rows}, {_dimension}], got [{rows}, {loss.Theta.Length / loss.Time.Length}].");
        }

        CountPass(rows);
        CountPass(rows);
        Tensor?[] masks = MasksOf(student, rows, condition.device);
        return _vectors.LossOfPair(loss, condition, masks, MasksOf(teacher, rows, condition.device));
    }

    // Converted once behind the first layer and once before the last: the sums of the blocks are rounded, too. The products are nearly all
    // of the arithmetic, so that the weights' own conversion is worth no memory of them.
    private Tensor ApplyInBfloat16(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        bool isFast = Bfloat16Product.IsFast(input.device);
        Tensor h = first.Apply(input).relu_().to(ScalarType.BFloat16);
        foreach (Dense block in blocks)
        {
            h = Bfloat16Product.Linear(h, block.Weight, block.Bias, isFast).add_(h, Scalars.One).relu_();
        }

        return last.Apply(h.to(ScalarType.Float32)).MoveToOuterDisposeScope();
    }

    private Tensor?[] MasksOf(ForwardPass pass, long rows, Device device) =>
        [.. blocks.Select(_ => pass.Mask(first.Weight.shape[0], rows, _dropout, device))];

    // [N, H] for both, or [2, N, H].
    private static Tensor? PairOf(Tensor? mask, Tensor? other) => mask is null || other is null ? null
        : ReferenceEquals(mask, other) ? mask.t()
        : stack([mask, other], 0).transpose(1, 2);

    /// <summary>Whether a pass goes through vector code.</summary>
    /// <param name="input">[N, C].</param>
    /// <param name="pass">The pass.</param>
    internal bool UsesVectors(Tensor input, ForwardPass pass) => _vectors.Accepts(input, pass);
}
