namespace Reproduce.Inference.Networks;

/// <summary>
/// A loss of what a network gives at two noise levels, for a student and for its teacher, in numbers on the host: a network in vector code
/// takes it in, so that between the passes none of libtorch's operations is wanted.
/// </summary>
internal interface IPairLoss
{
    /// <summary>Noisy parameters, [2, N, D]: the student's, then its teacher's.</summary>
    ReadOnlySpan<float> Theta { get; }

    /// <summary>Noise levels, [2, N].</summary>
    ReadOnlySpan<float> Time { get; }

    /// <summary>The loss of every row.</summary>
    /// <param name="student">What the network gives for the student, [N, D].</param>
    /// <param name="teacher">What it gives for the teacher, [N, D].</param>
    /// <param name="losses">Receives [N].</param>
    void Evaluate(ReadOnlySpan<float> student, ReadOnlySpan<float> teacher, Span<float> losses);

    /// <summary>The gradient of a sum of the losses of the last <see cref="Evaluate"/>; none goes to the teacher.</summary>
    /// <param name="factors">What each loss counts for, [N].</param>
    /// <param name="student">Receives the gradient by what the network gave for the student, [N, D].</param>
    void Differentiate(ReadOnlySpan<float> factors, Span<float> student);
}
