namespace Reproduce.Kernels;

/// <summary>Numbers of one step of Adam.</summary>
/// <param name="Gradient">What the gradient is multiplied by: clipping.</param>
/// <param name="Rate">What the first moment is multiplied by; the form has its share of the bias correction in it.</param>
/// <param name="Root">What the root of the second moment is multiplied by, against its bias.</param>
/// <param name="Shrink">Decoupled weight decay: what a weight is multiplied by before it moves.</param>
public readonly record struct AdamFactors(float Gradient, float Rate, float Root, float Shrink);
