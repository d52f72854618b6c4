using Reproduce.Compute;
using static TorchSharp.torch;

namespace Reproduce.Tasks.Tumor;

/// <summary>
/// The outputs of a batch, one row per simulation: growth curve, proliferation profile, matrix profile. Failed rows are NaN.
/// </summary>
public sealed class TumorBatchResult
{
    private readonly float[] _rows;

    internal TumorBatchResult(float[] rows, int count, int bins, IReadOnlyList<TumorFailure> failures)
    {
        _rows = rows;
        Count = count;
        Bins = bins;
        Failures = failures;
    }

    /// <summary>Number of simulations.</summary>
    public int Count { get; }

    /// <summary>Number of bins of each profile.</summary>
    public int Bins { get; }

    /// <summary>The simulations without a result, in order of their index.</summary>
    public IReadOnlyList<TumorFailure> Failures { get; }

    /// <summary>Growth curve of a simulation, micrometres.</summary>
    /// <param name="index">Which simulation.</param>
    public ReadOnlySpan<float> Growth(int index) => Row(index)[..TumorOutput.GrowthPoints];

    /// <summary>Proliferation profile of a simulation.</summary>
    /// <param name="index">Which simulation.</param>
    public ReadOnlySpan<float> Proliferation(int index) => Row(index).Slice(TumorOutput.GrowthPoints, Bins);

    /// <summary>Profile of the extracellular matrix of a simulation.</summary>
    /// <param name="index">Which simulation.</param>
    public ReadOnlySpan<float> Ecm(int index) => Row(index)[(TumorOutput.GrowthPoints + Bins)..];

    /// <summary>The batch as an observation: "growth" [B, 20], "proliferation" [B, bins] and "ecm" [B, bins], float32 on the CPU.</summary>
    public Observation ToObservation()
    {
        NativeBackend.EnsureLoaded();
        using Tensor all = tensor(_rows, [Count, TumorOutput.GrowthPoints + 2 * Bins]);
        return new Observation(new Dictionary<string, Tensor>
        {
            [TumorSpheroidTask.GrowthName] = Part(all, 0, TumorOutput.GrowthPoints),
            [TumorSpheroidTask.ProliferationName] = Part(all, TumorOutput.GrowthPoints, Bins),
            [TumorSpheroidTask.EcmName] = Part(all, TumorOutput.GrowthPoints + Bins, Bins),
        });
    }

    internal static int RowLength(int bins) => TumorOutput.GrowthPoints + 2 * bins;

    private static Tensor Part(Tensor all, int begin, int length)
    {
        using Tensor view = all.narrow(1, begin, length);
        return view.clone(); // Of a view with gaps, the copy is contiguous.
    }

    private ReadOnlySpan<float> Row(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return _rows.AsSpan(index * RowLength(Bins), RowLength(Bins));
    }
}
