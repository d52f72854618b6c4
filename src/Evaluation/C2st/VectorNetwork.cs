using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Reproduce.Kernels;

namespace Reproduce.Evaluation;

/// <summary>
/// One classifier (two hidden ReLU layers, logistic output) with its gradient and Adam, in vector code. For a few dimensions
/// everything it touches stays in the core's second-level cache.
/// </summary>
/// <remarks>
/// Hidden layers are padded to a multiple of 32 units and batches to a multiple of 4 rows. Padding units have no weights in or out
/// and thus no gradient; padding rows have no error and add nothing to a gradient. The loops are compiled at full optimisation at
/// once: waiting for the tiers would cost a short call (or a busy machine) half its speed.
/// </remarks>
internal sealed class VectorNetwork
{
    private const int TileRows = 4;
    private static readonly AdamSettings s_adam = new(0.9, 0.999, 1e-8);
    private readonly int _width, _capacity;
    private readonly NetworkShape _shape, _padded;
    private readonly float[] _buffer;
    private readonly int _origin;
    private int _next, _steps;
    private readonly Range _parameters, _transposed, _gradient, _mean, _square, _x, _a1, _a2, _d1, _d2, _logits, _y;

    /// <summary>Makes the room for a network; <see cref="Start"/> gives it its weights.</summary>
    /// <param name="shape">Sizes of the layers.</param>
    /// <param name="batch">Largest number of rows of a batch.</param>
    internal VectorNetwork(NetworkShape shape, int batch)
    {
        _shape = shape;
        _width = RoundUp(shape.Hidden, MatrixProduct.PanelColumns);
        _capacity = RoundUp(batch, TileRows);
        _padded = new NetworkShape(RoundUp(shape.Inputs, TileRows), _width);
        int hidden = _capacity * _width;
        _parameters = Reserve(_padded.Count);
        _transposed = Reserve(_width * _width);
        _gradient = Reserve(_padded.Count);
        _mean = Reserve(_padded.Count);
        _square = Reserve(_padded.Count);
        _x = Reserve(_capacity * _padded.Inputs);
        _a1 = Reserve(hidden);
        _a2 = Reserve(hidden);
        _d1 = Reserve(hidden);
        _d2 = Reserve(hidden);
        _logits = Reserve(_capacity);
        _y = Reserve(_capacity);

        // Everything starts on a cache line.
        _buffer = GC.AllocateArray<float>(_next + CacheLine.Floats, pinned: true);
        _origin = CacheLine.Skip(Marshal.UnsafeAddrOfPinnedArrayElement(_buffer, 0));
    }

    /// <summary>Rows of the current batch, [B, D padded]; columns beyond D stay 0.</summary>
    internal Span<float> X => At(_x);

    /// <summary>Classes of the current batch, 0 or 1, [B].</summary>
    internal Span<float> Y => At(_y);

    /// <summary>Columns of <see cref="X"/>.</summary>
    internal int InputWidth => _padded.Inputs;

    /// <summary>Log-odds of class 1 after <see cref="Forward"/>, [B].</summary>
    internal ReadOnlySpan<float> Logits => At(_logits);

    /// <summary>Begins a new training.</summary>
    /// <param name="parameters">Initial parameters, [P].</param>
    internal void Start(ReadOnlySpan<float> parameters)
    {
        _buffer.AsSpan().Clear();
        _steps = 0;
        Copy(parameters, At(_parameters), pad: true);
        Transpose();
    }

    /// <summary>The gradient of the last batch in the order of <see cref="NetworkShape"/>, [P].</summary>
    internal float[] Gradient()
    {
        float[] gradient = new float[_shape.Count];
        Copy(At(_gradient), gradient, pad: false);
        return gradient;
    }

    /// <summary>Computes the log-odds of the batch.</summary>
    /// <param name="batch">Number of rows.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Forward(int batch)
    {
        int rows = RoundUp(batch, TileRows), w = _width;
        Span<float> p = At(_parameters), a1 = At(_a1), a2 = At(_a2), logits = At(_logits);
        MatrixProduct.Multiply<Relu>(At(_x), InputWidth, 1, p, a1, w, rows, _shape.Inputs, w, p.Slice(_padded.Bias1, w));
        MatrixProduct.Multiply<Relu>(a1, w, 1, p[_padded.Weight2..], a2, w, rows, w, w, p.Slice(_padded.Bias2, w));
        ReadOnlySpan<float> w3 = p.Slice(_padded.Weight3, w);
        float b3 = p[_padded.Bias3];
        for (int i = 0; i < rows; i++)
        {
            logits[i] = b3 + MatrixOperations.Dot(a2.Slice(i * w, w), w3);
        }
    }

    /// <summary>Computes loss and gradient of the batch in <see cref="X"/> and <see cref="Y"/>, by scikit-learn's definitions.</summary>
    /// <param name="batch">Number of rows.</param>
    /// <param name="l2">Weight of the penalty 0.5 l2 |W|^2 / batch.</param>
    /// <returns>The loss.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal double LossAndGradient(int batch, float l2)
    {
        Forward(batch);
        int rows = RoundUp(batch, TileRows), w = _width;
        Span<float> p = At(_parameters), g = At(_gradient), a1 = At(_a1), a2 = At(_a2), d1 = At(_d1), d2 = At(_d2), e = At(_logits);
        double loss = CrossEntropy(e, At(_y), batch);
        e[batch..rows].Clear();

        // d2 = (error w3') where active, with the gradients of the output layer on the way.
        OutputLayer(p.Slice(_padded.Weight3, w), g.Slice(_padded.Weight3, w), g.Slice(_padded.Bias2, w), a2, d2, e, rows);
        float bias = 0;
        foreach (float error in e[..rows])
        {
            bias += error;
        }

        g[_padded.Bias3] = bias;
        MatrixProduct.Multiply<Identity>(a1, 1, w, d2, g[_padded.Weight2..], w, w, rows, w);
        MatrixProduct.Multiply<ReluBackward>(d2, w, 1, At(_transposed), d1, w, rows, w, w, default, a1);
        MatrixOperations.ColumnSums(d1, g.Slice(_padded.Bias1, w), rows);
        MatrixProduct.Multiply<Identity>(At(_x), 1, InputWidth, d1, g, w, InputWidth, rows, w);
        if (l2 > 0)
        {
            double first = Penalise(0, _padded.Bias1), second = Penalise(_padded.Weight2, _padded.Bias2);
            double squares = first + second + Penalise(_padded.Weight3, _padded.Bias3);
            loss += 0.5 * l2 / batch * squares;
        }

        return loss;

        double Penalise(int from, int to)
        {
            Span<float> weights = At(_parameters)[from..to];
            PanelOperations.AddScaled(weights, l2 / batch, At(_gradient)[from..to]);
            return MatrixOperations.Dot(weights, weights);
        }
    }

    /// <summary>One step of Adam in scikit-learn's form.</summary>
    /// <param name="learningRate">Step size.</param>
    internal void Step(double learningRate)
    {
        AdamFactors factors = AdamWithCorrectedRate.Factors(s_adam, ++_steps, learningRate);

        // Reserved lengths are multiples of 16; what lies beyond the last parameter has gradient 0 and stays 0.
        AdamUpdate.Apply<AdamWithCorrectedRate>(At(_gradient), At(_parameters), At(_mean), At(_square), s_adam, factors);
        Transpose();
    }

    /// <summary>Mean of softplus(z) - y z; leaves (sigmoid(z) - y) / batch in the place of z.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double CrossEntropy(Span<float> z, ReadOnlySpan<float> y, int batch)
    {
        Vector256<float> total = default, scale = Vector256.Create(1f / batch);
        ref float rz = ref z[0];
        ref float ry = ref MemoryMarshal.GetReference(y);
        for (int i = 0; i < batch; i += 8)
        {
            Vector256<float> logit = Vector256.LoadUnsafe(ref rz, (nuint)i), label = Vector256.LoadUnsafe(ref ry, (nuint)i);

            // exp(-|z|) cannot overflow; softplus(z) = max(z, 0) + log(1 + exp(-|z|)).
            Vector256<float> small = Vector256.Exp(-Vector256.Abs(logit));
            Vector256<float> loss =
                Vector256.Max(logit, Vector256<float>.Zero) - label * logit + Vector256.Log(Vector256<float>.One + small);
            Vector256<float> inverse = Vector256<float>.One / (Vector256<float>.One + small);
            Vector256<float> sigmoid = Vector256.ConditionalSelect(
                Vector256.GreaterThanOrEqual(logit, Vector256<float>.Zero), inverse, small * inverse);
            ((sigmoid - label) * scale).StoreUnsafe(ref rz, (nuint)i);
            Vector256<float> inside = Vector256.LessThan(
                Vector256.CreateSequence((float)i, 1f), Vector256.Create((float)batch));
            total += Vector256.ConditionalSelect(inside, loss, Vector256<float>.Zero);
        }

        return Vector256.Sum(total) / (double)batch;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void OutputLayer(
        ReadOnlySpan<float> w3, Span<float> gradient3, Span<float> biasGradient2, ReadOnlySpan<float> a2, Span<float> d2,
        ReadOnlySpan<float> error, int rows)
    {
        ref float ra = ref MemoryMarshal.GetReference(a2), rd = ref d2[0];
        for (int j = 0; j < _width; j += 8)
        {
            Vector256<float> w = Vector256.Create(w3.Slice(j, 8)), gradient = default, bias = default;
            for (int i = 0; i < rows; i++)
            {
                nuint at = (nuint)(i * _width + j);
                Vector256<float> a = Vector256.LoadUnsafe(ref ra, at), e = Vector256.Create(error[i]);
                gradient = Vector256.FusedMultiplyAdd(a, e, gradient);
                Vector256<float> d = ReluBackward.Apply(w * e, a);
                bias += d;
                d.StoreUnsafe(ref rd, at);
            }

            gradient.CopyTo(gradient3[j..]);
            bias.CopyTo(biasGradient2[j..]);
        }
    }

    private void Transpose() =>
        MatrixOperations.Transpose(At(_parameters).Slice(_padded.Weight2, _width * _width), At(_transposed), _width);

    // Between the compact order of NetworkShape and the padded one.
    private void Copy(ReadOnlySpan<float> from, Span<float> to, bool pad)
    {
        NetworkShape source = pad ? _shape : _padded, target = pad ? _padded : _shape;
        Block(from, to, 0, 0, _shape.Inputs, _shape.Hidden);
        Block(from, to, source.Bias1, target.Bias1, 1, _shape.Hidden);
        Block(from, to, source.Weight2, target.Weight2, _shape.Hidden, _shape.Hidden);
        Block(from, to, source.Bias2, target.Bias2, 1, _shape.Hidden);
        Block(from, to, source.Weight3, target.Weight3, 1, _shape.Hidden);
        to[target.Bias3] = from[source.Bias3];

        void Block(ReadOnlySpan<float> from, Span<float> to, int read, int write, int rows, int columns)
        {
            for (int i = 0; i < rows; i++)
            {
                from.Slice(read + i * source.Hidden, columns).CopyTo(to[(write + i * target.Hidden)..]);
            }
        }
    }

    private Range Reserve(int count)
    {
        int start = _next;
        _next += RoundUp(count, 16);
        return start.._next;
    }

    private Span<float> At(Range range) => _buffer.AsSpan(_origin)[range];

    private static int RoundUp(int value, int multiple) => (value + multiple - 1) / multiple * multiple;
}
