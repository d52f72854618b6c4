using System.Globalization;
using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Estimators;
using Reproduce.Inference.Sampling;
using Reproduce.Inference.Training;
using static TorchSharp.torch;

namespace Reproduce.Runner.DeviceCheck;

/// <summary>The arithmetic of products and convolutions in the work that is timed.</summary>
/// <param name="OfSimulation">
/// Floating-point operations of a training step for each simulation of its batch, backward pass included.
/// </param>
/// <param name="OfDraw">Those of a draw, with the sampling steps that are timed.</param>
internal sealed record StepWork(double OfSimulation, double OfDraw)
{
    /// <summary>The columns of the table of all contenders.</summary>
    public const string Columns = "subject,flops_of_simulation,flops_of_draw";

    private const string File = "step-work.csv";
    private const int Rows = 16;

    /// <summary>
    /// The contenders of the shipped experiments, counted beforehand: a libtorch that is not the packages' shows no shapes.
    /// </summary>
    public static IReadOnlyDictionary<string, StepWork> Known { get; } = Read();

    /// <summary>Counts, on the CPU with libtorch's operations; where vector code is switched off, passes without gradients too.</summary>
    /// <param name="subject">The contender.</param>
    public static StepWork Count(CheckSubject subject)
    {
        using IPosteriorEstimator estimator = subject.Create(CPU);
        using Trainer trainer = subject.Short(new LibtorchOnly(estimator), 1);
        using Simulations batch = subject.Batch(CPU);
        double step = Counted(() => trainer.Run(batch)) / batch.Count;
        using Observation x = subject.Few.X.Narrow(0, 1);
        double summary = Counted(() => estimator.Summarise(x).Dispose());
        SamplingSettings all = new() { RowsPerPass = Rows };
        double draws = Counted(() => PosteriorSampler.Sample(estimator, x, Rows, subject.SamplingSteps, subject.Key, all).Dispose());
        return new StepWork(step, (draws - summary) / Rows);
    }

    /// <summary>A line of the table.</summary>
    /// <param name="subject">The contender's name.</param>
    public string Line(string subject) => string.Create(CultureInfo.InvariantCulture, $"{subject},{OfSimulation:F0},{OfDraw:F0}");

    private static double Counted(Action work)
    {
        using IDisposable scope = NewDisposeScope();
        using OperationCount count = OperationCount.Start(arithmetic: true);
        work();
        return count.FloatingPointOperations;
    }

    private static Dictionary<string, StepWork> Read()
    {
        using StreamReader reader = new(typeof(StepWork).Assembly.GetManifestResourceStream(File)!);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(l => l.Split(',')).ToDictionary(
            cells => cells[0],
            cells => new StepWork(
                double.Parse(cells[1], CultureInfo.InvariantCulture), double.Parse(cells[2], CultureInfo.InvariantCulture)));
    }
}
