namespace Reproduce.Evaluation;

/// <summary>Posterior summaries of one parameter beside its true values, all [J].</summary>
public sealed class Recovery
{
    internal Recovery(int sets) =>
        (Truth, Mean, Median, Low, High) = (new double[sets], new double[sets], new double[sets], new double[sets], new double[sets]);

    /// <summary>True values.</summary>
    public double[] Truth { get; }

    /// <summary>Posterior means.</summary>
    public double[] Mean { get; }

    /// <summary>Posterior medians.</summary>
    public double[] Median { get; }

    /// <summary>Lower ends of the central intervals.</summary>
    public double[] Low { get; }

    /// <summary>Upper ends of the central intervals.</summary>
    public double[] High { get; }

    /// <summary>Part of the data sets whose interval holds the true value, both ends included.</summary>
    public double Coverage => Truth.Select((t, j) => t >= Low[j] && t <= High[j] ? 1.0 : 0.0).Average();

    /// <summary>Pearson's correlation of posterior means and true values; NaN when either does not vary.</summary>
    public double Correlation => MathNet.Numerics.Statistics.Correlation.Pearson(Mean, Truth);
}
