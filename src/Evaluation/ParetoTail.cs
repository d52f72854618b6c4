namespace Reproduce.Evaluation;

/// <summary>The generalised Pareto distribution of what exceeds a threshold, fitted as Zhang and Stephens (2009) do.</summary>
/// <param name="Shape">
/// k: moments of order 1 / k and above are infinite. Drawn towards 1/2 as ten further numbers would (Vehtari et al. 2024, appendix C).
/// </param>
/// <param name="Scale">sigma.</param>
/// <remarks>
/// Zhang, Stephens: A new and efficient estimation method for the generalized Pareto distribution, Technometrics 51 (2009). The posterior
/// mean of one parameter over a grid of 30 + sqrt(n) points, under a weak prior that the data set the scale of.
/// </remarks>
internal readonly record struct ParetoTail(double Shape, double Scale)
{
    private const double PriorScale = 3, PriorCount = 10, PriorShape = 0.5;
    private const int SmallestGrid = 30;

    /// <summary>Fits the distribution.</summary>
    /// <param name="excess">What exceeds the threshold, ascending, at least five numbers of which the last is positive.</param>
    internal static ParetoTail Fit(double[] excess)
    {
        int n = excess.Length, points = SmallestGrid + (int)Math.Sqrt(n);
        double quartile = excess[(int)(n / 4.0 + 0.5) - 1];
        double[] grid =
        [
            .. Enumerable.Range(1, points)
                .Select(j => 1 / excess[^1] + (1 - Math.Sqrt(points / (j - 0.5))) / (PriorScale * quartile)),
        ];
        double[] log = [.. grid.Select(b => n * ProfileLikelihood(b))];
        double largest = log.Max(), total = log.Sum(l => Math.Exp(l - largest));
        double mean = grid.Zip(log, (b, l) => b * Math.Exp(l - largest) / total).Sum();
        double shape = MeanLog(mean);
        return new ParetoTail((shape * n + PriorShape * PriorCount) / (n + PriorCount), -shape / mean);

        double MeanLog(double b) => excess.Average(x => Math.Log(1 - b * x));

        // The mean log-likelihood of the best scale.
        double ProfileLikelihood(double b)
        {
            double k = MeanLog(b);
            return Math.Log(-b / k) - k - 1;
        }
    }

    /// <summary>The quantile function.</summary>
    /// <param name="p">In (0, 1).</param>
    internal double Quantile(double p) =>
        Shape == 0 ? -Scale * Math.Log(1 - p) : Scale * (Math.Pow(1 - p, -Shape) - 1) / Shape;
}
