using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Networks;
using static TorchSharp.torch;

namespace Reproduce.Inference.Estimators;

/// <summary>
/// What every consistency loss is made of: how far a model is from itself at a neighbouring noise level of the same path.
/// </summary>
internal static class NeighbouringLevels
{
    /// <summary>The teacher's pass.</summary>
    /// <param name="student">The student's.</param>
    /// <param name="step">The step, from which dropout comes.</param>
    /// <param name="ownMasks">Whether the teacher has dropout masks of its own, and not the student's.</param>
    public static ForwardPass TeacherOf(ForwardPass student, TrainingStep step, bool ownMasks) =>
        ownMasks ? step.NewPass() : student.WithSameMasks();

    /// <summary>d(f(theta + t z, t), stopgrad f(theta + r z, r)), with the same z.</summary>
    /// <param name="model">The model f; its teacher has the current weights.</param>
    /// <param name="theta">Parameters, [B, D].</param>
    /// <param name="noise">z, [B, D].</param>
    /// <param name="earlier">r, [B, 1].</param>
    /// <param name="later">t, [B, 1].</param>
    /// <param name="condition">Summaries, [B, S].</param>
    /// <param name="student">The student's pass.</param>
    /// <param name="teacher">The teacher's pass: with masks of its own, or the student's.</param>
    /// <param name="norm">Of a row, or of each of its numbers.</param>
    /// <param name="huber">The constant of <see cref="PseudoHuber"/>.</param>
    /// <returns>[B, 1], or [B, D] of single numbers.</returns>
    public static Tensor Distance(
        IConsistencyModel model,
        Tensor theta,
        Tensor noise,
        Tensor earlier,
        Tensor later,
        Tensor condition,
        ForwardPass student,
        ForwardPass teacher,
        HuberNorm norm,
        double huber)
    {
        Tensor origin = model.Apply(addcmul(theta, later, noise, Scalars.One), later, condition, student);
        Tensor target;
        using (no_grad())
        {
            target = model.Apply(addcmul(theta, earlier, noise, Scalars.One), earlier, condition, teacher);
        }

        return PseudoHuber.Distance(origin, target, norm, huber);
    }
}
