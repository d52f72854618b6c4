namespace Reproduce.Tasks.Benchmark;

/// <summary>The ten tasks of sbibm (Lueckmann et al. 2021), by the names that they have there.</summary>
public enum BenchmarkName
{
    /// <summary>The mean of a normal distribution in ten dimensions, with a normal prior.</summary>
    GaussianLinear,

    /// <summary>The same with a uniform prior.</summary>
    GaussianLinearUniform,

    /// <summary>One point of a mixture of a wide and a narrow normal distribution around the same mean.</summary>
    GaussianMixture,

    /// <summary>Two crescents, as in the paper's Experiment 2.</summary>
    TwoMoons,

    /// <summary>A simple likelihood with a complex posterior: four points of a normal distribution of unknown covariance.</summary>
    Slcp,

    /// <summary>The same among 92 numbers that mean nothing.</summary>
    SlcpDistractors,

    /// <summary>A neuron's filter from sufficient statistics of its spikes.</summary>
    BernoulliGlm,

    /// <summary>The same from the spikes themselves.</summary>
    BernoulliGlmRaw,

    /// <summary>Rates of an epidemic from counts of infected people.</summary>
    Sir,

    /// <summary>Rates of predators and prey.</summary>
    LotkaVolterra,
}
