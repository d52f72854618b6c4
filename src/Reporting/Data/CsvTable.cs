using System.Globalization;
using CsvHelper;

namespace Reproduce.Reporting;

/// <summary>Reads a CSV file with a fixed header, field by field, with errors that name file, line and column.</summary>
internal sealed class CsvTable : IDisposable
{
    private readonly CsvReader _reader;
    private readonly string[] _columns;

    public CsvTable(string path, params string[] columns)
        : this(path, [columns])
    {
    }

    /// <summary>Opens a file with one of several headers, the present one first.</summary>
    public CsvTable(string path, IReadOnlyList<string[]> headers)
    {
        Path = path;
        CsvReaderOptions options = new() { HasHeader = false, Separator = ',', TrackLineNumbers = true };
        _reader = CsvReader.Create(MeasurementFile.ReadText(path), options);
        string expected = string.Join(",", headers[0]);
        if (!_reader.Read())
        {
            throw new MalformedTableException(path, 1, null, $"the file is empty; expected the header '{expected}'");
        }

        string header = string.Join(",", Enumerable.Range(0, _reader.FieldCount).Select(_reader.GetString));
        _columns = headers.FirstOrDefault(h => string.Join(",", h) == header)
            ?? throw new MalformedTableException(path, 1, null, $"the header is '{header}'; expected '{expected}'");
    }

    public string Path { get; }

    public int Line => (int)_reader.LineNumber;

    public static CsvWriterOptions WriterOptions { get; } = new() { NewLine = "\n", FormatProvider = CultureInfo.InvariantCulture };

    public bool Next()
    {
        if (!_reader.Read())
        {
            return false;
        }

        if (_reader.FieldCount != _columns.Length)
        {
            throw new MalformedTableException(Path, Line, null, $"{_reader.FieldCount} fields; expected {_columns.Length}");
        }

        return true;
    }

    public bool Has(string column) => _columns.Contains(column);

    public string Text(string column) => _reader.GetString(Array.IndexOf(_columns, column));

    public string RequiredText(string column)
    {
        string text = Text(column);
        return text.Length > 0 ? text : throw Wrong(column, "a name");
    }

    public int Integer(string column) =>
        int.TryParse(Text(column), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value)
            ? value
            : throw Wrong(column, "a whole number");

    public double Number(string column) =>
        double.TryParse(Text(column), NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value)
            ? value
            : throw Wrong(column, "a finite number");

    public MalformedTableException Wrong(string column, string expected) => new(Path, Line, column, $"'{Text(column)}' is not {expected}");

    public void Dispose() => _reader.Dispose();
}
