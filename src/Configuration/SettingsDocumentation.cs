using System.Reflection;
using System.Xml.Linq;

namespace Reproduce.Configuration;

/// <summary>What the source says about settings: the summaries in the files that the compiler writes beside the assemblies.</summary>
public sealed class SettingsDocumentation
{
    private readonly string _folder;
    private readonly Dictionary<string, Dictionary<string, XElement>> _byAssembly = [];

    /// <summary>Reads the files of a folder when they are asked for.</summary>
    /// <param name="folder">The folder of the assemblies; the program's own when null.</param>
    public SettingsDocumentation(string? folder = null) => _folder = folder ?? AppContext.BaseDirectory;

    /// <summary>The summary of a record as one line of plain text; empty where there is none.</summary>
    /// <param name="type">The record.</param>
    /// <exception cref="FileNotFoundException">The assembly has no such file beside it.</exception>
    public string Of(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return Find(type, $"T:{Id(type)}")?.Element("summary") is { } summary ? Text(summary) : "";
    }

    /// <summary>The summary of a property, or of the one that it implements or overrides.</summary>
    /// <param name="property">The property.</param>
    /// <exception cref="FileNotFoundException">The assembly has no such file beside it.</exception>
    public string Of(PropertyInfo property)
    {
        ArgumentNullException.ThrowIfNull(property);
        Type? owner = property.DeclaringType;
        for (Type? type = owner; type is not null && type != typeof(object); type = type.BaseType)
        {
            if (Own(type, property.Name) is { } text)
            {
                return text;
            }
        }

        return (owner?.GetInterfaces() ?? []).Where(IsOurs).Select(i => Own(i, property.Name)).FirstOrDefault(t => t is not null) ?? "";
    }

    private static bool IsOurs(Type type) => type.Assembly.GetName().Name!.StartsWith(nameof(Reproduce), StringComparison.Ordinal);

    private string? Own(Type type, string property) =>
        Find(type, $"P:{Id(type)}.{property}")?.Element("summary") is { } summary ? Text(summary) : null;

    private XElement? Find(Type type, string id)
    {
        string assembly = type.Assembly.GetName().Name!;
        if (!_byAssembly.TryGetValue(assembly, out Dictionary<string, XElement>? members))
        {
            string file = Path.Combine(_folder, $"{assembly}.xml");
            members = File.Exists(file)
                ? XDocument.Load(file).Descendants("member").ToDictionary(m => (string)m.Attribute("name")!, StringComparer.Ordinal)
                : throw new FileNotFoundException($"The settings' descriptions are not beside the program: {file} is missing.", file);
            _byAssembly.Add(assembly, members);
        }

        return members.GetValueOrDefault(id);
    }

    private static string Id(Type type) => type.FullName!.Replace('+', '.');

    private static string Text(XElement summary) =>
        string.Join(' ', string.Concat(summary.Nodes().Select(Text)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static string Text(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "see" or "paramref" } element => Reference(element),
        XElement element => string.Concat(element.Nodes().Select(Text)),
        _ => "",
    };

    // A setting is called by its key; any other thing by its name.
    private static string Reference(XElement element)
    {
        string target = (string?)element.Attribute("cref") ?? element.Attributes().FirstOrDefault()?.Value ?? "";
        string name = target.Split('(')[0].Split('.')[^1].Split(':')[^1];
        return target.StartsWith("P:", StringComparison.Ordinal) ? Names.SnakeCase(name) : name;
    }
}
