namespace Reproduce.Tasks;

/// <summary>A task for which the published script divided absolute errors by a scale and called their mean a root mean squared error.</summary>
public interface IErrorScale
{
    /// <summary>The scale: the magnitude of the mean over all parameters under the prior.</summary>
    double ErrorScale { get; }
}
