using System.Text;
using System.Text.RegularExpressions;

namespace Reproduce.Runner.Configuration.Yaml;

/// <summary>How names are written in files.</summary>
public static partial class SettingNames
{
    /// <summary>What <see cref="IsSafe"/> accepts, for error messages.</summary>
    public const string SafeDescription = "a name of small letters, digits, '-' and '_' (at most 64, not a device name such as 'con')";

    private const int MaximumNameLength = 64;

    /// <summary>The key of a property: <c>DataSets</c> becomes <c>data_sets</c>, <c>SSMDraws</c> <c>ssm_draws</c>.</summary>
    public static string SnakeCase(string name)
    {
        var snake = new StringBuilder(name.Length + 4);
        for (var i = 0; i < name.Length; i++)
        {
            var endsWord = i > 0 && char.IsUpper(name[i])
                && (!char.IsUpper(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1])));
            if (endsWord && name[i - 1] != '_') snake.Append('_');
            snake.Append(char.ToLowerInvariant(name[i]));
        }

        return snake.ToString();
    }

    /// <summary>
    /// True for a name that may become a file or folder: it cannot climb out of its folder, differs from others not only in case, and is
    /// not one that Windows keeps for a device.
    /// </summary>
    public static bool IsSafe(string name) => name.Length <= MaximumNameLength && Safe().IsMatch(name) && !Device().IsMatch(name);

    [GeneratedRegex(@"^[a-z0-9][a-z0-9_-]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Safe();

    [GeneratedRegex(@"^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])\z", RegexOptions.CultureInvariant)]
    private static partial Regex Device();
}
