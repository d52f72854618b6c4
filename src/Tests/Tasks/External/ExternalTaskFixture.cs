using NUnit.Framework;
using NUnit.Framework.Constraints;
using Reproduce.Compute;
using Reproduce.Compute.Priors;
using Reproduce.Tasks;
using Reproduce.Tasks.External;
using Reproduce.Tests.Runner;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tests.Tasks.External;

/// <summary>A folder with the helpers for simulators in Python and R, and tasks whose simulator is written there.</summary>
public abstract class ExternalTaskFixture
{
    private DisposeScope _scope = null!;

    protected static RandomKey Key { get; } = RandomKey.FromSeed(8);

    protected static string Interpreter => Python.OrIgnore();

    private protected TemporaryFolder Folder { get; private set; } = null!;

    [SetUp]
    public void SetUp()
    {
        Folder = new TemporaryFolder();
        foreach (string helper in new[] { "reproduce_worker.py", "reproduce_worker.R" })
        {
            File.Copy(Path.Combine(Repository.Root, "experiments", "examples", helper), Path.Combine(Folder.Path, helper));
        }

        _scope = NewDisposeScope();
    }

    [TearDown]
    public void TearDown()
    {
        _scope?.Dispose();
        Folder?.Dispose();
    }

    protected static ContainsConstraint Broken(string reason) =>
        Throws.TypeOf<ExternalSimulatorException>().With.Message.Contains(reason);

    protected static float[] Row(SimulationBatch batch, string name, int row) => batch.X[name][row].contiguous().data<float>().ToArray();

    protected static float[] Noise(SimulationBatch batch) => batch.X["noise"].data<float>().ToArray();

    protected static BatchRequest Request(int workers = 2, CancellationToken cancel = default) => new(null, workers, null, cancel);

    protected ExternalTask Task(string script, double timeout = 60, double start = 120) =>
        new(Settings(script) with { TimeoutSeconds = timeout, StartSeconds = start });

    protected ExternalSettings Settings(string script)
    {
        string name = $"simulator-{Guid.NewGuid():N}.py";
        Folder.File(name, script);
        return new ExternalSettings
        {
            Command = [Interpreter, name],
            Folder = Folder.Path,
            Chunk = 4,
            Parameters =
            [
                new ParameterSettings { Name = "a", Prior = new UniformPrior { Low = 0, High = 1 } },
                new ParameterSettings { Name = "known", Prior = new FixedPrior { Value = 100 } },
                new ParameterSettings { Name = "b", Prior = new UniformPrior { Low = 0, High = 1 } },
            ],
        };
    }
}
