namespace Reproduce.Tasks.Denoising;

/// <summary>Settings of <see cref="CameraModel"/>; the defaults are the ones of the published experiment.</summary>
public sealed record CameraOptions
{
    /// <summary>Rows of an image.</summary>
    public int Height { get; init; } = 28;

    /// <summary>Columns of an image.</summary>
    public int Width { get; init; } = 28;

    /// <summary>Factor between the noisy image and what is recorded.</summary>
    public double Gain { get; init; } = 0.5;

    /// <summary>Standard deviation of the Gaussian point-spread function, in pixels.</summary>
    public double BlurDeviation { get; init; } = 2.5;

    /// <summary>Standard deviations at which the point-spread function is cut off.</summary>
    public double BlurCutOff { get; init; } = 4;
}
