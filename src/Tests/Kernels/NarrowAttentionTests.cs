using NUnit.Framework;
using Reproduce.Kernels;

namespace Reproduce.Tests.Kernels;

/// <summary>
/// Attention in vector code against its formula, and its gradients against the ones of the formula, in plain loops over doubles.
/// </summary>
[Category("VectorCode")]
public sealed class NarrowAttentionTests
{
    private const int Batch = 2, Queries = 6;

    [SetUp]
    public void RequireVectors() => Assume.That(MatrixProduct.IsSupported, "This processor's vectors are too narrow.");

    [Test]
    public void FollowsItsFormula(
        [Values(1, 7, 16, 17, 32, 40, 300)] int members, [Values(1, 2, 3)] int features, [Values(0, 0.1, 0.5)] double rate) =>
        AssertFormula(new AttentionShape(Batch, Queries, members, features), rate, largest: 2);

    [Test]
    public void LargeSimilaritiesNeitherOverflowNorVanish([Values(0, 0.1)] double rate, [Values(100, 3000)] float largest) =>
        AssertFormula(new AttentionShape(Batch, Queries, 40, 3), rate, largest);

    [Test]
    public void NotANumberStaysOne()
    {
        AttentionShape shape = new(1, 1, 5, 3);
        float[] queries = [float.NaN, 0, 0, 0], read = new float[4];
        NarrowAttention.Forward(shape, queries, KernelNumbers.Uniform(15, 1), RowDropout.Off, read, new float[1]);
        Assert.That(read[..3], Has.All.NaN);
    }

    [Test]
    public void GradientsByPointsCanBeLeftOut()
    {
        AttentionShape shape = new(Batch, Queries, 20, 3);
        foreach (double rate in new[] { 0, 0.1 })
        {
            RowDropout dropout = new(5, rate);
            float[] with = Run(shape, Numbers(shape, 2), dropout, byPoints: true).ByQueries;
            Assert.That(Run(shape, Numbers(shape, 2), dropout, byPoints: false).ByQueries, Is.EqualTo(with));
        }
    }

    [Test]
    public void OperandsThatDoNotFitAreRefused()
    {
        AttentionShape shape = new(1, 2, 3, 2);
        Assert.Multiple(() =>
        {
            Assert.That(() => Forward(shape with { Features = 4 }, 6, 6), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => Forward(shape with { Members = 0 }, 6, 6), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => Forward(shape, 5, 6), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => Forward(shape, 6, 5), Throws.InstanceOf<ArgumentOutOfRangeException>());
        });

        static void Forward(AttentionShape shape, int queries, int points) =>
            NarrowAttention.Forward(shape, new float[queries], new float[points], RowDropout.Off, new float[6], new float[2]);
    }

    private static void AssertFormula(in AttentionShape shape, double rate, float largest)
    {
        RowDropout dropout = new(5, rate);
        Operands x = Numbers(shape, largest);
        Results found = Run(shape, x, dropout, byPoints: true);
        (double[] read, double[] byQueries, double[] byPoints) = Formula(shape, x, dropout);

        // A similarity of some thousand in float32 has an error of some 1e-4, and so have its weights.
        double tolerance = 1e-5 * Math.Max(1, largest / 30);
        Assert.Multiple(() =>
        {
            Assert.That(found.Read, Is.EqualTo(read).Within(tolerance));
            Assert.That(found.ByQueries, Is.EqualTo(byQueries).Within(tolerance));
            Assert.That(found.ByPoints, Is.EqualTo(byPoints).Within(tolerance * Math.Max(1, byPoints.Max(Math.Abs))));
        });
    }

    private static Operands Numbers(in AttentionShape shape, float largest) => new(
        [.. KernelNumbers.Uniform(shape.QueryLength, 1).Select(v => v * largest)],
        KernelNumbers.Uniform(shape.MemberLength, 2),
        KernelNumbers.Uniform(shape.QueryLength, 3));

    private static Results Run(in AttentionShape shape, Operands x, RowDropout dropout, bool byPoints)
    {
        float[] read = new float[shape.QueryLength], scales = new float[shape.Batch * shape.Rows];
        NarrowAttention.Forward(shape, x.Queries, x.Points, dropout, read, scales);
        float[] byQueries = new float[shape.QueryLength], gradient = new float[byPoints ? shape.MemberLength : 0];
        NarrowAttention.Backward(shape, x.Queries, x.Points, dropout, read, scales, x.Slopes, byQueries, gradient);
        return new Results(read, byQueries, gradient);
    }

    private static (double[] Read, double[] ByQueries, double[] ByPoints) Formula(in AttentionShape shape, Operands x, RowDropout dropout)
    {
        int members = shape.Members, features = shape.Features, width = features + 1;
        float[] mask = new float[shape.Batch * shape.Rows * members];
        dropout.Fill(mask, members);
        double[] read = new double[shape.QueryLength], byQueries = new double[shape.QueryLength], byPoints = new double[shape.MemberLength];
        for (int row = 0; row < shape.Batch * shape.Rows; row++)
        {
            int first = row / shape.Rows * members;
            double Point(int m, int c) => c < features ? x.Points[(first + m) * features + c] : 1;
            double Sum(float[] vectors, int m) => Enumerable.Range(0, width).Sum(c => vectors[row * width + c] * Point(m, c));
            double[] similarity = [.. Enumerable.Range(0, members).Select(m => Sum(x.Queries, m))];
            double[] e = [.. similarity.Select(s => Math.Exp(s - similarity.Max()))];
            double[] weight = [.. e.Select(v => v / e.Sum())];
            double[] slope = [.. Enumerable.Range(0, members).Select(m => mask[row * members + m] * Sum(x.Slopes, m))];
            double mean = weight.Zip(slope, (w, s) => w * s).Sum();
            for (int m = 0; m < members; m++)
            {
                double through = weight[m] * (slope[m] - mean), dropped = weight[m] * mask[row * members + m];
                for (int c = 0; c < width; c++)
                {
                    read[row * width + c] += dropped * Point(m, c);
                    byQueries[row * width + c] += through * Point(m, c);
                    if (c < features)
                    {
                        byPoints[(first + m) * features + c] += through * x.Queries[row * width + c] + dropped * x.Slopes[row * width + c];
                    }
                }
            }
        }

        return (read, byQueries, byPoints);
    }

    private sealed record Operands(float[] Queries, float[] Points, float[] Slopes);

    private sealed record Results(float[] Read, float[] ByQueries, float[] ByPoints);
}
