namespace Reproduce.Inference.Contracts;

/// <summary>A setting of an estimator that only drawing uses: a training is the same whatever it is.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SamplingOnlyAttribute : Attribute;
