using Reproduce.Compute.Priors;
using Reproduce.Configuration;
using Reproduce.Inference.Networks;
using Reproduce.Reporting;
using Reproduce.Runner.Configuration;
using Reproduce.Tasks;

namespace Reproduce.Runner.Catalogue;

/// <summary>What the key <c>kind</c> of experiment files may say, for everything that there are kinds of.</summary>
public static class SettingKinds
{
    /// <summary>All kinds.</summary>
    public static KindCatalogue All { get; } = new KindCatalogue()
        .Add<TaskSettings>(NamedKinds.Of<TaskSettings>())
        .Add<Prior>(NamedKinds.Of<Prior>())
        .Add<SummaryNetworkSettings>(NamedKinds.Of<SummaryNetworkSettings>())
        .Add<FreeFormNetworkSettings>(NamedKinds.Of<FreeFormNetworkSettings>(), standard: ResidualMlpSettings.Kind)
        .Add<ContenderSettings>(Contenders.Settings)
        .Add<Claim>(Claim.Kinds);
}
