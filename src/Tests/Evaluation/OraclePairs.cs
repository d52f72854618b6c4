using System.Globalization;
using Reproduce.Compute;
using static TorchSharp.torch;

namespace Reproduce.Tests.Evaluation;

/// <summary>A row of Data/c2st-scikit-learn.csv.</summary>
internal sealed record OracleScore(
    string Pair,
    int Dimensions,
    int Draws,
    string Protocol,
    int Replicates,
    double Mean,
    double Deviation,
    string Description
)
{
    internal static OracleScore[] Read()
    {
        string path = Path.Combine(AppContext.BaseDirectory, "Data", "c2st-scikit-learn.csv");
        return [.. File.ReadLines(path).Where(l => !l.StartsWith('#')).Skip(1).Where(l => l.Length > 0).Select(Parse)];
    }

    private static OracleScore Parse(string line)
    {
        string[] f = line.Split(',', 8); // only the last field holds commas
        return new OracleScore(f[0], Int(f[1]), Int(f[2]), f[3], Int(f[4]), Number(f[5]), Number(f[6]), f[7].Trim('"'));

        static int Int(string s) => int.Parse(s, CultureInfo.InvariantCulture);
        static double Number(string s) => double.Parse(s, CultureInfo.InvariantCulture);
    }
}

/// <summary>Draws of the pairs of distributions that scikit-learn has scored.</summary>
internal static class OraclePairs
{
    /// <summary>J samples of S draws of both distributions of a pair, each [J, S, D].</summary>
    internal static (Tensor Reference, Tensor Draws) Sample(string pair, long sets, long count, RandomSource random)
    {
        int d = int.Parse(pair[(pair.LastIndexOf('d') + 1)..], CultureInfo.InvariantCulture);
        return pair[..pair.LastIndexOf('_')] switch
        {
            "equal_normal" => (Normal(d), Normal(d)),
            "shift03" => (Normal(d), Shifted(0.3f)),
            "shift05" => (Normal(d), Shifted(0.5f)),
            "shift1" => (Normal(d), Shifted(1)),
            "shift02_all" => (Normal(d), Normal(d) + 0.2f),
            "scale15" => (Normal(d), Normal(d) * 1.5f),
            "bimodal_vs_wide" => (0.3f * Normal(d) + Sign(), 0.3f * Normal(d) + random.Normal([sets, count, 1])),
            "moons_equal" => (Moons(), Moons()),
            "moons_jitter" => (Moons(), Moons() + 0.02f * Normal(d)),
            "corr" => (Normal(d), Correlated(0.6f)),
            "student3" => (Normal(d), Normal(d) / (Normal(d).square() + Normal(d).square() + Normal(d).square()).div(3).sqrt()),
            _ => throw new ArgumentException($"Unknown pair {pair}.", nameof(pair)),
        };

        Tensor Normal(int dimensions) => random.Normal([sets, count, dimensions]);

        Tensor Uniform() => random.Uniform([sets, count, 1]);

        Tensor Sign() => random.Integers(0, 2, [sets, count, 1]).to_type(ScalarType.Float32) * 2 - 1;

        Tensor Shifted(float by)
        {
            Tensor x = Normal(d);
            x.select(2, 0).add_(by);
            return x;
        }

        Tensor Correlated(float rho)
        {
            Tensor x = Normal(d);
            x.select(2, 1).mul_(MathF.Sqrt(1 - rho * rho)).add_(x.select(2, 0) * rho);
            return x;
        }

        // The posterior of the two-moons task at x = (0, 0) without the prior's box.
        Tensor Moons()
        {
            Tensor angle = (Uniform() - 0.5f) * MathF.PI, radius = 0.1f + 0.01f * random.Normal([sets, count, 1]);
            Tensor sum = Sign() * (radius * angle.cos() + 0.25f), difference = radius * angle.sin();
            return cat([sum - difference, sum + difference], 2) / MathF.Sqrt(2);
        }
    }
}
