namespace Reproduce.Runner.Configuration;

/// <summary>
/// A setting of a contender that decides which jobs there are or how the contender is shown, or that the jobs' inputs name by themselves:
/// it changes no training and no drawing that there is anyway.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PlanOnlyAttribute : Attribute;
