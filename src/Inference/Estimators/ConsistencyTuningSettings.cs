using System.ComponentModel.DataAnnotations;
using Reproduce.Inference.Contracts;

namespace Reproduce.Inference.Estimators;

/// <summary>
/// Settings of <see cref="TunedConsistencyPosterior"/>; the defaults are those of Geng et al. (2024), with the levels of CMPE and NPSE.
/// </summary>
public sealed record ConsistencyTuningSettings
{
    /// <summary>The diffusion model that the training begins with; its levels bound those of the tuning.</summary>
    public DenoisingSettings Diffusion { get; init; } = new();

    /// <summary>Share of the optimiser steps that train the diffusion model; the others tune. 0 tunes from the initial weights.</summary>
    [Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double DiffusionShare { get; init; } = 0.5;

    /// <summary>Stages of the tuning, of equal length: at each the gaps between neighbouring levels are smaller.</summary>
    [Range(1, 1000)]
    public int Stages { get; init; } = 8;

    /// <summary>q: a gap in parts of its level is q times smaller at every stage.</summary>
    [Range(1.0, 1000.0, MinimumIsExclusive = true)]
    public double Shrink { get; init; } = 2;

    /// <summary>k: gaps at small levels are 1 + k / 2 times as large, in parts of the level, as those at large ones.</summary>
    [Range(0.0, 1e6)]
    public double GapScale { get; init; } = 8;

    /// <summary>b: how soon gaps become small as levels grow.</summary>
    [Range(0.0, 1e6)]
    public double GapSlope { get; init; } = 1;

    /// <summary>Mean of the log noise level in the tuning.</summary>
    public double LogTimeMean { get; init; } = -1.1;

    /// <summary>Standard deviation of the log noise level in the tuning; levels beyond the smallest and largest are moved there.</summary>
    [Range(1e-6, 1e6)]
    public double LogTimeDeviation { get; init; } = 2.0;

    /// <summary>What the pseudo-Huber distance of the tuning is taken of.</summary>
    public HuberNorm HuberNorm { get; init; } = HuberNorm.Vector;

    /// <summary>c of that distance, in parts of the root of the number of parameters.</summary>
    [Range(0.0, 1e6, MinimumIsExclusive = true)]
    public double HuberConstant { get; init; } = PseudoHuber.PerRootDimension;

    /// <summary>Switch: the teacher draws dropout masks of its own.</summary>
    public bool IndependentTeacherDropout { get; init; }

    /// <summary>Sampling: curvature of the grid of noise levels. A larger one has the levels of few steps lower.</summary>
    [SamplingOnly, Range(0.1, 100.0)]
    public double Rho { get; init; } = 7;
}
