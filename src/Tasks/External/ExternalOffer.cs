namespace Reproduce.Tasks.External;

/// <summary>What a simulator can do beside simulating.</summary>
public enum ExternalOffer
{
    /// <summary>It draws the parameters.</summary>
    Prior,

    /// <summary>It draws from the exact posterior.</summary>
    Reference,
}
