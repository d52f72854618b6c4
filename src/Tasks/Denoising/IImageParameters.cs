namespace Reproduce.Tasks.Denoising;

/// <summary>A task whose parameters are the pixels of an image.</summary>
public interface IImageParameters
{
    /// <summary>Rows and columns of the image.</summary>
    int Side { get; }

    /// <summary>Names of the classes by label.</summary>
    IReadOnlyList<string> ClassNames { get; }
}
