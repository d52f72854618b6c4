using NUnit.Framework;
using Reproduce.Kernels;

namespace Reproduce.Tests.Kernels;

/// <summary>Products bit for bit against one fused multiply-add after the other, in the order of the inner index.</summary>
[Category("VectorCode")]
public sealed class MatrixProductTests
{
    // Every way of dividing rows into tiles, at both widths.
    private static readonly int[] s_rows = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 21, 40];

    [Test]
    public void AddToAddsTheSumsToWhatIsThere(
        [ValueSource(nameof(s_rows))] int rows, [Values(1, 2, 33)] int inner, [Values] bool transposed, [Values(32, 45)] int stride)
    {
        (int rowStride, int innerStride) = transposed ? (1, rows) : (inner, 1);
        float[] a = Numbers(rows * inner, 1), b = Numbers(inner * 32, 2), c = Numbers(rows * stride, 3), wanted = [.. c];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < 32; j++)
            {
                wanted[i * stride + j] += Sum(a.AsSpan(i * rowStride), innerStride, b.AsSpan(j), 32, inner, 0);
            }
        }

        MatrixProduct.AddTo(a, rowStride, innerStride, b, c, stride, rows, inner);
        Assert.That(c, Is.EqualTo(wanted));
    }

    [Test]
    public void ReluOfSumsThatBeginWithABias([ValueSource(nameof(s_rows))] int rows, [Values(32, 96)] int columns) =>
        Check<Relu>(rows, 19, columns, bias: true, companion: false, (sum, _) => MathF.Max(sum, 0));

    [Test]
    public void SumsWhereTheCompanionIsPositive([ValueSource(nameof(s_rows))] int rows, [Values(32, 96)] int columns) =>
        Check<ReluBackward>(rows, 19, columns, bias: false, companion: true, (sum, other) => other > 0 ? sum : 0);

    [Test]
    public void PlainSums([ValueSource(nameof(s_rows))] int rows, [Values(32, 96)] int columns) =>
        Check<Identity>(rows, 19, columns, bias: false, companion: false, (sum, _) => sum);

    [Test]
    public void SumsOverRowsWithNumbersBetweenThem([ValueSource(nameof(s_rows))] int rows, [Values(32, 96)] int columns) =>
        Check<Identity>(rows, 19, columns, bias: false, companion: false, (sum, _) => sum, between: 16);

    [Test]
    public void SumsBesideACompanion([Values(3, 8)] int rows) =>
        Check<Accumulate>(rows, 19, 64, bias: true, companion: true, (sum, other) => other + sum);

    [Test]
    public void NothingToSumChangesNothing()
    {
        float[] c = Numbers(64, 1), before = [.. c];
        MatrixProduct.AddTo([], 1, 1, [], c, 32, 2, 0);
        MatrixProduct.AddTo([], 1, 1, [], c, 32, 0, 2);
        Assert.That(c, Is.EqualTo(before));
    }

    [Test]
    public void AMatrixThatIsTooShortIsRefused()
    {
        float[] small = new float[63], large = new float[64];
        Assert.Multiple(() =>
        {
            Refuses("B", () => MatrixProduct.AddTo(large, 2, 1, small, large, 32, 2, 2));
            Refuses("C", () => MatrixProduct.AddTo(large, 2, 1, large, small, 32, 2, 2));
            Refuses("A", () => MatrixProduct.AddTo(large, 63, 1, large, large, 32, 2, 2));
            Refuses("step", () => MatrixProduct.AddTo(large, 2, -1, large, large, 32, 2, 2));
            Refuses("stride", () => MatrixProduct.AddTo(large, 2, 1, large, large, 31, 2, 2));
            Refuses("columns", () => MatrixProduct.Multiply<Identity>(large, 1, 1, large, large, 40, 1, 1, 40));
            Refuses("start", () => MatrixProduct.Multiply<Relu>(large, 1, 1, large, large, 32, 2, 2, 32, new float[31]));
            Refuses("companion", () => MatrixProduct.Multiply<Accumulate>(large, 1, 1, large, large, 32, 2, 2, 32, default, small));
            Refuses("row of B", () => MatrixProduct.Multiply<Identity>(large, 1, 1, large, large, 32, 2, 2, 32, rightStride: 31));
            Refuses("rows of B", () => MatrixProduct.Multiply<Identity>(large, 1, 1, large, large, 32, 2, 2, 32, rightStride: 33));
        });

        static void Refuses(string what, Action product) =>
            Assert.That(product, Throws.InstanceOf<ArgumentOutOfRangeException>(), what);
    }

    private static void Check<TEpilogue>(int rows, int inner, int columns, bool bias, bool companion, Func<float, float, float> epilogue,
        int between = 0)
        where TEpilogue : struct, IEpilogue
    {
        int right = columns + between;
        float[] a = Numbers(rows * inner, 1), b = Numbers(inner * right, 2), c = Numbers(rows * columns, 3), wanted = new float[c.Length];
        float[] start = bias ? Numbers(columns, 4) : [], other = companion ? Numbers(c.Length, 5) : [];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                float sum = Sum(a.AsSpan(i * inner), 1, b.AsSpan(j), right, inner, bias ? start[j] : 0);
                wanted[i * columns + j] = epilogue(sum, companion ? other[i * columns + j] : c[i * columns + j]);
            }
        }

        MatrixProduct.Multiply<TEpilogue>(a, inner, 1, b, c, columns, rows, inner, columns, start, other, between == 0 ? 0 : right);
        Assert.That(c, Is.EqualTo(wanted));
    }

    private static float Sum(ReadOnlySpan<float> a, int aStride, ReadOnlySpan<float> b, int bStride, int inner, float start)
    {
        float sum = start;
        for (int l = 0; l < inner; l++)
        {
            sum = MathF.FusedMultiplyAdd(a[l * aStride], b[l * bStride], sum);
        }

        return sum;
    }

    private static float[] Numbers(int count, ulong seed) => KernelNumbers.Uniform(count, seed);
}
