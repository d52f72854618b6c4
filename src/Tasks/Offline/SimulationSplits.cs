using Reproduce.Compute;
using Reproduce.Tasks.Denoising;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tasks.Offline;

/// <summary>Which rows of which file are for what.</summary>
/// <param name="settings">The files.</param>
internal sealed class SimulationSplits(SimulationsSettings settings)
{
    /// <summary>Rows of each split; null where the files are not, or cannot be read.</summary>
    public (int Training, int Validation, int Test)? Sizes
    {
        get
        {
            try
            {
                return ((int)RowsOf(DataSplit.Training).Count, (int)RowsOf(DataSplit.Validation).Count, (int)RowsOf(DataSplit.Test).Count);
            }
            catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
            {
                return null; // The first job that needs them says why.
            }
        }
    }

    /// <summary>The file and rows of a split.</summary>
    /// <param name="split">The split.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="InvalidDataException">A file is damaged or has no theta.</exception>
    public (string Path, long First, long Count) RowsOf(DataSplit split)
    {
        string? own = split switch
        {
            DataSplit.Validation => settings.Validation,
            DataSplit.Test => settings.Test,
            _ => null,
        };
        if (own is not null)
        {
            string path = Path.Combine(settings.FullFolder, own);
            return (path, 0, Count(path));
        }

        string shared = Path.Combine(settings.FullFolder, settings.Training);
        long all = Count(shared);
        long validation = settings.Validation is null ? all / 10 : 0, test = settings.Test is null ? all / 10 : 0;
        return split switch
        {
            DataSplit.Validation => (shared, all - test - validation, validation),
            DataSplit.Test => (shared, all - test, test),
            _ => (shared, 0, all - test - validation),
        };
    }

    private static long Count(string path)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor theta = Npz.ReadArray(path, SimulationsTask.Theta);
        return theta.dim() > 0 ? theta.shape[0] : throw new InvalidDataException($"{path}: 'theta' is a single number");
    }
}
