using Reproduce.Compute;
using static TorchSharp.torch;

namespace Reproduce.Inference.Networks.Vectors;

/// <summary>A student's and its teacher's pass through a <see cref="ResidualMlp"/>, with their loss.</summary>
/// <param name="network">The arithmetic.</param>
/// <param name="loss">What becomes of the results.</param>
/// <param name="condition">[N, S].</param>
/// <param name="weights">Weight and bias of every layer in turn.</param>
/// <param name="student">The student's dropout masks.</param>
/// <param name="teacher">The teacher's.</param>
internal sealed class VectorPairPass(
    VectorResidualMlp network, IPairLoss loss, Tensor condition, Tensor[] weights, BatchMask[] student, BatchMask[] teacher)
    : VectorPass([condition], weights)
{
    // Asked once: libtorch takes longer to tell a shape than a row to be copied.
    private readonly int _summaries = (int)condition.shape[1];
    private readonly int _parameters = loss.Theta.Length / loss.Time.Length;

    private int Width => _parameters + _summaries + 1;

    private int InputLength => Rows * Width;

    // The student's input comes first, as the backward pass wants it; then the teacher's and both results.
    private int ResultsAt => 2 * InputLength;

    /// <inheritdoc/>
    internal override long Outputs => 1;

    /// <inheritdoc/>
    internal override long RoomLength => ResultsAt + 2 * Rows * _parameters;

    /// <inheritdoc/>
    internal override long SavedLength => RoomLength + network.SavedLength(Rows);

    /// <inheritdoc/>
    internal override void Forward(Span<float> result, Span<float> saved)
    {
        LayerMemory layers = new(Weights);
        int each = Rows * _parameters, room = (int)RoomLength;
        Span<float> first = saved[..InputLength], second = saved.Slice(InputLength, InputLength);
        Span<float> outputs = saved.Slice(ResultsAt, 2 * each);
        Join(0, first);
        Join(1, second);
        network.Forward(first, layers, student, outputs[..each], saved[room..], Rows);
        network.Forward(second, layers, teacher, outputs[each..], [], Rows);
        loss.Evaluate(outputs[..each], outputs[each..], result);
    }

    /// <inheritdoc/>
    internal override void Backward(Span<float> saved, Span<float> outputGradient, Tensor[] gradients, Tensor?[] inputGradient)
    {
        // Where the results and the teacher's input were, for which there is no more use.
        Span<float> byOutput = saved.Slice(ResultsAt, Rows * _parameters);
        Span<float> byInput = inputGradient[0] is null ? [] : saved.Slice(InputLength, InputLength);
        loss.Differentiate(outputGradient, byOutput);
        network.Backward(
            saved[..InputLength], new LayerMemory(Weights), student, saved[(int)RoomLength..], byOutput,
            new LayerMemory(gradients), byInput, Rows);
        if (inputGradient[0] is Tensor byCondition)
        {
            Span<float> receiver = TensorMemory.Floats(byCondition);
            int width = Width;
            for (int row = 0; row < Rows; row++)
            {
                byInput.Slice(row * width + _parameters, _summaries).CopyTo(receiver[(row * _summaries)..]);
            }
        }
    }

    // Noisy parameter, condition and time of every row.
    private void Join(int which, Span<float> input)
    {
        ReadOnlySpan<float> theta = loss.Theta[(which * Rows * _parameters)..], time = loss.Time[(which * Rows)..];
        ReadOnlySpan<float> summaries = TensorMemory.Floats(Inputs[0]);
        int width = Width;
        for (int row = 0; row < Rows; row++)
        {
            Span<float> line = input.Slice(row * width, width);
            theta.Slice(row * _parameters, _parameters).CopyTo(line);
            summaries.Slice(row * _summaries, _summaries).CopyTo(line[_parameters..]);
            line[^1] = time[row];
        }
    }
}
