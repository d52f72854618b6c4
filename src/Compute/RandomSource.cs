using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Compute;

/// <summary>
/// Draws random tensors from the stream of one <see cref="RandomKey"/>.
/// </summary>
/// <remarks>
/// Numbers are drawn on the CPU and then moved: libtorch's generators differ between GPU models, so only this gives the same
/// random numbers on every device (results then differ by arithmetic alone; <see cref="Poisson"/> is the exception). The host waits
/// for no device. Not thread-safe: one source per thread.
/// </remarks>
public sealed class RandomSource : IDisposable
{
    // Masks of one stream that are uploaded together: more would hold too much memory at once.
    private const long MostAhead = 16 << 20;

    private readonly Generator _generator;
    private readonly List<StoredMask> _asked = [];
    private StoredMask[] _expected = [];
    private Tensor[] _ahead = [];
    private int _masks;

    /// <summary>A source that stands at the beginning of the stream <paramref name="key"/>.</summary>
    /// <param name="key">The stream.</param>
    public RandomSource(RandomKey key)
    {
        _generator = new Generator(unchecked((ulong)Seed(key)), CPU);
        Key = key;
    }

    /// <summary>Whether masks for the CPU too are made ahead, as those for other devices are; the numbers must be the same.</summary>
    internal bool MakesMasksAhead { get; init; }

    /// <summary>The stream that is being drawn from.</summary>
    public RandomKey Key { get; private set; }

    /// <summary>Goes to the beginning of another stream (or back to the beginning of this one).</summary>
    /// <param name="key">The stream.</param>
    public void Restart(RandomKey key)
    {
        Key = key;
        _masks = 0;
        _ahead = [];
        if (_asked.Count > 0)
        {
            _expected = [.. _asked];
            _asked.Clear();
        }

        _generator.manual_seed(Seed(key));
    }

    /// <summary>Standard normal numbers.</summary>
    /// <param name="shape">Shape of the result.</param>
    /// <param name="device">Device of the result.</param>
    /// <param name="dtype">Floating-point type of the result; float32 when not given.</param>
    public Tensor Normal(ReadOnlySpan<long> shape, Device? device = null, ScalarType dtype = ScalarType.Float32) =>
        HostCopy.Move(randn(shape, dtype: dtype, device: CPU, generator: _generator), device);

    /// <summary>Uniform numbers in [0, 1).</summary>
    /// <param name="shape">Shape of the result.</param>
    /// <param name="device">Device of the result.</param>
    /// <param name="dtype">Floating-point type of the result; float32 when not given.</param>
    public Tensor Uniform(ReadOnlySpan<long> shape, Device? device = null, ScalarType dtype = ScalarType.Float32) =>
        HostCopy.Move(rand(shape, dtype: dtype, device: CPU, generator: _generator), device);

    /// <summary>A uniformly random order of 0 .. n-1, int64, [n].</summary>
    /// <param name="n">Number of items.</param>
    /// <param name="device">Device of the result.</param>
    public Tensor Permutation(long n, Device? device = null) =>
        HostCopy.Move(randperm(n, dtype: ScalarType.Int64, device: CPU, generator: _generator), device);

    /// <summary>Uniform integers in [low, high), int64.</summary>
    /// <param name="low">Smallest value.</param>
    /// <param name="high">One more than the largest value.</param>
    /// <param name="shape">Shape of the result.</param>
    /// <param name="device">Device of the result.</param>
    public Tensor Integers(long low, long high, ReadOnlySpan<long> shape, Device? device = null) =>
        HostCopy.Move(randint(low, high, shape.ToArray(), dtype: ScalarType.Int64, device: CPU, generator: _generator), device);

    /// <summary>Poisson numbers, one for each rate.</summary>
    /// <param name="rate">Rates of at least 0, any shape, floating point; the result has its shape, element type and device.</param>
    /// <param name="largestRate">An upper bound of the rates, known without looking at them.</param>
    /// <remarks>
    /// libtorch's Poisson generator needs the rates on the CPU, for which the host would have to wait. So rates on another device get
    /// other numbers of the same distribution: uniform ones, drawn on the CPU like all others, go through the inverse of the
    /// distribution function on the device (<see cref="PoissonInversion"/>).
    /// </remarks>
    public Tensor Poisson(Tensor rate, double largestRate)
    {
        ArgumentNullException.ThrowIfNull(rate);
        using DisposeScope scope = NewDisposeScope();
        Tensor given = rate.detach();
        Tensor drawn = given.device.type == DeviceType.CPU
            ? poisson(given, _generator)
            : PoissonInversion.Counts(given, Uniform(given.shape, given.device, ScalarType.Float64), largestRate).to(given.dtype);
        return drawn.MoveToOuterDisposeScope();
    }

    /// <summary>A dropout mask, float32: 0 with probability <paramref name="rate"/>, else 1 / (1 - rate).</summary>
    /// <param name="shape">Shape of the result.</param>
    /// <param name="rate">In [0, 1).</param>
    /// <param name="device">Device of the result.</param>
    /// <remarks>
    /// The n-th mask of a stream is a stream of its own: it does not move the numbers of the other methods on. For another device than the
    /// CPU all masks that the stream before was asked for are made at the first one and uploaded together; the numbers are the same.
    /// </remarks>
    public Tensor DropoutMask(ReadOnlySpan<long> shape, double rate, Device? device = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rate);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(rate, 1);
        int number = _masks++;
        if (MakesMasksAhead || (device is not null && device.type != DeviceType.CPU))
        {
            int place = _asked.Count;
            _asked.Add(new StoredMask(number, shape.ToArray(), rate));
            _ahead = place == 0 ? MasksAhead(device) : _ahead;
            if (place < _ahead.Length && IsExpected(place))
            {
                return _ahead[place];
            }

            _ahead = [];
        }

        Tensor mask = empty(shape, dtype: ScalarType.Float32, device: CPU);
        FillMask(number, rate, TensorMemory.Floats(mask));
        return HostCopy.Move(mask, device);
    }

    /// <summary>A dropout mask that is computed where it is needed.</summary>
    /// <param name="rate">Probability of 0, in [0, 1).</param>
    /// <remarks>It is the stream's next mask, as <see cref="DropoutMask"/> is.</remarks>
    public Kernels.RowDropout RowDropout(double rate) => new(Key.Child(-1 - _masks++).Value, rate);

    /// <summary>One uniform number in [0, 1).</summary>
    public double NextDouble()
    {
        using Tensor u = rand(1, dtype: ScalarType.Float64, device: CPU, generator: _generator);
        return u.item<double>();
    }

    /// <inheritdoc/>
    public void Dispose() => _generator.Dispose();

    private void FillMask(int number, double rate, Span<float> mask)
    {
        RandomKey key = Key.Child(-1 - number);
        Span<uint> state = stackalloc uint[Kernels.DropoutMask.StateLength];
        for (int i = 0; i < state.Length; i++)
        {
            state[i] = (uint)(key.Child(i).Value >> 32);
        }

        Kernels.DropoutMask.Fill(state, rate, mask);
    }

    private bool IsExpected(int place) => _expected[place].Number == _asked[place].Number
        && _expected[place].Rate == _asked[place].Rate && _expected[place].Shape.SequenceEqual(_asked[place].Shape);

    // What the stream before was asked for, if this one begins like it; empty otherwise.
    private Tensor[] MasksAhead(Device? device)
    {
        long[] sizes = [.. _expected.Select(e => e.Shape.Aggregate(1L, (product, n) => product * n))];
        if (sizes.Length < 2 || sizes.Sum() > MostAhead || !IsExpected(0))
        {
            return [];
        }

        Tensor all = empty(sizes.Sum(), dtype: ScalarType.Float32, device: CPU);
        Span<float> numbers = TensorMemory.Floats(all);
        int offset = 0;
        for (int i = 0; i < sizes.Length; i++)
        {
            FillMask(_expected[i].Number, _expected[i].Rate, numbers.Slice(offset, (int)sizes[i]));
            offset += (int)sizes[i];
        }

        Tensor moved = HostCopy.Move(all, device);
        Tensor[] parts = moved.split(sizes);
        return [.. parts.Select((part, i) => part.view(_expected[i].Shape))];
    }

    // libtorch takes a signed 64-bit seed, but its Mersenne twister starts from the low 32 bits alone: two of n streams are the same
    // with a probability of about n^2 / 2^33 (1e-4 for a thousand data sets; a few equal pairs among 10^5 training steps).
    private static long Seed(RandomKey key) => (long)(key.Value & long.MaxValue);

    /// <summary>A mask that the stream was asked to store.</summary>
    /// <param name="Number">Which of the stream's masks it is; those that are computed by rows count too.</param>
    /// <param name="Shape">Its shape.</param>
    /// <param name="Rate">Its rate.</param>
    private readonly record struct StoredMask(int Number, long[] Shape, double Rate);
}
