using System.Collections;
using System.ComponentModel.DataAnnotations;

namespace Reproduce.Compute;

/// <summary>A list in which no item stands twice; of records, no two with the same value of one property.</summary>
/// <param name="property">Name of that property; null to compare the items themselves.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DistinctItemsAttribute(string? property = null) : ValidationAttribute("{0}: expected no item twice.")
{
    /// <summary>Name of the property that tells records apart; null where the items themselves are compared.</summary>
    public string? Property { get; } = property;

    /// <inheritdoc/>
    public override bool IsValid(object? value)
    {
        HashSet<object?> seen = [];
        return value is not IEnumerable items || items.Cast<object?>().All(item => seen.Add(Key(item)));
    }

    private object? Key(object? item) => Property is null ? item : item?.GetType().GetProperty(Property)?.GetValue(item);
}
