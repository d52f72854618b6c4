using System.Reflection;
using Reproduce.Compute;

namespace Reproduce.Runner.Catalogue;

/// <summary>Finds the kinds of a base among the records that say their own name.</summary>
public static class NamedKinds
{
    /// <summary>Every record that derives from a base, in the base's assembly, by its kind.</summary>
    /// <typeparam name="TBase">The abstract record.</typeparam>
    /// <exception cref="InvalidOperationException">One is no <see cref="INamedKind"/>: a mistake in the program.</exception>
    public static IReadOnlyDictionary<string, Type> Of<TBase>()
        where TBase : class => typeof(TBase).Assembly.GetTypes()
        .Where(type => type.IsSubclassOf(typeof(TBase)) && !type.IsAbstract)
        .ToDictionary(NameOf, type => type);

    private static string NameOf(Type record) =>
        record.GetProperty(nameof(INamedKind.Kind), BindingFlags.Public | BindingFlags.Static)?.GetValue(null) as string
        ?? throw new InvalidOperationException($"{record.Name} is no {nameof(INamedKind)}.");
}
