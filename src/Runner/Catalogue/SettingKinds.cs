using Reproduce.Configuration;
using Reproduce.Reporting;
using Reproduce.Runner.Configuration;
using Reproduce.Tasks;
using Reproduce.Tasks.Denoising;
using Reproduce.Tasks.Tumor;

namespace Reproduce.Runner.Catalogue;

/// <summary>What the key <c>kind</c> of experiment files may say, for everything that there are kinds of.</summary>
public static class SettingKinds
{
    /// <summary>All kinds.</summary>
    public static KindCatalogue All { get; } = new KindCatalogue()
        .Add<TaskSettings>(new Dictionary<string, Type>
        {
            [GaussianMixtureTask.Kind] = typeof(GaussianMixtureSettings),
            [TwoMoonsTask.Kind] = typeof(TwoMoonsSettings),
            [KinematicsTask.Kind] = typeof(KinematicsSettings),
            [DenoisingTask.Kind] = typeof(DenoisingSettings),
            [TumorSpheroidTask.Kind] = typeof(TumorSpheroidSettings),
        })
        .Add<SummarySettings>(new Dictionary<string, Type>
        {
            ["direct"] = typeof(DirectSummarySettings),
            ["deep-set"] = typeof(DeepSetSummarySettings),
            ["set-transformer"] = typeof(SetTransformerSummarySettings),
            ["series-fusion"] = typeof(SeriesFusionSummarySettings),
            ["image-cnn"] = typeof(ImageCnnSummarySettings),
        })
        .Add<NetworkSettings>(
            new Dictionary<string, Type>
            {
                ["mlp"] = typeof(MlpNetworkSettings),
                ["naive"] = typeof(NaiveNetworkSettings),
                ["u-net"] = typeof(UNetNetworkSettings),
            },
            standard: "mlp")
        .Add<ContenderSettings>(Contenders.Settings)
        .Add<Claim>(Claim.Kinds);
}
