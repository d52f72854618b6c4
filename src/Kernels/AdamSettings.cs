namespace Reproduce.Kernels;

/// <summary>What stays the same in all steps of Adam.</summary>
/// <param name="Beta1">Decay of the first moment.</param>
/// <param name="Beta2">Decay of the second moment.</param>
/// <param name="Epsilon">Added to the root of the second moment.</param>
public readonly record struct AdamSettings(double Beta1, double Beta2, double Epsilon);
