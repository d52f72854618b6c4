using MathNet.Numerics;

namespace Reproduce.Evaluation;

/// <summary>The binomial distribution as a table.</summary>
internal static class BinomialTable
{
    /// <summary>P(X at most c) for c = 0 .. n.</summary>
    internal static double[] Cumulative(int n, double p)
    {
        double[] table = new double[n + 1];
        double logP = Math.Log(p), logQ = Math.Log(1 - p), logFactorial = SpecialFunctions.FactorialLn(n), sum = 0;
        for (int c = 0; c <= n; c++)
        {
            double log = logFactorial - SpecialFunctions.FactorialLn(c) - SpecialFunctions.FactorialLn(n - c);
            // 0 * log 0 is 0 here: the certain outcomes of p = 0 and p = 1.
            log += (c == 0 ? 0 : c * logP) + (c == n ? 0 : (n - c) * logQ);
            sum += Math.Exp(log);
            table[c] = Math.Min(1, sum);
        }

        return table;
    }

    /// <summary>P(X at least c) for c = 0 .. n, summed from the small end so that small tails keep their digits.</summary>
    internal static double[] Upper(int n, double p)
    {
        double[] table = Cumulative(n, 1 - p);
        Array.Reverse(table);
        return table;
    }
}
