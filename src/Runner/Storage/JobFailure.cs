namespace Reproduce.Runner.Storage;

/// <summary>Why a job has no result: the content of the file that a failed job leaves beside its folder.</summary>
/// <param name="Reason">One sentence, for the report.</param>
/// <param name="Time">UTC time of the failure, written as <see cref="JobOrigin.TimeFormat"/>.</param>
/// <param name="Process">The process that worked on the job, or that found its child dead; null when the file is damaged.</param>
/// <param name="Source">Commit of the program, as in <see cref="JobOrigin.ThisSource"/>.</param>
public sealed record JobFailure(string Reason, string Time, ProcessIdentity? Process, string? Source);
