using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Compute.Priors;
using Reproduce.Tasks;
using Reproduce.Tasks.External;
using static TorchSharp.torch;

namespace Reproduce.Tests.Tasks.External;

/// <summary>What a simulator may know beside simulating, and says when it is greeted: its likelihood.</summary>
[Category(FastUnlessSlowAttribute.Slow)]
public sealed class ExternalVerbsTests : ExternalTaskFixture
{
    private const string Simulator = """
        import numpy as np
        from reproduce_worker import serve

        def simulate(theta, rng):
            return {"y": theta[0] + theta[1] * rng.normal(size=2)}

        """;

    private const string Batched = """
        import numpy as np
        from reproduce_worker import serve

        def likelihood(theta, x):
            z = (x["y"] - theta[:, :1]) / theta[:, 1:]
            return -0.5 * (z ** 2).sum(1) - 2 * np.log(theta[:, 1]) - np.log(2 * np.pi)

        serve(lambda theta, rng: {"y": theta[:, :1] + theta[:, 1:] * rng.normal(size=(len(theta), 2))}, batched=True,
              log_likelihood=likelihood)
        """;

    private const string OneByOne = Simulator + """
        def likelihood(theta, x):
            assert theta[0] <= 1, "not asked beyond the prior"
            if abs(theta[0] - 0.25) < 1e-6:
                raise ValueError("no likelihood here")
            z = (x["y"] - theta[0]) / theta[1]
            return -0.5 * (z ** 2).sum() - 2 * np.log(theta[1]) - np.log(2 * np.pi)

        serve(simulate, log_likelihood=likelihood)
        """;

    private const string InR = """
        source("reproduce_worker.R")
        serve(function(theta) list(y = rnorm(2, theta["a"], theta["known"])),
              log_likelihood = function(theta, x) sum(dnorm(x$y, theta["a"], theta["known"], log = TRUE)))
        """;

    /// <summary>
    /// a ~ U(-1, 1), y1 and y2 ~ N(a, 2^2), 2 being a fixed parameter: prior times likelihood by its formula, for two observations and in
    /// chunks of 4. Beyond the prior it is zero and the program is not asked; a draw that the program cannot evaluate is NaN.
    /// </summary>
    /// <param name="script">The program.</param>
    [TestCase(Batched)]
    [TestCase(OneByOne)]
    [TestCase(InR)]
    public void PriorTimesLikelihoodIsThatOfTheFormula(string script)
    {
        using ExternalTask task = TaskOf(script);
        double[] a = [-1, -0.5, 0, 0.25, 0.5, 1, 1.5, -0.75, 0.75, -2];
        double[][] y = [[0.5, -3], [100, 2]];
        Tensor theta = tensor([.. a, .. a], [2, a.Length, 1]).to(ScalarType.Float32);
        IJointDensity joint = task.Description.Joint!;

        string? missing = joint.FindMissing();
        Observation observed = new(new Dictionary<string, Tensor> { ["y"] = tensor([.. y[0], .. y[1]], [2, 2]) });
        double[] found = joint.LogJoint(theta, observed).flatten().data<double>().ToArray();

        double[] expected =
        [
            .. y.SelectMany(x => a.Select(m => Math.Abs(m) > 1
                ? double.NegativeInfinity
                : script == OneByOne && m == 0.25
                    ? double.NaN
                    : -Math.Log(2) - x.Sum(v => 0.5 * (v - m) * (v - m) / 4 + Math.Log(2) + 0.5 * Math.Log(2 * Math.PI)))),
        ];
        Assert.That(missing, Is.Null);
        // More digits than a float has: the logarithm at 100 is about -1250.
        Assert.That(found, Is.EqualTo(expected).Within(1e-9));
    }

    [Test]
    public void AProgramWithoutALikelihoodSaysSo()
    {
        using ExternalTask task = TaskOf(Simulator + "serve(simulate)\n");
        using ExternalTask draws = TaskOf(Simulator + "serve(simulate)\n", [new ParameterSettings { Name = "a" }], ExternalOffer.Prior);

        Assert.That(task.Description.Joint!.FindMissing(), Is.EqualTo("the simulator does not offer \"log-likelihood\""));
        Assert.That(draws.Description.Joint!.FindMissing(), Does.StartWith("the density of the prior is not known"));
    }

    [TestCase("lambda theta, x: np.zeros(3)", "expected an array 'log_likelihood' of the shape (1, 1)")]
    [TestCase("lambda theta, x: 1 / 0", "ZeroDivisionError")]
    public void AWrongLikelihoodIsNamed(string likelihood, string reason)
    {
        using ExternalTask task = TaskOf($"{Simulator}serve(simulate, log_likelihood={likelihood})\n");

        Assert.That(
            () => task.Description.Joint!.LogJoint(zeros(1, 1, 1), new Observation(new Dictionary<string, Tensor> { ["y"] = ones(1, 2) })),
            Throws.TypeOf<ExternalSimulatorException>().With.Message.Contains(reason));
    }

    private ExternalTask TaskOf(string script, ParameterSettings[]? parameters = null, params ExternalOffer[] offers)
    {
        bool isR = script == InR;
        string name = isR ? "simulator.R" : $"simulator-{Guid.NewGuid():N}.py";
        Folder.File(name, script);
        return new ExternalTask(new ExternalSettings
        {
            Command = isR ? [Rscript.OrIgnore(), "--vanilla", name] : [Interpreter, name],
            Folder = Folder.Path,
            Chunk = 4,
            Offers = offers,
            Parameters = parameters ??
            [
                new ParameterSettings { Name = "a", Prior = new UniformPrior { Low = -1, High = 1 } },
                new ParameterSettings { Name = "known", Prior = new FixedPrior { Value = 2 } },
            ],
        });
    }
}
