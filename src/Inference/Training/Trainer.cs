using System.Diagnostics;
using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using static TorchSharp.torch;

namespace Reproduce.Inference.Training;

/// <summary>
/// Trains an estimator: shuffled batches, Adam with cosine decay and gradient clipping, checkpoints.
/// </summary>
/// <remarks>
/// Random numbers come from streams that are named by step and epoch, so a training that goes on from a checkpoint makes the same
/// steps, bit for bit, as one that was never interrupted.
/// </remarks>
public sealed class Trainer : IDisposable
{
    private readonly IPosteriorEstimator _estimator;
    private readonly TrainingSettings _settings;
    private readonly RandomKey _key;
    private readonly RandomSource _random;

    /// <summary>A training that has not begun.</summary>
    /// <param name="estimator">Already on its device.</param>
    /// <param name="settings">Length, batches, optimiser.</param>
    /// <param name="key">The training's stream of random numbers.</param>
    public Trainer(IPosteriorEstimator estimator, TrainingSettings settings, RandomKey key)
    {
        ArgumentNullException.ThrowIfNull(estimator);
        _estimator = estimator;
        _settings = settings;
        _key = key;
        _random = new RandomSource(key);
        Parameters = new FlatParameters(estimator.Network);
        Optimiser = new Adam(Parameters, settings);
        Average = settings.AverageDecay is double decay ? new AveragedWeights(Parameters, decay) : null;
        Best = settings.HeldOut is null ? null : new BestWeights(Parameters);
        if (Best is not null && !estimator.HasSteadyLoss)
        {
            Dispose();
            throw new ArgumentException(
                "settings: simulations cannot be held out, as this estimator's loss measures something else from level to level",
                nameof(settings));
        }
    }

    /// <summary>The weights.</summary>
    public FlatParameters Parameters { get; }

    /// <summary>
    /// The moving average of the weights, null when the settings have none. At the end of the training it stands in the network, and the
    /// weights of the last step stand here.
    /// </summary>
    public AveragedWeights? Average { get; }

    /// <summary>
    /// The weights with the least loss on the simulations that are held out, null when the settings hold none out. At the end of the
    /// training they stand in the network.
    /// </summary>
    public BestWeights? Best { get; }

    /// <summary>The optimiser with its moments.</summary>
    public Adam Optimiser { get; }

    /// <summary>Losses so far.</summary>
    public LossHistory History { get; private set; } = new();

    /// <summary>Optimiser steps done.</summary>
    public long Step { get; private set; }

    /// <summary>Time between calls of the checkpoint callback.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Observes every batch of parameters anew, with noise of its own; null (the default) trains on the stored observations.
    /// </summary>
    /// <remarks>
    /// Its random numbers are a stream of the step, beside the stream of the loss: switching it on leaves the loss's noise as it was, and
    /// a resumed training sees the same observations. The validation set keeps its stored observations.
    /// </remarks>
    public ISimulator? Resimulation { get; init; }

    /// <summary>Loss and gradient norm of every step of the running epoch, [2, steps of an epoch]; null before the first run.</summary>
    public Tensor? EpochRecord { get; private set; }

    /// <summary>
    /// Puts the training where a checkpoint left it. The weights, moments, averages and best weights are restored by the caller into
    /// <see cref="Parameters"/>, <see cref="Optimiser"/>, <see cref="Average"/> and <see cref="Best"/>.
    /// </summary>
    /// <param name="step">Steps done.</param>
    /// <param name="history">Losses of the finished epochs.</param>
    /// <param name="epochRecord">The checkpoint's <see cref="EpochRecord"/>; taken over.</param>
    public void Resume(long step, LossHistory history, Tensor epochRecord)
    {
        ArgumentNullException.ThrowIfNull(epochRecord);
        Step = step;
        History = history;
        EpochRecord = epochRecord.to(Parameters.Values.device).DetachFromDisposeScope();
    }

    /// <summary>Trains to the end.</summary>
    /// <param name="training">Training set on the estimator's device; numbers of another type than the weights' are converted.</param>
    /// <param name="validation">Validation set on the same device, or null.</param>
    /// <param name="progress">Told at most ten times a second.</param>
    /// <param name="checkpoint">Called behind a step, once per <see cref="CheckpointInterval"/> and when cancelled.</param>
    /// <param name="cancel">Stops the training behind the current step.</param>
    /// <exception cref="ArgumentException">Simulations of other shapes, or some of them failed: NaN or infinity; a single one where some
    /// are to be held out.</exception>
    /// <exception cref="DivergedException">The loss or its gradient became infinite or not a number, or its loss on the simulations held
    /// out was so behind every epoch.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the checkpoint callback was called.</exception>
    public void Run(
        Simulations training,
        Simulations? validation = null,
        IProgress<TrainingProgress>? progress = null,
        Action<Trainer>? checkpoint = null,
        CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(training);
        using IDisposable converted = NewDisposeScope();
        training = SimulationChecks.Check(training, _estimator, nameof(training));
        validation = validation is null ? null : SimulationChecks.Check(validation, _estimator, nameof(validation));
        long perEpoch = _settings.StepsPerEpoch(training.Count);
        long epochs = _settings.TotalEpochs(training.Count);
        long total = _settings.TotalSteps(training.Count);
        Device device = Parameters.Values.device;
        (training, Simulations? heldOut) = HoldOut(training);
        EpochRecord ??= zeros([2, perEpoch], dtype: ScalarType.Float32, device: device).DetachFromDisposeScope();
        Stopwatch sinceCheckpoint = Stopwatch.StartNew();
        Stopwatch sinceReport = Stopwatch.StartNew();
        while (!IsDone(total))
        {
            long epoch = Step / perEpoch;
            using IDisposable scope = NewDisposeScope();
            _random.Restart(_key.Child("order").Child(epoch));
            Tensor order = _random.Permutation(training.Count, device);
            do
            {
                RunStep(training, order, epoch, Step % perEpoch, total);
                Step++;
                if (sinceReport.ElapsedMilliseconds > 100)
                {
                    progress?.Report(new TrainingProgress(Step, total, LastLoss()));
                    sinceReport.Restart();
                }

                if (Step % perEpoch == 0 || Step == total)
                {
                    CloseEpoch(epoch, Step - epoch * perEpoch, total);
                    Validate(validation, heldOut, epoch, epochs, total);
                }

                if (checkpoint is not null && !IsDone(total)
                    && (cancel.IsCancellationRequested || sinceCheckpoint.Elapsed >= CheckpointInterval))
                {
                    RequireFinite(Step % perEpoch, total); // A checkpoint is one that a training can go on from.
                    checkpoint(this);
                    sinceCheckpoint.Restart();
                }

                if (!IsDone(total))
                {
                    cancel.ThrowIfCancellationRequested();
                }
            }
            while (Step % perEpoch != 0 && Step < total);

            if (IsDone(total))
            {
                Average?.Exchange();
                EndWithBest(perEpoch, total);
            }
        }

        progress?.Report(new TrainingProgress(total, total, LastLoss()));
    }

    /// <summary>
    /// Makes steps of a training that is not meant to be gone on with, without a look at their losses: for clocks, for counts of
    /// operations, and for devices that compute nothing.
    /// </summary>
    /// <param name="training">Training set on the estimator's device, in the weights' type.</param>
    /// <param name="steps">Number of steps; they go round in the first epoch.</param>
    public void Rehearse(Simulations training, long steps)
    {
        ArgumentNullException.ThrowIfNull(training);
        long perEpoch = _settings.StepsPerEpoch(training.Count);
        Device device = Parameters.Values.device;
        EpochRecord ??= zeros([2, perEpoch], dtype: ScalarType.Float32, device: device).DetachFromDisposeScope();
        using IDisposable scope = NewDisposeScope();
        Tensor order = _random.Permutation(training.Count, device);
        for (long i = 0; i < steps; i++)
        {
            RunStep(training, order, 0, Step % perEpoch, _settings.TotalSteps(training.Count));
            Step++;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        EpochRecord?.Dispose();
        Best?.Dispose();
        Average?.Dispose();
        Optimiser.Dispose();
        Parameters.Dispose();
        _random.Dispose();
    }

    // Patience ends behind an epoch, as losses on the simulations held out come there alone.
    private bool IsDone(long total) => Step == total
        || (_settings.Patience is int patience && History.EpochsSinceLeast >= patience);

    private double LastLoss() => History.Training.Count == 0 ? double.NaN : History.Training[^1].Loss;

    private double LearningRate(long step, long total) => _settings.LearningRate * 0.5 * (1 + Math.Cos(Math.PI * step / total));

    private void RunStep(Simulations training, Tensor order, long epoch, long batch, long total)
    {
        using IDisposable scope = NewDisposeScope();
        long first = batch * _settings.BatchSize;
        Tensor rows = order.narrow(0, first, Math.Min(_settings.BatchSize, training.Count - first));
        Tensor theta = BatchRows.Select(training.Theta, rows);
        Observation x = Observe(training, rows, theta);
        _random.Restart(_key.Child("step").Child(Step));
        Parameters.ZeroGradients();
        Tensor loss = _estimator.Loss(theta, x, new TrainingStep(_random, Step, total, epoch));
        loss.backward();
        Parameters.Gather();
        Tensor norm = Optimiser.Step(Step, LearningRate(Step, total));
        Average?.Update(Step);
        EpochRecord!.select(1, batch).copy_(stack([loss.detach(), norm]));
    }

    private Observation Observe(Simulations training, Tensor rows, Tensor theta)
    {
        if (Resimulation is null)
        {
            return training.X.Select(rows);
        }

        _random.Restart(_key.Child("observation").Child(Step));
        return NetworkInput.Convert(Resimulation.Simulate(theta, _random), theta.dtype, "resimulation");
    }

    // The host waits for the device once an epoch; the step at which a loss went wrong is known all the same.
    private void CloseEpoch(long epoch, long steps, long total)
    {
        float[] losses = RequireFinite(steps, total);
        History.AddTraining(epoch + 1, losses.Average(l => (double)l));
    }

    /// <summary>The losses of the epoch's first steps, which end with the last one done.</summary>
    private float[] RequireFinite(long count, long total)
    {
        float[] record = EpochRecord!.to(CPU).data<float>().ToArray();
        int steps = (int)count;
        float[] losses = record[..steps];
        float[] norms = record[(record.Length / 2)..];
        for (int i = 0; i < steps; i++)
        {
            // The norm too: with a finite loss it spoils the weights unseen when it is the last step's.
            if (!float.IsFinite(losses[i]) || !float.IsFinite(norms[i]))
            {
                long step = Step - steps + i;
                throw new DivergedException(step, losses[i], norms[Math.Max(0, i - 1)], LearningRate(step, total));
            }
        }

        return losses;
    }

    // Which are held out is the training's own choice: simulations need not come in a random order.
    private (Simulations Learnt, Simulations? HeldOut) HoldOut(Simulations training)
    {
        if (Best is null)
        {
            return (training, null);
        }

        if (training.Count < 2)
        {
            throw new ArgumentException("training: expected at least two simulations, as one is held out", nameof(training));
        }

        long count = _settings.HeldOutOf(training.Count);
        _random.Restart(_key.Child("held-out"));
        Tensor order = _random.Permutation(training.Count, Parameters.Values.device);
        return (training.Select(order.narrow(0, count, training.Count - count)), training.Select(order.narrow(0, 0, count)));
    }

    private void Validate(Simulations? validation, Simulations? heldOut, long epoch, long epochs, long total)
    {
        long wanted = _settings.Validations;
        bool due = validation is not null && (epoch + 1) * wanted / epochs != epoch * wanted / epochs;
        if (!due && heldOut is null)
        {
            return;
        }

        using IDisposable noGrad = no_grad();
        using IDisposable scope = NewDisposeScope();
        Average?.Exchange();
        if (due)
        {
            History.AddValidation(epoch + 1, MeanLoss(validation!, epoch, total));
        }

        if (heldOut is not null)
        {
            History.AddHeldOut(epoch + 1, MeanLoss(heldOut, epoch, total));
            if (History.LeastHeldOut?.Epoch == epoch + 1)
            {
                Best!.Keep();
            }
        }

        Average?.Exchange();
    }

    private void EndWithBest(long perEpoch, long total)
    {
        if (Best is null)
        {
            return;
        }

        if (History.LeastHeldOut is null)
        {
            using Tensor norm = EpochRecord![1, (Step - 1) % perEpoch].cpu();
            throw new DivergedException(Step - 1, History.HeldOut[^1].Loss, norm.item<float>(), LearningRate(Step - 1, total));
        }

        Best.Restore();
    }

    private double MeanLoss(Simulations validation, long epoch, long total)
    {
        _random.Restart(_key.Child("validation"));
        double sum = 0;

        // No more together than in a step, so that a training whose steps have room has room for this: layers' outputs are held to the end
        // of a loss.
        for (long first = 0; first < validation.Count; first += _settings.BatchSize)
        {
            using IDisposable inner = NewDisposeScope();
            long count = Math.Min(_settings.BatchSize, validation.Count - first);
            Tensor loss = _estimator.Loss(
                validation.Theta.narrow(0, first, count),
                validation.X.Narrow(first, count),
                new TrainingStep(_random, Step - 1, total, epoch, IsTraining: false));
            sum += loss.item<float>() * count;
        }

        return sum / validation.Count;
    }
}
