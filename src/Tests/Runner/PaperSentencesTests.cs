using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using NUnit.Framework;
using Reproduce.Configuration;
using Reproduce.Runner.Catalogue;

namespace Reproduce.Tests.Runner;

/// <summary>
/// The shipped experiments say what the paper says: the numbers come out of the paper's own sentences (v3), in the order in which they
/// stand there. The formulas within the sentences, which a text version of the paper loses, are written as numbers.
/// </summary>
public sealed partial class PaperSentencesTests
{
    [TestCase("gmm", "Appendix B.1", "We implement this via a DeepSet (Zaheer et al.) with 6-dimensional output.", "summary.outputs")]
    [TestCase(
        "gmm", "Appendix B.1", "Both ACF and NSF use 4 coupling layers and train for 200 epochs with a batch size 32.",
        "contenders.acf|nsf.flow.layers", "contenders.acf|nsf.training.epochs", "contenders.acf|nsf.training.batch_size")]
    [TestCase(
        "gmm",
        "Appendix B.1",
        "CMPE relies on an MLP with 2 hidden layers of 256 units each, [...] 10% dropout and an initial learning rate of",
        "contenders.cmpe|fmpe.network.blocks",
        "contenders.cmpe|fmpe.network.units",
        "contenders.cmpe|fmpe.network.dropout"
    )]
    [TestCase(
        "gmm", "Appendix B.1", "Training is based on 2000 epochs with batch size 64.",
        "contenders.cmpe|fmpe.training.epochs", "contenders.cmpe|fmpe.training.batch_size")]
    [TestCase(
        "two_moons", "Appendix B.2", "CMPE uses an MLP with 2 layers of 256 units each, [...] 5% dropout, and an initial learning rate of",
        "contenders.cmpe|fmpe.network.blocks", "contenders.cmpe|fmpe.network.units", "contenders.cmpe|fmpe.network.dropout")]
    [TestCase(
        "two_moons", "Appendix B.2", "it is trained with a batch size of 64 for 5000 epochs.",
        "contenders.cmpe|fmpe.training.batch_size", "contenders.cmpe|fmpe.training.epochs")]
    [TestCase(
        "two_moons",
        "Appendix B.2",
        "Both ACF and NSF use 6 coupling layers of 128 units each, [...] and train for 200 epochs with a batch size 32.",
        "contenders.acf|nsf.flow.layers",
        "contenders.acf|nsf.flow.units",
        "contenders.acf|nsf.training.epochs",
        "contenders.acf|nsf.training.batch_size"
    )]
    [TestCase(
        "kinematics",
        "Appendix B.3",
        "CMPE relies on an MLP with 2 layers of 256 units each, [...] 5% dropout, and an initial learning rate of",
        "contenders.cmpe|fmpe.network.blocks",
        "contenders.cmpe|fmpe.network.units",
        "contenders.cmpe|fmpe.network.dropout"
    )]
    [TestCase(
        "kinematics", "Appendix B.3", "trains for 2000 epochs with a batch size of 32.",
        "contenders.cmpe|fmpe.training.epochs", "contenders.cmpe|fmpe.training.batch_size")]
    [TestCase(
        "kinematics",
        "Appendix B.3",
        "Both ACF and NSF use 6 coupling layers of 128 units each, [...] and train for 200 epochs with a batch size 32.",
        "contenders.acf|nsf.flow.layers",
        "contenders.acf|nsf.flow.units",
        "contenders.acf|nsf.training.epochs",
        "contenders.acf|nsf.training.batch_size"
    )]
    [TestCase(
        "denoising", "Section 5.4", "a multi-layer perceptron (MLP) with four hidden layers consisting of 2048 units each.",
        "contenders.cmpe-naive|fmpe-naive.network.units")]
    [TestCase("denoising", "Appendix B.4", "using 2 000 and 60 000 training images.", "simulations.budgets.0", "simulations.budgets.1")]
    [TestCase(
        "denoising", "Appendix B.4", "the batch size, which is 32 for 2 000 training images and 256 for 60 000 training images",
        DenoisingContenders + "training.batch_size", "simulations.budgets.0", DenoisingContenders + "batch_sizes.0.batch_size",
        DenoisingContenders + "batch_sizes.0.budget")]
    [TestCase("denoising", "Appendix B.4", "cosine decay for 20 000 iterations", DenoisingContenders + "training.steps")]
    [TestCase(
        "denoising",
        "Appendix B.4",
        "For FMPE, we follow Dax et al. and use 248 network passes.",
        "contenders.fmpe-naive|fmpe-unet.figure_steps"
    )]
    [TestCase("tumor", "Section 5.5", "a lower RMSE and ECE on 400 unseen test instances", "test.data_sets")]
    [TestCase(
        "tumor", "Appendix B.5", "Both CMPE and FMPE use an MLP with 4 hidden layers of 512 units each and 20% dropout.",
        "contenders.cmpe|fmpe.network.blocks", "contenders.cmpe|fmpe.network.units", "contenders.cmpe|fmpe.network.dropout")]
    [TestCase(
        "tumor", "Appendix B.5", "CMPE and FMPE train for 1000 epochs with a batch size of 64.",
        "contenders.cmpe|fmpe.training.epochs", "contenders.cmpe|fmpe.training.batch_size")]
    [TestCase(
        "tumor",
        "Appendix B.5",
        "6 coupling layers of 128 units each, 20% dropout, and 300 epochs of training with a batch size of 64.",
        "contenders.acf|nsf.flow.layers",
        "contenders.acf|nsf.flow.units",
        "contenders.acf|nsf.flow.dropout",
        "contenders.acf|nsf.training.epochs",
        "contenders.acf|nsf.training.batch_size"
    )]
    [TestCase("tumor", "Appendix B.5", "an LSTM which produces a 16-dimensional representation", "summary.curve_units")]
    [TestCase(
        "tumor",
        "Appendix B.5",
        "a temporal fusion transformer with 4 attention heads, 64-dimensional keys, 128 units per fully-connected layer",
        "summary.transformer.heads",
        "summary.transformer.key_size",
        "summary.transformer.units"
    )]
    [TestCase(
        "tumor", "Appendix B.5", "a fully-connected two-layer perceptron of 256 units each, [...] and 32 output dimensions.",
        "summary.units", "summary.outputs")]
    [TestCase(
        "gmm", "Appendix B.1", "L2 regularization with weight 1e-4, [...] and an initial learning rate of 1e-4.",
        "contenders.cmpe|fmpe.network.l2", "contenders.cmpe.training.learning_rate")]
    [TestCase(
        "gmm", "Appendix B.1", "instantiated with the hyperparameters s0 = 10, s1 = 1280, Tmax = 1.",
        Consistency.S0, Consistency.S1, Consistency.Tmax)]
    [TestCase(
        "two_moons", "Appendix B.2", "L2 regularization with weight 1e-5, [...] and an initial learning rate of 5e-4.",
        "contenders.cmpe|fmpe.network.l2", "contenders.cmpe|fmpe.training.learning_rate")]
    [TestCase("two_moons", "Appendix B.2", "uses s0 = 10, s1 = 50, Tmax = 10,", Consistency.S0, Consistency.S1, Consistency.Tmax)]
    [TestCase("two_moons", "Appendix B.2", "kernel regularization with weight 1e-4,", "contenders.acf|nsf.flow.l2")]
    [TestCase(
        "kinematics", "Appendix B.3", "L2 regularization with weight 1e-5, [...] and an initial learning rate of 5e-4.",
        "contenders.cmpe|fmpe.network.l2", "contenders.cmpe|fmpe.training.learning_rate")]
    [TestCase("kinematics", "Appendix B.3", "uses s0 = 10, s1 = 50, Tmax = 10,", Consistency.S0, Consistency.S1, Consistency.Tmax)]
    [TestCase("kinematics", "Appendix B.3", "kernel regularization with weight 1e-4,", "contenders.acf|nsf.flow.l2")]
    [TestCase(
        "denoising", "Appendix B.4", "an AdamW optimizer with a learning rate of 5e-4", DenoisingContenders + "training.learning_rate")]
    [TestCase("tumor", "Appendix B.5", "an initial learning rate of 5e-4", "contenders.cmpe|fmpe.training.learning_rate")]
    [TestCase(
        "tumor", "Appendix B.5", "s0 = 10, s1 = 50, Tmax = 50", "contenders.cmpe.consistency.s0", "contenders.cmpe.consistency.s1",
        "contenders.cmpe.consistency.largest_time")]
    [TestCase(
        "denoising", "Appendix B.4", "s0 = 10, s1 = 50, Tmax = 200", "contenders.cmpe-naive|cmpe-unet.consistency.s0",
        "contenders.cmpe-naive|cmpe-unet.consistency.s1", "contenders.cmpe-naive|cmpe-unet.consistency.largest_time")]
    public void TheFileSaysWhatThePaperSays(string experiment, string section, string sentence, params string[] settings)
    {
        JsonElement resolved = Resolve(experiment);

        double[][] found = [.. settings.Select(s => Values(resolved, s).Distinct().ToArray())];

        Assert.That(found, Is.EqualTo(Numbers(sentence).Select(n => new[] { n })), $"{section}: {string.Join(", ", settings)}");
    }

    /// <summary>
    /// "FMPE and CMPE use an identical MLP" (B.1), "FMPE uses the same settings" (B.2), "the same MLP" (B.3), "both" (B.5).
    /// </summary>
    [TestCase("gmm")]
    [TestCase("two_moons")]
    [TestCase("kinematics")]
    [TestCase("tumor")]
    public void FmpeHasTheNetworkOfCmpe(string experiment)
    {
        JsonElement contenders = Resolve(experiment).GetProperty("contenders");

        Assert.That(
            contenders.GetProperty("fmpe").GetProperty("network").GetRawText(),
            Is.EqualTo(contenders.GetProperty("cmpe").GetProperty("network").GetRawText()));
    }

    private static class Consistency
    {
        internal const string S0 = "contenders.cmpe|cmpe-shared-mask.consistency.s0";
        internal const string S1 = "contenders.cmpe|cmpe-shared-mask.consistency.s1";
        internal const string Tmax = "contenders.cmpe|cmpe-shared-mask.consistency.largest_time";
    }

    private const string DenoisingContenders = "contenders.cmpe-naive|fmpe-naive|cmpe-unet|fmpe-unet.";

    // The canonical form names every setting as the files do, with what they leave to the defaults.
    private static JsonElement Resolve(string experiment)
    {
        string file = Path.Combine(Repository.Root, "experiments", experiment + ".yaml");
        return JsonDocument.Parse(CanonicalJson.Write(Repository.Request(file).Load().Experiment, SettingKinds.All)).RootElement;
    }

    // Follows a path such as "contenders.acf|nsf.flow.layers" into maps and, by number, into lists; a bar branches.
    private static IEnumerable<double> Values(JsonElement from, string path)
    {
        IEnumerable<JsonElement> found = [from];
        foreach (string[] names in path.Split('.').Select(step => step.Split('|')))
        {
            found = [.. found.SelectMany(e => names.Select(n => e.ValueKind == JsonValueKind.Array
                ? e[int.Parse(n, CultureInfo.InvariantCulture)]
                : e.GetProperty(n)))];
        }

        return found.Select(e => e.GetDouble());
    }

    private static IEnumerable<double> Numbers(string sentence) =>
        Number()
            .Matches(sentence)
            .Select(m =>
                double.Parse(m.Groups[1].Value.Replace(" ", "", StringComparison.Ordinal), CultureInfo.InvariantCulture)
                / (m.Groups[2].Length > 0 ? 100 : 1)
            );

    // "2 000" and "1e-4" are one number, "10%" is a tenth, "L2" and "s0" are none.
    [GeneratedRegex(@"\b(\d{1,3}(?: \d{3})+|\d+(?:\.\d+)?(?:e-\d+)?)\b(%?)")]
    private static partial Regex Number();
}
