using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Estimators;
using Reproduce.Inference.Sampling;
using Reproduce.Inference.Training;
using Reproduce.Runner.Pipeline;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Runner.DeviceCheck;

/// <summary>
/// Trains a contender for a few steps on the CPU and on a device, from the same weights, simulations and random numbers, and draws from it
/// on both; then takes weights and checkpoint from one to the other.
/// </summary>
/// <remarks>
/// The limits allow for float32 sums in another order and no more. Adam moves a weight by its step size whatever the size of its gradient,
/// so where a gradient is nothing but rounding, the weight goes one way here and the other there. Vector code and libtorch's operations
/// differ on the CPU by up to 7e-6 in the loss and 1e-4 in the weights.
/// </remarks>
internal static class Comparison
{
    /// <summary>Largest difference of a step's loss, as a part of the first loss.</summary>
    public const double LossLimit = 1e-3;

    /// <summary>Length of the difference of all weights, as a part of how far the training moved them.</summary>
    public const double WeightLimit = 0.02;

    /// <summary>Root mean square of the differences of draws, as a part of their standard deviation.</summary>
    public const double DrawLimit = 1e-3;

    private const int Steps = 6;
    private const int Draws = 200;

    /// <summary>Compares.</summary>
    /// <param name="subject">The contender.</param>
    /// <param name="device">The device.</param>
    /// <param name="folder">A folder for files.</param>
    public static IEnumerable<CheckRow> Run(CheckSubject subject, Device device, string folder)
    {
        using IPosteriorEstimator here = subject.Create(CPU), there = subject.Create(device);
        using Trainer trainer = subject.Short(here, Steps), other = subject.Short(Plain(there, device), Steps);
        using Tensor start = trainer.Parameters.Values.clone();
        using (Simulations batch = subject.Batch(CPU), copy = subject.Batch(device))
        {
            trainer.Run(batch);
            other.Run(copy);
        }

        yield return new CheckRow(subject.Name, "loss", LossDifference(trainer, other), "", LossLimit);
        yield return new CheckRow(
            subject.Name,
            "weights",
            WeightDifference(start, trainer, other),
            "",
            WeightLimit,
            $"{Steps} steps, {trainer.Parameters.Count} weights");
        string weights = Path.Combine(folder, "weights.npz"), back = Path.Combine(folder, "back.npz");
        WeightsFile.Write(weights, here.Network, subject.Few);
        using (WeightsFile file = WeightsFile.Read(weights))
        {
            NetworkState.Restore(there.Network, file.State);
        }

        WeightsFile.Write(back, there.Network, subject.Few);
        yield return new CheckRow(subject.Name, "weights through files", FileDifference(weights, back), "", 0);
        yield return new CheckRow(subject.Name, "checkpoint through files", CheckpointDifference(subject, trainer, other, folder), "", 0);
        yield return new CheckRow(subject.Name, "draws", DrawDifference(subject, here, there, device), "", DrawLimit);
    }

    /// <summary>The same training on the device with TF32, whose products keep 10 bits; nothing is held to it.</summary>
    /// <param name="subject">The contender.</param>
    /// <param name="device">The device.</param>
    public static CheckRow WithTf32(CheckSubject subject, Device device)
    {
        using IPosteriorEstimator exact = subject.Create(device), rough = subject.Create(device);
        using Trainer trainer = subject.Short(exact, Steps), other = subject.Short(rough, Steps);
        using Tensor start = trainer.Parameters.Values.cpu();
        using Simulations batch = subject.Batch(device);
        trainer.Run(batch);
        using (Tf32.Allow(true))
        {
            other.Run(batch);
        }

        return new CheckRow(subject.Name, "weights with TF32", WeightDifference(start, trainer, other), Note: "against the device without");
    }

    /// <summary>An estimator that does on the CPU what it would do on another device.</summary>
    /// <param name="estimator">The estimator.</param>
    /// <param name="device">Where it is.</param>
    public static IPosteriorEstimator Plain(IPosteriorEstimator estimator, Device device) =>
        device.type == DeviceType.CPU ? new LibtorchOnly(estimator) : estimator;

    private static double LossDifference(Trainer first, Trainer second)
    {
        double[] losses = [.. first.History.Training.Select(e => e.Loss)], others = [.. second.History.Training.Select(e => e.Loss)];
        double scale = Math.Max(1e-3, Math.Abs(losses[0]));
        return losses.Zip(others).Max(pair => Math.Abs(pair.First - pair.Second)) / scale;
    }

    private static double WeightDifference(Tensor start, Trainer first, Trainer second)
    {
        using IDisposable scope = NewDisposeScope();
        Tensor one = first.Parameters.Values.cpu(), two = second.Parameters.Values.cpu();
        return ((two - one).norm() / (one - start).norm()).item<float>();
    }

    private static double FileDifference(string one, string two)
    {
        using WeightsFile first = WeightsFile.Read(one), second = WeightsFile.Read(two);
        using IDisposable scope = NewDisposeScope();
        return first.State.Max(p => p.Value.numel() == 0
            ? 0
            : (p.Value.to(ScalarType.Float64) - second.State[p.Key].to(ScalarType.Float64)).abs().max().item<double>());
    }

    // The training on the CPU, with one more step to come, goes into the one on the device.
    private static double CheckpointDifference(CheckSubject subject, Trainer trainer, Trainer other, string folder)
    {
        string path = Path.Combine(folder, "checkpoint.npz");
        CheckpointFile.Write(path, trainer, TimeSpan.Zero);
        (_, string? problem) = CheckpointFile.TryRestore(path, other, new TrainingLength(1, Steps + 1));
        if (problem is not null)
        {
            throw new InvalidDataException($"{subject.Name}: {problem}");
        }

        using IDisposable scope = NewDisposeScope();
        (Tensor, Tensor)[] pairs =
        [
            (trainer.Parameters.Values, other.Parameters.Values),
            (trainer.Optimiser.FirstMoment, other.Optimiser.FirstMoment),
            (trainer.Optimiser.SecondMoment, other.Optimiser.SecondMoment),
        ];
        return pairs.Max(p => (p.Item1 - p.Item2.cpu()).abs().max().item<float>());
    }

    private static double DrawDifference(CheckSubject subject, IPosteriorEstimator here, IPosteriorEstimator there, Device device)
    {
        using IDisposable scope = NewDisposeScope();
        int draws = subject.Task.Description.Images is null ? Draws : 4;
        Observation x = subject.Few.X.Narrow(0, 2);
        int steps = subject.FewSteps(2);
        Tensor one = PosteriorSampler.Sample(here, x, draws, steps, subject.Key);
        Tensor two = PosteriorSampler.Sample(there, x.To(device), draws, steps, subject.Key);
        return ((two - one).Squared().mean().sqrt() / one.std()).item<float>();
    }
}
