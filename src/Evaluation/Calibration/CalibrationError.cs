namespace Reproduce.Evaluation;

/// <summary>Expected calibration error of every parameter.</summary>
/// <param name="PerParameter">[D], each from 0 to 1.</param>
public sealed record CalibrationError(double[] PerParameter)
{
    /// <summary>The largest over the parameters, the "Max ECE" of the paper's tables.</summary>
    public double Max => PerParameter.Max();

    /// <summary>The mean over the parameters.</summary>
    public double Mean => PerParameter.Average();
}
