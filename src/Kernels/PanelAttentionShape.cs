namespace Reproduce.Kernels;

/// <summary>Sizes of a <see cref="PanelAttention"/>.</summary>
/// <param name="Channels">C.</param>
/// <param name="Positions">P, pixels of a channel.</param>
public readonly record struct PanelAttentionShape(int Channels, int Positions)
{
    /// <summary>Numbers of the queries of a panel, [C, P, 32]; there are as many of keys, of values and of what is read.</summary>
    public int Length => checked(Channels * Positions * Panels.Width);

    /// <summary>Numbers of the softmax of a panel, [P, P, 32].</summary>
    public int WeightsLength => checked(Positions * Positions * Panels.Width);
}
