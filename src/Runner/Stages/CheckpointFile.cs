using Reproduce.Compute;
using Reproduce.Inference.Training;
using static TorchSharp.torch;

namespace Reproduce.Runner.Stages;

/// <summary>An interrupted training on disk: weights, moments, position and losses. Random numbers are named by step and need no state.</summary>
public static class CheckpointFile
{
    private const string TrainingLosses = "training";
    private const string ValidationLosses = "validation";

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
        arrays["first_moment"] = trainer.Optimiser.FirstMoment;
        arrays["second_moment"] = trainer.Optimiser.SecondMoment;
        arrays["epoch_record"] = trainer.EpochRecord!;
        arrays["step"] = tensor(trainer.Step, dtype: ScalarType.Int64);
        arrays["seconds"] = tensor(elapsed.TotalSeconds, dtype: ScalarType.Float64);
        Npz.Write(path, arrays);
    }

    /// <summary>Puts a training where a checkpoint left it, if there is one that can be read and fits.</summary>
    /// <param name="path">The file.</param>
    /// <param name="trainer">A training that has not begun.</param>
    /// <returns>The time that was spent before the checkpoint; zero when the training begins anew.</returns>
    public static TimeSpan TryRestore(string path, Trainer trainer)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        if (!File.Exists(path))
        {
            return TimeSpan.Zero;
        }

        using IDisposable scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Dictionary<string, Tensor> arrays;
        try
        {
            arrays = Npz.Read(path);
        }
        catch (InvalidDataException)
        {
            // A damaged checkpoint costs time, not correctness: the training begins anew.
            return TimeSpan.Zero;
        }

        if (!arrays.TryGetValue("values", out Tensor? values) || !values.shape.SequenceEqual(trainer.Parameters.Values.shape))
        {
            return TimeSpan.Zero;
        }

        trainer.Parameters.Values.copy_(values);
        trainer.Optimiser.FirstMoment.copy_(arrays["first_moment"]);
        trainer.Optimiser.SecondMoment.copy_(arrays["second_moment"]);
        trainer.Resume(arrays["step"].item<long>(), FromArrays(arrays), arrays["epoch_record"]);
        return TimeSpan.FromSeconds(arrays["seconds"].item<double>());
    }

    /// <summary>The losses as arrays of rows (epoch, loss).</summary>
    /// <param name="history">Losses.</param>
    public static Dictionary<string, Tensor> ToArrays(LossHistory history)
    {
        ArgumentNullException.ThrowIfNull(history);
        return new Dictionary<string, Tensor>
        {
            [TrainingLosses] = Rows(history.Training),
            [ValidationLosses] = Rows(history.Validation),
        };
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

        return history;
    }

    private static Tensor Rows(IReadOnlyList<(long Epoch, double Loss)> entries) =>
        tensor([.. entries.SelectMany(e => new[] { e.Epoch, e.Loss })], [entries.Count, 2], dtype: ScalarType.Float64);

    private static IEnumerable<(long Epoch, double Loss)> Pairs(Tensor rows)
    {
        double[] flat = rows.data<double>().ToArray();
        for (int i = 0; i + 1 < flat.Length; i += 2)
        {
            yield return ((long)flat[i], flat[i + 1]);
        }
    }
}
