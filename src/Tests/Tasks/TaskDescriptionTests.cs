using NUnit.Framework;
using Reproduce.Tasks;
using Reproduce.Tasks.Denoising;
using Reproduce.Tasks.Tumor;

namespace Reproduce.Tests.Tasks;

/// <summary>What tasks declare about themselves.</summary>
public sealed class TaskDescriptionTests
{
    private static IEnumerable<ITask> Tasks =>
    [
        new GaussianMixtureTask(), new TwoMoonsTask(), new KinematicsTask(), new TumorSpheroidTask(), new DenoisingTask(),
    ];

    /// <summary>A capability that a task has and does not declare would be left out of every run.</summary>
    /// <param name="task">The task.</param>
    [TestCaseSource(nameof(Tasks))]
    public void DeclaresEveryInterfaceThatItImplements(ITask task)
    {
        TaskDescription description = task.Description;
        (Type Interface, object? Declared)[] capabilities =
        [
            (typeof(IReferencePosterior), description.Reference),
            (typeof(IEvidence), description.Likelihood),
            (typeof(IBatchSimulator), description.Batches),
            (typeof(IFixedSplits), description.Data),
            (typeof(IResimulation), description.Resimulation),
            (typeof(IConfiguration), description.Configuration),
            (typeof(IImageParameters), description.Images),
        ];
        Assert.Multiple(() =>
        {
            foreach ((Type capability, object? declared) in capabilities)
            {
                Assert.That(declared, capability.IsInstanceOfType(task) ? Is.SameAs(task) : Is.Null, capability.Name);
            }

            Assert.That(description.ParameterLabels, Has.Count.EqualTo(task.ParameterNames.Count));
        });
    }

    [Test]
    public void NumberedLabelsStandBelowTheLine() =>
        Assert.That(TaskDescription.Numbered("θ", 12).Skip(9), Is.EqualTo(new[] { "θ₁₀", "θ₁₁", "θ₁₂" }));

    /// <summary>The prior's means are the middles of the ranges, the mean of those is -9.4 / 7.</summary>
    [Test]
    public void ErrorScaleOfTheTumorTaskIsThePriorsMean() =>
        Assert.That(new TumorSpheroidTask().Description.ErrorScale, Is.EqualTo(9.4 / 7).Within(0.01));
}
