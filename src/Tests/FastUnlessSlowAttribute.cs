using NUnit.Framework;
using NUnit.Framework.Interfaces;
using NUnit.Framework.Internal;

[assembly: Reproduce.Tests.FastUnlessSlow]

namespace Reproduce.Tests;

/// <summary>
/// Gives the category "Fast" to every test of the assembly that has not "Slow", itself or by its fixture: a new test is in one of the
/// two without saying so. Slow is what takes more than about a second.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly)]
internal sealed class FastUnlessSlowAttribute : NUnitAttribute, IApplyToTest
{
    /// <summary>The category of tests for every change: <c>dotnet test --filter TestCategory=Fast</c>.</summary>
    public const string Fast = "Fast";

    /// <summary>The category of the others.</summary>
    public const string Slow = "Slow";

    /// <inheritdoc/>
    public void ApplyToTest(Test test) => Mark(test, isSlow: false);

    private static void Mark(ITest test, bool isSlow)
    {
        isSlow |= test.Properties[PropertyNames.Category].Contains(Slow);
        foreach (ITest child in test.Tests)
        {
            Mark(child, isSlow);
        }

        if (!test.IsSuite && !isSlow)
        {
            test.Properties.Add(PropertyNames.Category, Fast);
        }
    }
}
