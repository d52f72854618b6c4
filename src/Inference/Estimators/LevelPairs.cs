using Reproduce.Compute;
using static TorchSharp.torch;

namespace Reproduce.Inference.Estimators;

/// <summary>
/// What a step of consistency training needs beside parameters and observations, made on the host and uploaded as one: on a GPU a copy in
/// the place of some thirty small operations.
/// </summary>
/// <param name="Time">Noise levels, [2, B, 1]: of the student, then of its teacher.</param>
/// <param name="Skip">c_skip at these, [2, B, D].</param>
/// <param name="Output">c_out at these, [2, B, D].</param>
/// <param name="Noise">z, [B, D].</param>
/// <param name="Weight">1 / (B (t_{i+1} - t_i)) for the students, 0 for the teachers, [1, 2 B].</param>
/// <param name="Corner">The constant of <see cref="PseudoHuber"/>, [2, B, 1].</param>
/// <param name="Shift">Minus the constant times the sum of the weights, [1, 1].</param>
internal sealed record LevelPairs(
    Tensor Time, Tensor Skip, Tensor Output, Tensor Noise, Tensor Weight, Tensor Corner, Tensor Shift)
{
    /// <summary>Prepares a step.</summary>
    /// <param name="earlier">t_i, B numbers.</param>
    /// <param name="later">t_{i+1}, B numbers.</param>
    /// <param name="noise">z on the CPU, [B, D].</param>
    /// <param name="variance">s^2 of every parameter, D numbers.</param>
    /// <param name="smallest">The smallest level, at which the parameter comes back.</param>
    /// <param name="huber">The constant.</param>
    /// <param name="device">Where the step is made.</param>
    public static LevelPairs Upload(
        float[] earlier, float[] later, Tensor noise, float[] variance, double smallest, double huber, Device device)
    {
        int rows = later.Length, width = variance.Length, each = rows * width;
        float[] numbers = new float[6 * rows + 5 * each + 1];
        Span<float> time = numbers.AsSpan(0, 2 * rows), skip = numbers.AsSpan(2 * rows, 2 * each);
        Span<float> output = numbers.AsSpan(2 * rows + 2 * each, 2 * each), weight = numbers.AsSpan(2 * rows + 5 * each, rows);
        later.CopyTo(time);
        earlier.CopyTo(time[rows..]);
        for (int row = 0; row < 2 * rows; row++)
        {
            double t = time[row], since = t - smallest;
            for (int d = 0; d < width; d++)
            {
                double s2 = variance[d];
                skip[row * width + d] = (float)(s2 / (since * since + s2));
                output[row * width + d] = (float)(Math.Sqrt(s2) * since / Math.Sqrt(t * t + s2));
            }
        }

        TensorMemory.Floats(noise).CopyTo(numbers.AsSpan(2 * rows + 4 * each, each));
        double shift = 0;
        for (int row = 0; row < rows; row++)
        {
            weight[row] = 1 / ((later[row] - earlier[row]) * rows);
            shift -= huber * weight[row];
        }

        numbers.AsSpan(4 * rows + 5 * each, 2 * rows).Fill((float)huber);
        numbers[^1] = (float)shift;
        Tensor[] parts = HostCopy.Move(tensor(numbers), device)
            .split([2 * rows, 2 * each, 2 * each, each, 2 * rows, 2 * rows, 1]);
        return new LevelPairs(
            parts[0].view(2, rows, 1),
            parts[1].view(2, rows, width),
            parts[2].view(2, rows, width),
            parts[3].view(rows, width),
            parts[4].view(1, 2 * rows),
            parts[5].view(2, rows, 1),
            parts[6].view(1, 1));
    }

    /// <summary>The mean over the batch of the weighted pseudo-Huber distances between the student and its teacher.</summary>
    /// <param name="pair">Their results, [2, B, D]; no gradient goes into the second.</param>
    /// <returns>A scalar.</returns>
    public Tensor Loss(Tensor pair)
    {
        // Student minus teacher, and the other way round with a weight of 0: nothing has to be taken apart, in the backward pass neither.
        Tensor fixedPair = pair.detach();
        Tensor difference = pair - cat([fixedPair.narrow(0, 1, 1), fixedPair.narrow(0, 0, 1)], 0);
        // sqrt(|u - v|^2 + c^2) is the length of (u - v, c).
        Tensor length = cat([difference, Corner], 2).norm(2, keepdim: false, p: 2);
        return addmm(Shift, Weight, length.view(-1, 1), 1, 1).view([]);
    }
}
