namespace Reproduce.Tasks.Denoising;

/// <summary>A part of a data set that is split once and for all.</summary>
public enum DataSplit
{
    /// <summary>For training.</summary>
    Training,

    /// <summary>For measuring the loss in a training.</summary>
    Validation,

    /// <summary>For the evaluation.</summary>
    Test,
}
