using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tests.Tasks;

/// <summary>Checks that every task with an exact posterior must pass, and the arithmetic they share.</summary>
internal static class TaskAssert
{
    /// <summary>Rows of the prior and their observations, from one seed.</summary>
    public static (Tensor Theta, Observation X) Simulate(ITask task, long count, long seed)
    {
        using RandomSource random = new(RandomKey.FromSeed(seed));
        Tensor theta = task.SamplePrior(count, random);
        return (theta, task.Simulate(theta, random));
    }

    /// <summary>The values of a tensor of any floating type, in C order.</summary>
    public static double[] Values(Tensor tensor)
    {
        using DisposeScope scope = NewDisposeScope();
        return tensor.to(ScalarType.Float64).contiguous().data<double>().ToArray();
    }

    /// <summary>Same key = same bits; data set j's draws do not depend on the others; no tensor is left over.</summary>
    public static void SamplesByKeyAndWithoutLeaks<T>(T task)
        where T : ITask, IReferencePosterior
    {
        using DisposeScope scope = NewDisposeScope();
        (_, Observation x) = Simulate(task, 6, 3);
        RandomKey key = RandomKey.FromSeed(8);
        Tensor all = task.Sample(x, 200, key);
        Assert.That(all.shape, Is.EqualTo(new long[] { 6, 200, task.ParameterNames.Count }));
        Assert.That(all.dtype, Is.EqualTo(ScalarType.Float32));
        Assert.That(all.isfinite().all().item<bool>(), Is.True);
        Assert.That(all.eq(task.Sample(x, 200, key)).all().item<bool>(), Is.True, "same key, same bits");
        Assert.That(all.eq(task.Sample(x, 200, key.Child("other"))).all().item<bool>(), Is.False, "other key, other draws");
        Tensor first = task.Sample(x.Narrow(0, 4), 200, key);
        Assert.That(all.narrow(0, 0, 4).eq(first).all().item<bool>(), Is.True, "draws of a set depend on the other sets");
        long before = LiveTensors.Settled();
        task.Sample(x, 10, key).Dispose();
        Assert.That(Tensor.TotalCount, Is.EqualTo(before), "tensors left by Sample");
        (Tensor theta, Observation more) = Simulate(task, 5, 4);
        theta.Dispose();
        more.Dispose();
        Assert.That(Tensor.TotalCount, Is.EqualTo(before), "tensors left by SamplePrior and Simulate");
    }

    /// <summary>
    /// Simulation-based calibration (Talts et al. 2018): the rank of the true parameter among the exact posterior's draws is uniform.
    /// </summary>
    /// <remarks>
    /// 1000 data sets, 99 draws, ranks 0 .. 99 in 20 bins of 5: chi-square with 19 degrees of freedom exceeds 50.8 with probability
    /// 1e-4. The seed is fixed, so a correct sampler passes always; a posterior that is 10 % too wide or too narrow gives about 60.
    /// </remarks>
    public static void IsCalibrated<T>(T task, long seed)
        where T : ITask, IReferencePosterior
    {
        const int Sets = 1000, Draws = 99, Bins = 20;
        using DisposeScope scope = NewDisposeScope();
        (Tensor theta, Observation x) = Simulate(task, Sets, seed);
        Tensor draws = task.Sample(x, Draws, RandomKey.FromSeed(seed).Child("calibration"));
        double[] ranks = Values((draws < theta.unsqueeze(1)).sum(1)); // [Sets, D]
        int dimension = task.ParameterNames.Count;
        for (int d = 0; d < dimension; d++)
        {
            int[] counts = new int[Bins];
            for (int j = 0; j < Sets; j++)
            {
                counts[(int)ranks[j * dimension + d] * Bins / (Draws + 1)]++;
            }

            double expected = (double)Sets / Bins;
            double chiSquare = counts.Sum(c => (c - expected) * (c - expected) / expected);
            Assert.That(chiSquare, Is.LessThan(50.8), $"ranks of {task.ParameterNames[d]}: {string.Join(" ", counts)}");
        }
    }

    /// <summary>Chi-square of two histograms with the same bins and its degrees of freedom, without bins of fewer than 10 in all.</summary>
    public static (double ChiSquare, int Freedom) Compare(double[] a, double[] b, double low, double high, int bins)
    {
        int[] first = Histogram(a, low, high, bins), second = Histogram(b, low, high, bins);
        double ra = Math.Sqrt((double)b.Length / a.Length), sum = 0;
        int used = 0;
        for (int i = 0; i < bins; i++)
        {
            if (first[i] + second[i] >= 10)
            {
                double difference = first[i] * ra - second[i] / ra;
                sum += difference * difference / (first[i] + second[i]);
                used++;
            }
        }

        return (sum, used - 1);
    }

    /// <summary>Fails when two samples of one variable differ: chi-square above its mean plus five standard deviations.</summary>
    public static void SameDistribution(double[] a, double[] b, int bins, string what)
    {
        double low = Math.Min(a.Min(), b.Min()), high = Math.Max(a.Max(), b.Max());
        (double chiSquare, int freedom) = Compare(a, b, low, high, bins);
        Assert.That(chiSquare, Is.LessThan(freedom + 5 * Math.Sqrt(2.0 * freedom)), $"{what}: chi-square, {freedom} degrees of freedom");
    }

    private static int[] Histogram(double[] values, double low, double high, int bins)
    {
        int[] counts = new int[bins];
        foreach (double v in values)
        {
            counts[Math.Clamp((int)((v - low) / (high - low) * bins), 0, bins - 1)]++;
        }

        return counts;
    }
}
