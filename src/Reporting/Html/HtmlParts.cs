using System.Reflection;

namespace Reproduce.Reporting;

/// <summary>The fixed parts of a page: style, script, and the chart library.</summary>
internal static class HtmlParts
{
    /// <summary>One of this assembly's parts.</summary>
    /// <param name="name">Its file name.</param>
    public static string Read(string name)
    {
        Assembly own = typeof(HtmlParts).Assembly;
        using StreamReader reader = new(
            own.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{own.GetName().Name} lacks its part {name}.")
        );
        return reader.ReadToEnd();
    }

    /// <summary>A whole page.</summary>
    /// <param name="title">Its title.</param>
    /// <param name="body">HTML between header and footer.</param>
    /// <param name="data">The data of the chart, JSON; null for a page without one.</param>
    /// <param name="script">The part that draws the chart.</param>
    public static string Page(string title, string body, string? data, string script = "page.js")
    {
        string scripts = data is null
            ? ""
            : $"<script type=\"application/json\" id=\"data\">{data.Replace("</", "<\\/", StringComparison.Ordinal)}</script>\n"
                + $"<script type=\"text/plain\" id=\"library\">{Read("plotly.js")}</script>\n"
                + $"<script>{Read("common.js")}</script>\n<script>{Read(script)}</script>\n";
        string head = "<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
            + $"<meta name=\"color-scheme\" content=\"light dark\">\n<title>{HtmlReport.Encode(title)}</title>\n"
            + $"<style>{Read("page.css")}</style>\n";
        return $"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n{head}</head>\n<body>\n{body}{scripts}</body>\n</html>\n";
    }
}
