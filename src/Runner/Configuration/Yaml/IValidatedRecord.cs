namespace Reproduce.Runner.Configuration.Yaml;

/// <summary>A settings record with rules that concern more than one of its values.</summary>
public interface IValidatedRecord
{
    /// <summary>
    /// What is wrong with the values together. Called once all values of the record are known to be right by themselves.
    /// </summary>
    /// <returns>
    /// The property to blame (<c>nameof(Draws)</c>; a value further inside by dots, <c>"Training.Epochs"</c>) and a sentence for the user
    /// that says what was expected.
    /// </returns>
    IEnumerable<(string Property, string Problem)> Problems();
}
