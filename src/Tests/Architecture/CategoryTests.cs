using NUnit.Framework;
using NUnit.Framework.Interfaces;
using NUnit.Framework.Internal;

namespace Reproduce.Tests.Architecture;

/// <summary>Every test is fast or slow, so that the two categories together are the whole suite.</summary>
public sealed class CategoryTests
{
    [Test]
    public void EveryTestIsEitherFastOrSlow()
    {
        ITest root = TestExecutionContext.CurrentContext.CurrentTest;
        while (root.Parent is not null)
        {
            root = root.Parent;
        }

        (string Name, int Categories)[] cases = [.. Cases(root, [])];

        Assert.That(cases.Select(c => c.Name), Has.Some.EndsWith(nameof(EveryTestIsEitherFastOrSlow)));
        Assert.That(cases.Where(c => c.Categories != 1), Is.Empty);
    }

    private static IEnumerable<(string Name, int Categories)> Cases(ITest test, string[] inherited)
    {
        string[] own = [.. inherited.Union(test.Properties[PropertyNames.Category].Cast<string>())];
        return test.IsSuite
            ? test.Tests.SelectMany(t => Cases(t, own))
            : [(test.FullName, own.Count(c => c is FastUnlessSlowAttribute.Fast or FastUnlessSlowAttribute.Slow))];
    }
}
