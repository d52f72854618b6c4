using System.Reflection;
using Reproduce.Reporting;
using Reproduce.Runner.Configuration;

namespace Reproduce.Runner.Catalogue;

/// <summary>
/// The kinds of contenders: every settings record here that derives from <see cref="ContenderSettings"/>. Such a record is all that the
/// runner knows of a kind: its name and look, what a file may set, and how an estimator is made of that.
/// </summary>
public static class Contenders
{
    private static readonly (Type Settings, MethodStyle Style)[] s_kinds =
    [
        .. from type in typeof(ContenderSettings).Assembly.GetTypes()
           where type.IsSubclassOf(typeof(ContenderSettings)) && !type.IsAbstract
           select (type, StyleOf(type)),
    ];

    /// <summary>How each kind is shown, in the order of tables.</summary>
    public static IReadOnlyList<MethodStyle> Styles { get; } = [.. s_kinds.Select(k => k.Style).OrderBy(s => s.Order)];

    /// <summary>The settings record of each kind, by the name that chooses it in a file.</summary>
    public static IReadOnlyDictionary<string, Type> Settings { get; } = s_kinds.ToDictionary(k => k.Style.Name, k => k.Settings);

    /// <summary>How a contender's kind is shown.</summary>
    /// <param name="contender">Its settings.</param>
    public static MethodStyle StyleOf(ContenderSettings contender)
    {
        ArgumentNullException.ThrowIfNull(contender);
        return StyleOf(contender.GetType());
    }

    private static MethodStyle StyleOf(Type settings) =>
        settings.GetProperty(nameof(IContenderKind.Style), BindingFlags.Public | BindingFlags.Static)?.GetValue(null) as MethodStyle
        ?? throw new InvalidOperationException($"{settings.Name} is no {nameof(IContenderKind)}.");
}
