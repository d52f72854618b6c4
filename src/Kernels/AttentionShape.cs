namespace Reproduce.Kernels;

/// <summary>Sizes of a <see cref="NarrowAttention"/>.</summary>
/// <param name="Batch">B, data sets.</param>
/// <param name="Rows">R, queries of a data set: of every head and every point that asks.</param>
/// <param name="Members">M, points that are attended to.</param>
/// <param name="Features">F, numbers of such a point, 1 to 3.</param>
public readonly record struct AttentionShape(int Batch, int Rows, int Members, int Features)
{
    /// <summary>Numbers in all queries, and in all that is read: F + 1 each.</summary>
    public int QueryLength => checked(Batch * Rows * (Features + 1));

    /// <summary>Numbers in all points.</summary>
    public int MemberLength => checked(Batch * Members * Features);
}
