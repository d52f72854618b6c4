using Reproduce.Compute;
using Reproduce.Inference.Networks;
using static TorchSharp.torch;

namespace Reproduce.Inference.Estimators;

/// <summary>
/// The loss of consistency training (Eq. 8) and its gradient in numbers on the host: what <see cref="NeighbouringLevels"/> does in some
/// fifty of libtorch's operations, which take as long as the networks of the small experiments. Roundings are those of libtorch on Linux,
/// fused multiply-adds of its addcmul included, so that a training of up to 511 parameters has the same bits both ways; from 512 on
/// libtorch adds up squares in groups within groups, and sums may differ by their rounding.
/// </summary>
internal sealed class HostPairs : IPairLoss
{
    private readonly int _dimension;
    private readonly float[] _theta;
    private readonly float[] _time;
    private readonly float[] _output;
    private readonly float[] _weight;
    private readonly double _huber;

    private readonly float[] _skipped;
    private readonly float[] _differences;
    private readonly float[] _squares;
    private readonly float[] _lengths;

    /// <summary>Prepares a step.</summary>
    /// <param name="theta">Parameters, [B, D], on the CPU.</param>
    /// <param name="noise">z, [B, D], on the CPU.</param>
    /// <param name="earlier">t_i, B numbers.</param>
    /// <param name="later">t_{i+1}, B numbers.</param>
    /// <param name="variance">s^2 of every parameter, D numbers.</param>
    /// <param name="deviation">s of every parameter.</param>
    /// <param name="smallest">The smallest level, at which the parameter comes back.</param>
    /// <param name="huber">The constant of <see cref="PseudoHuber"/>.</param>
    public HostPairs(
        Tensor theta, Tensor noise, float[] earlier, float[] later, float[] variance, float[] deviation, double smallest, double huber)
    {
        int rows = later.Length;
        _dimension = variance.Length;
        _huber = huber;
        _time = [.. later, .. earlier];
        _theta = new float[2 * rows * _dimension];
        _output = new float[_theta.Length];
        _skipped = new float[_theta.Length];
        _differences = new float[_theta.Length / 2];
        _squares = new float[_dimension];
        _weight = new float[rows];
        _lengths = new float[rows];
        // Columns of a wider table may come as they stand in it.
        using Tensor packed = theta.contiguous();
        ReadOnlySpan<float> parameters = TensorMemory.Floats(packed), z = TensorMemory.Floats(noise);
        for (int row = 0; row < 2 * rows; row++)
        {
            float t = _time[row], since = t - (float)smallest;
            for (int d = 0; d < _dimension; d++)
            {
                int at = row * _dimension + d, of = row % rows * _dimension + d;
                float s2 = variance[d];
                _theta[at] = MathF.FusedMultiplyAdd(t, z[of], parameters[of]);
                _skipped[at] = s2 / (since * since + s2) * _theta[at];
                _output[at] = t * t + s2;
            }
        }

        Roots(_output);
        for (int at = 0; at < _output.Length; at++)
        {
            _output[at] = deviation[at % _dimension] * (_time[at / _dimension] - (float)smallest) / _output[at];
        }

        for (int row = 0; row < rows; row++)
        {
            _weight[row] = 1 / (later[row] - earlier[row]);
        }
    }

    /// <inheritdoc/>
    public ReadOnlySpan<float> Theta => _theta;

    /// <inheritdoc/>
    public ReadOnlySpan<float> Time => _time;

    /// <inheritdoc/>
    public void Evaluate(ReadOnlySpan<float> student, ReadOnlySpan<float> teacher, Span<float> losses)
    {
        int each = _theta.Length / 2;
        float corner = (float)(_huber * _huber);
        for (int row = 0; row < losses.Length; row++)
        {
            for (int d = 0; d < _dimension; d++)
            {
                int at = row * _dimension + d;
                float origin = MathF.FusedMultiplyAdd(_output[at], student[at], _skipped[at]);
                float difference = origin - MathF.FusedMultiplyAdd(_output[each + at], teacher[at], _skipped[each + at]);
                _differences[at] = difference;
                _squares[d] = difference * difference;
            }

            _lengths[row] = Sum(_squares) + corner;
        }

        Roots(_lengths);
        for (int row = 0; row < losses.Length; row++)
        {
            losses[row] = _weight[row] * (_lengths[row] - (float)_huber);
        }
    }

    /// <inheritdoc/>
    public void Differentiate(ReadOnlySpan<float> factors, Span<float> student)
    {
        for (int row = 0; row < factors.Length; row++)
        {
            float bySquare = factors[row] * _weight[row] / (2 * _lengths[row]);
            for (int at = row * _dimension; at < (row + 1) * _dimension; at++)
            {
                student[at] = bySquare * (2 * _differences[at]) * _output[at];
            }
        }
    }

    // In libtorch's order: what is left behind the last vector (8 numbers, or 4 where there are no 8) comes first.
    private static float Sum(ReadOnlySpan<float> numbers)
    {
        int lanes = numbers.Length < 8 ? 4 : 8, whole = numbers.Length / lanes * lanes;
        // A short sum begins with its first number, a long one with what is left.
        int begun = lanes == 4 && whole > 0 ? 1 : 0;
        float sum = begun > 0 ? numbers[0] : 0;
        foreach (float left in numbers[whole..])
        {
            sum += left;
        }

        for (int k = begun; k < Math.Min(lanes, whole); k++)
        {
            sum += Lane(numbers[..whole], k, lanes);
        }

        return sum;
    }

    // Every so many of the numbers. Four partial sums take turns; what is left behind the last four goes to the first.
    private static float Lane(ReadOnlySpan<float> numbers, int first, int step)
    {
        Span<float> parts = [0, 0, 0, 0];
        int count = numbers.Length / step, fours = count / 4 * 4;
        for (int i = 0; i < count; i++)
        {
            parts[i < fours ? i % 4 : 0] += numbers[first + i * step];
        }

        return parts[0] + parts[1] + parts[2] + parts[3];
    }

    // libtorch's roots, which are MKL's, are not always the nearest numbers.
    private static void Roots(float[] numbers)
    {
        using Tensor memory = tensor(numbers);
        using Tensor roots = memory.sqrt_();
        TensorMemory.Floats(roots).CopyTo(numbers);
    }
}
