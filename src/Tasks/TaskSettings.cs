namespace Reproduce.Tasks;

/// <summary>What an inference problem is made of; there is a record for each.</summary>
public abstract record TaskSettings
{
    /// <summary>The task.</summary>
    public abstract ITask Create();

    /// <summary>Whether a training observes every batch of parameters anew, instead of learning from the stored observations.</summary>
    public virtual bool RedrawsObservations => false;

    /// <summary>Numbers in an observation, where a user may give one; null where an observation is no short list of numbers.</summary>
    public virtual int? ObservationLength => null;

    /// <summary>The bounds of each parameter under the prior, of which either may be infinite; null where they are not known.</summary>
    /// <remarks>A method and no property, which the text of a record would compute.</remarks>
    public virtual IReadOnlyList<(double Low, double High)>? Support() => null;

    /// <summary>What the task needs of this machine and does not find, so that work can be refused before it begins.</summary>
    /// <returns>The key of the setting and what is wrong with it, such as "command: there is no program 'r'"; null for nothing.</returns>
    public virtual string? FindMissingInput() => null;

    /// <summary>Test data sets that there are, for a task that is tested on given observations; null for as many as one wants.</summary>
    public virtual int? TestSets => null;

    /// <summary>Sizes of the splits, for a task whose parameters are data; null for draws from a prior.</summary>
    public virtual (int Training, int Validation, int Test)? SplitSizes => null;
}
