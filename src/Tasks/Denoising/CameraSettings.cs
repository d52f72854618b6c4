using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace Reproduce.Tasks.Denoising;

/// <summary>Settings of <see cref="CameraModel"/>; the defaults are the ones of the published experiment.</summary>
public sealed record CameraSettings
{
    /// <summary>Rows of an image; a task says them itself.</summary>
    [JsonIgnore]
    public int Height { get; init; } = 28;

    /// <summary>Columns of an image; a task says them itself.</summary>
    [JsonIgnore]
    public int Width { get; init; } = 28;

    /// <summary>Factor between the noisy image and what is recorded.</summary>
    [Range(1e-6, 1e6)]
    public double Gain { get; init; } = 0.5;

    /// <summary>Standard deviation of the Gaussian point-spread function, in pixels.</summary>
    [Range(0.01, 1000.0)]
    public double BlurDeviation { get; init; } = 2.5;

    /// <summary>Standard deviations at which the point-spread function is cut off.</summary>
    [Range(0.1, 100.0)]
    public double BlurCutOff { get; init; } = 4;
}
