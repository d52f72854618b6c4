using Reproduce.Configuration;
using Reproduce.Inference.Networks;
using Reproduce.Inference.Networks.Images;
using Reproduce.Inference.Networks.Series;
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
        .Add<SummaryNetworkSettings>(new Dictionary<string, Type>
        {
            ["direct"] = typeof(DirectSummarySettings),
            ["deep-set"] = typeof(DeepSetSettings),
            ["set-transformer"] = typeof(SetTransformerSettings),
            ["series-fusion"] = typeof(SeriesFusionSettings),
            ["image-cnn"] = typeof(ImageSummaryCnnSettings),
        })
        .Add<FreeFormNetworkSettings>(
            new Dictionary<string, Type>
            {
                ["mlp"] = typeof(ResidualMlpSettings),
                ["naive"] = typeof(NaiveImageMlpSettings),
                ["u-net"] = typeof(UNetSettings),
            },
            standard: "mlp")
        .Add<ContenderSettings>(Contenders.Settings)
        .Add<Claim>(Claim.Kinds);
}
