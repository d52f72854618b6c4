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
    private readonly int _width, _stride, _capacity;
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
        // Rows that begin a power of two of bytes apart share few sets of the first cache, and a product reads down its columns.
        _stride = _width % 64 == 0 ? _width + CacheLine.Floats : _width;
        _padded = new NetworkShape(Padded(shape.Inputs), _stride);
        int hidden = _capacity * _stride;
        _parameters = Reserve(_padded.Count);
        _transposed = Reserve(_stride * _stride);
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

    /// <summary>Columns of <see cref="X"/> for so many inputs: the next multiple of four.</summary>
    /// <param name="inputs">D.</param>
    internal static int Padded(int inputs) => RoundUp(inputs, TileRows);

    // Behind the hidden weights of the last unit; the padding units' stay 0.
    private int WeightsEnd => _padded.Weight2 + RoundUp(_shape.Hidden, TileRows) * _stride;

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
        int rows = RoundUp(batch, TileRows), w = _width, s = _stride, hidden = _shape.Hidden;
        Span<float> p = At(_parameters), a1 = At(_a1), a2 = At(_a2), logits = At(_logits);
        MatrixProduct.Multiply<Relu>(
            At(_x), InputWidth, 1, p, a1, s, rows, _shape.Inputs, w, p.Slice(_padded.Bias1, w), rightStride: s);
        MatrixProduct.Multiply<Relu>(a1, s, 1, p[_padded.Weight2..], a2, s, rows, hidden, w, p.Slice(_padded.Bias2, w), rightStride: s);
        ReadOnlySpan<float> w3 = p.Slice(_padded.Weight3, w);
        float b3 = p[_padded.Bias3];
        for (int i = 0; i < rows; i++)
        {
            logits[i] = b3 + MatrixOperations.Dot(a2.Slice(i * s, w), w3);
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
        int rows = RoundUp(batch, TileRows), w = _width, s = _stride, hidden = _shape.Hidden;
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
        MatrixProduct.Multiply<Identity>(a1, 1, s, d2, g[_padded.Weight2..], s, RoundUp(hidden, TileRows), rows, w, rightStride: s);
        MatrixProduct.Multiply<ReluBackward>(d2, s, 1, At(_transposed), d1, s, rows, hidden, w, companion: a1, rightStride: s);
        MatrixOperations.ColumnSums(d1, g.Slice(_padded.Bias1, s), rows);
        MatrixProduct.Multiply<Identity>(At(_x), 1, InputWidth, d1, g, s, InputWidth, rows, w, rightStride: s);
        if (l2 > 0)
        {
            double first = Penalise(0, _padded.Bias1), second = Penalise(_padded.Weight2, WeightsEnd);
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
        Update(..WeightsEnd);
        Update(_padded.Bias2..);
        Transpose();

        void Update(Range part) => AdamUpdate.Apply<AdamWithCorrectedRate>(
            At(_gradient)[part], At(_parameters)[part], At(_mean)[part], At(_square)[part], s_adam, factors);
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
        ReadOnlySpan<float> outgoing, Span<float> gradient3, Span<float> biasGradient2, ReadOnlySpan<float> a2, Span<float> d2,
        ReadOnlySpan<float> error, int rows)
    {
        ref float ra = ref MemoryMarshal.GetReference(a2), rd = ref d2[0], re = ref MemoryMarshal.GetReference(error);
        for (int j = 0; j < _width; j += MatrixProduct.PanelColumns)
        {
            // Four vectors at once: one alone would wait for its own sums.
            ReadOnlySpan<float> w = outgoing[j..];
            Vector256<float> w0 = Vector256.Create(w), w1 = Vector256.Create(w[8..]);
            Vector256<float> w2 = Vector256.Create(w[16..]), w3 = Vector256.Create(w[24..]);
            Vector256<float> g0 = default, g1 = default, g2 = default, g3 = default;
            Vector256<float> b0 = default, b1 = default, b2 = default, b3 = default;
            ref float a = ref Unsafe.Add(ref ra, j), d = ref Unsafe.Add(ref rd, j);
            for (int i = 0; i < rows; i++)
            {
                Vector256<float> e = Vector256.Create(Unsafe.Add(ref re, i));
                Column(ref a, ref d, 0, e, w0, ref g0, ref b0);
                Column(ref a, ref d, 8, e, w1, ref g1, ref b1);
                Column(ref a, ref d, 16, e, w2, ref g2, ref b2);
                Column(ref a, ref d, 24, e, w3, ref g3, ref b3);
                a = ref Unsafe.Add(ref a, _stride);
                d = ref Unsafe.Add(ref d, _stride);
            }

            Store(gradient3[j..], g0, g1, g2, g3);
            Store(biasGradient2[j..], b0, b1, b2, b3);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void Column(
            ref float a, ref float d, nuint at, Vector256<float> error, Vector256<float> weights, ref Vector256<float> gradient,
            ref Vector256<float> bias)
        {
            Vector256<float> active = Vector256.LoadUnsafe(ref a, at);
            gradient = Vector256.FusedMultiplyAdd(active, error, gradient);
            Vector256<float> slope = ReluBackward.Apply(weights * error, active);
            bias += slope;
            slope.StoreUnsafe(ref d, at);
        }

        static void Store(Span<float> to, Vector256<float> first, Vector256<float> second, Vector256<float> third, Vector256<float> fourth)
        {
            first.CopyTo(to);
            second.CopyTo(to[8..]);
            third.CopyTo(to[16..]);
            fourth.CopyTo(to[24..]);
        }
    }

    private void Transpose() =>
        MatrixOperations.Transpose(At(_parameters)[_padded.Weight2.._padded.Bias2], At(_transposed), _shape.Hidden, _stride);

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
