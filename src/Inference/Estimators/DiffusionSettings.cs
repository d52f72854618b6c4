using System.ComponentModel.DataAnnotations;
using Reproduce.Inference.Contracts;

namespace Reproduce.Inference.Estimators;

/// <summary>Settings of <see cref="ScorePosterior"/>: its training and its sampler.</summary>
public sealed record DiffusionSettings : DenoisingSettings
{
    /// <summary>The defaults.</summary>
    public DiffusionSettings()
    {
    }

    /// <summary>The default sampler behind a training.</summary>
    /// <param name="training">The training's settings.</param>
    public DiffusionSettings(DenoisingSettings training)
        : base(training)
    {
    }

    /// <summary>Sampling: curvature of the grid of noise levels.</summary>
    [SamplingOnly, Range(0.1, 100.0)]
    public double Rho { get; init; } = 7;

    /// <summary>Sampling: the integrator.</summary>
    [SamplingOnly]
    public DiffusionSolver Solver { get; init; } = DiffusionSolver.Heun;

    /// <summary>
    /// Sampling: S_churn of Karras et al. (2022), Algorithm 2. Before every interval the noise level is raised by the factor
    /// 1 + min(S_churn / intervals, sqrt(2) - 1), but never above T, with fresh noise; 0 is the deterministic sampler.
    /// </summary>
    [SamplingOnly, Range(0.0, 1e6)]
    public double Churn { get; init; }

    /// <summary>
    /// Sampling: the error that a step of dormand_prince or stochastic_heun may have, absolute and relative to the parameters; for these
    /// solvers only. With it the number of steps of a draw is the most network passes that it may take.
    /// </summary>
    [SamplingOnly, Range(1e-12, 1.0)]
    public double? Tolerance { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (ValidationResult problem in base.Validate(validationContext))
        {
            yield return problem;
        }

        bool adaptive = Solver is DiffusionSolver.DormandPrince or DiffusionSolver.StochasticHeun;
        if (adaptive != Tolerance.HasValue)
        {
            yield return new ValidationResult("expected tolerance with the solvers dormand_prince and stochastic_heun, and with no other");
        }

        if (adaptive && Churn > 0)
        {
            yield return new ValidationResult("expected churn with the solvers euler and heun only");
        }
    }
}
