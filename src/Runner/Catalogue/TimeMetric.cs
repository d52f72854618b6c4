using Reproduce.Reporting;
using Reproduce.Runner.Configuration;
using Reproduce.Tasks;

namespace Reproduce.Runner.Catalogue;

/// <summary>A metric of the time that drawing took.</summary>
/// <param name="Style">Name, label, unit and format.</param>
/// <param name="AppliesTo">Whether it is told of a task.</param>
/// <param name="Compute">Its number, of the seconds for all draws of all test data sets.</param>
public sealed record TimeMetric(MetricStyle Style, Func<TaskDescription, bool> AppliesTo, Func<double, TestSettings, double> Compute);
