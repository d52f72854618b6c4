using Reproduce.Compute;
using Reproduce.Inference.Training;
using Reproduce.Runner.Storage;
using static TorchSharp.torch;

namespace Reproduce.Runner.Pipeline;

/// <summary>
/// An interrupted training on disk: weights, their average if there is one, moments, position and losses. Random numbers are named by step
/// and need no state.
/// </summary>
public static class CheckpointFile
{
    private const string TrainingLosses = "training";
    private const string ValidationLosses = "validation";
    private const string HeldOutLosses = "held_out";
    private const string Average = "average";
    private const string Best = "best";

    /// <summary>Writes a checkpoint, replacing the one before.</summary>
    /// <param name="path">The file.</param>
    /// <param name="trainer">The training.</param>
    /// <param name="elapsed">Time spent on it so far.</param>
    public static void Write(string path, Trainer trainer, TimeSpan elapsed)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        using IDisposable scope = NewDisposeScope();
        Dictionary<string, Tensor> arrays = ToArrays(trainer.History);
        arrays["values"] = trainer.Parameters.Values;
        if (trainer.Average is { } average)
        {
            arrays[Average] = average.Values;
        }

        if (trainer.Best is { } best)
        {
            arrays[Best] = best.Values;
            arrays[HeldOutLosses] = Rows(trainer.History.HeldOut); // Empty ones, too.
        }
        arrays["first_moment"] = trainer.Optimiser.FirstMoment;
        arrays["second_moment"] = trainer.Optimiser.SecondMoment;
        arrays["epoch_record"] = trainer.EpochRecord!;
        arrays["step"] = tensor(trainer.Step, dtype: ScalarType.Int64);
        arrays["seconds"] = tensor(elapsed.TotalSeconds, dtype: ScalarType.Float64);
        Npz.Write(path, arrays);
    }

    /// <summary>
    /// Puts a training where a checkpoint left it, if there is one that can be read and fits; else the training is untouched.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="trainer">A training that has not begun.</param>
    /// <param name="length">How long the training will be.</param>
    /// <returns>The time that was spent before the checkpoint, zero when the training begins anew; what is wrong with the file, or
    /// null.</returns>
    /// <exception cref="IOException">There is one, and whether it is good cannot be told now.</exception>
    public static (TimeSpan Spent, string? Problem) TryRestore(string path, Trainer trainer, TrainingLength length)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        if (!Folders.Has(path))
        {
            return (TimeSpan.Zero, null);
        }

        using IDisposable scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        try
        {
            Dictionary<string, Tensor> arrays = Npz.Read(path);
            Require(arrays, trainer, length);
            trainer.Parameters.Values.copy_(arrays["values"]);
            trainer.Average?.Values.copy_(arrays[Average]);
            trainer.Best?.Values.copy_(arrays[Best]);
            trainer.Optimiser.FirstMoment.copy_(arrays["first_moment"]);
            trainer.Optimiser.SecondMoment.copy_(arrays["second_moment"]);
            trainer.Resume(arrays["step"].item<long>(), FromArrays(arrays), arrays["epoch_record"]);
            return (TimeSpan.FromSeconds(arrays["seconds"].item<double>()), null);
        }
        catch (InvalidDataException e)
        {
            // A damaged checkpoint costs time, not correctness: the training begins anew.
            return (TimeSpan.Zero, e.Message);
        }
    }

    // Everything is looked at before anything is taken over: names, types, shapes, and numbers that a training can have.
    private static void Require(Dictionary<string, Tensor> arrays, Trainer trainer, TrainingLength length)
    {
        long weights = trainer.Parameters.Values.numel();
        (string Name, ScalarType Type, long[] Shape)[] expected =
        [
            ("values", ScalarType.Float32, [weights]),
            .. trainer.Average is null ? Array.Empty<(string, ScalarType, long[])>() : [(Average, ScalarType.Float32, [weights])],
            .. trainer.Best is null ? Array.Empty<(string, ScalarType, long[])>() : [(Best, ScalarType.Float32, [weights])],
            ("first_moment", ScalarType.Float32, [weights]),
            ("second_moment", ScalarType.Float32, [weights]),
            ("epoch_record", ScalarType.Float32, [2, length.StepsPerEpoch]),
            ("step", ScalarType.Int64, []),
            ("seconds", ScalarType.Float64, []),
        ];
        foreach ((string name, ScalarType type, long[] shape) in expected)
        {
            if (!arrays.TryGetValue(name, out Tensor? array) || array.dtype != type || !array.shape.SequenceEqual(shape))
            {
                throw new InvalidDataException($"the checkpoint's '{name}' is missing or does not fit this training");
            }
        }

        string[] losses = trainer.Best is null ? [TrainingLosses, ValidationLosses] : [TrainingLosses, ValidationLosses, HeldOutLosses];
        foreach (string name in losses)
        {
            if (!arrays.TryGetValue(name, out Tensor? rows) || rows.dtype != ScalarType.Float64 || rows.dim() != 2 || rows.shape[1] != 2)
            {
                throw new InvalidDataException($"the checkpoint's losses '{name}' are missing or no rows of two numbers");
            }
        }

        long step = arrays["step"].item<long>();
        double seconds = arrays["seconds"].item<double>();
        long epochs = arrays[TrainingLosses].shape[0];
        if (arrays.Count != expected.Length + losses.Length || step < 0 || step >= length.Steps || epochs != step / length.StepsPerEpoch
            || (trainer.Best is not null && arrays[HeldOutLosses].shape[0] != epochs)
            || !(seconds >= 0 && seconds < TimeSpan.MaxValue.TotalSeconds / 2))
        {
            throw new InvalidDataException("the checkpoint's position is not one of this training");
        }
    }

    /// <summary>The losses as arrays of rows (epoch, loss).</summary>
    /// <param name="history">Losses.</param>
    public static Dictionary<string, Tensor> ToArrays(LossHistory history)
    {
        ArgumentNullException.ThrowIfNull(history);
        Dictionary<string, Tensor> arrays = new()
        {
            [TrainingLosses] = Rows(history.Training),
            [ValidationLosses] = Rows(history.Validation),
        };
        if (history.HeldOut.Count > 0)
        {
            arrays[HeldOutLosses] = Rows(history.HeldOut);
        }

        return arrays;
    }

    /// <summary>The losses from arrays.</summary>
    /// <param name="arrays">What <see cref="ToArrays"/> gave.</param>
    public static LossHistory FromArrays(IReadOnlyDictionary<string, Tensor> arrays)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        LossHistory history = new();
        foreach ((long epoch, double loss) in Pairs(arrays[TrainingLosses]))
        {
            history.AddTraining(epoch, loss);
        }

        foreach ((long epoch, double loss) in Pairs(arrays[ValidationLosses]))
        {
            history.AddValidation(epoch, loss);
        }

        foreach ((long epoch, double loss) in arrays.TryGetValue(HeldOutLosses, out Tensor? heldOut) ? Pairs(heldOut) : [])
        {
            history.AddHeldOut(epoch, loss);
        }
        return history;
    }

    private static Tensor Rows(IReadOnlyList<(long Epoch, double Loss)> entries) =>
        tensor([.. entries.SelectMany(e => new[] { e.Epoch, e.Loss })], [entries.Count, 2], dtype: ScalarType.Float64);

    private static IEnumerable<(long Epoch, double Loss)> Pairs(Tensor rows)
    {
        if (rows.numel() == 0)
        {
            yield break; // TorchSharp refuses to copy nothing.
        }

        double[] flat = rows.data<double>().ToArray();
        for (int i = 0; i + 1 < flat.Length; i += 2)
        {
            yield return ((long)flat[i], flat[i + 1]);
        }
    }
}
