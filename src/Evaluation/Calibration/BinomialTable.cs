using MathNet.Numerics.Distributions;

namespace Reproduce.Evaluation;

/// <summary>The binomial distribution as a table.</summary>
internal static class BinomialTable
{
    /// <summary>P(X at most c) for c = 0 .. n.</summary>
    /// <param name="n">Trials.</param>
    /// <param name="p">Probability of a success.</param>
    internal static double[] Cumulative(int n, double p)
    {
        double[] table = new double[n + 1];
        double sum = 0;
        for (int c = 0; c <= n; c++)
        {
            sum += Binomial.PMF(p, n, c);
            table[c] = Math.Min(1, sum);
        }

        return table;
    }

    /// <summary>P(X at least c) for c = 0 .. n, summed from the small end so that small tails keep their digits.</summary>
    /// <param name="n">Trials.</param>
    /// <param name="p">Probability of a success.</param>
    internal static double[] Upper(int n, double p)
    {
        double[] table = Cumulative(n, 1 - p);
        Array.Reverse(table);
        return table;
    }
}
