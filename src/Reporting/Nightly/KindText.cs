namespace Reproduce.Reporting;

/// <summary>Kinds of entries in CSV files: "quality" and "speed".</summary>
internal static class KindText
{
    public static string Of(NightlyKind kind) => kind == NightlyKind.Speed ? "speed" : "quality";

    public static NightlyKind Read(CsvTable csv) => csv.Text("kind") switch
    {
        "speed" => NightlyKind.Speed,
        "quality" => NightlyKind.Quality,
        _ => throw csv.Wrong("kind", "'quality' or 'speed'"),
    };
}
