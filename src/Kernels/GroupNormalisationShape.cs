namespace Reproduce.Kernels;

/// <summary>Sizes of a <see cref="PanelNormalisation"/>.</summary>
/// <param name="Channels">C.</param>
/// <param name="Positions">Pixels of a channel.</param>
/// <param name="Groups">Groups of channels; divide C.</param>
/// <param name="Epsilon">What is added to the variance.</param>
public readonly record struct GroupNormalisationShape(int Channels, int Positions, int Groups, float Epsilon)
{
    /// <summary>Channels of a group.</summary>
    public int GroupChannels => Channels / Groups;

    /// <summary>Numbers of a panel, [C, Positions, 32].</summary>
    public int Length => checked(Channels * Positions * Panels.Width);

    /// <summary>Numbers that a forward pass leaves: mean and one over the deviation of every group and image.</summary>
    public int SavedLength => 2 * Groups * Panels.Width;
}
