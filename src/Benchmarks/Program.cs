using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters.Json;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using Reproduce.Benchmarks;

// dotnet run -c Release --project src/Benchmarks -- --filter '*C2st*'
IConfig config = DefaultConfig.Instance.AddExporter(JsonExporter.Full);
IEnumerable<Summary> summaries = BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, config);
if (!args.Any(a => a.StartsWith("--artifacts", StringComparison.Ordinal) || a == "-a"))
{
    PublishedTables.Copy(summaries);
}
