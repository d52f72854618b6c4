using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using NUnit.Framework;
using Reproduce.Tests.Runner;

namespace Reproduce.Tests.Inference;

/// <summary>
/// The library as packages: new projects in an empty folder, made of nothing else and the CPU's backend, run the README's examples.
/// </summary>
[Category(FastUnlessSlowAttribute.Slow)]
public sealed class PackageTests
{
    // Not the real one: the package cache must not take one of these for it.
    private const string Version = "0.0.1-test";

    private static readonly string[] s_packages = ["Compute", "Evaluation", "Files", "Inference", "Kernels"];
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(30);

    private TemporaryFolder _folder = null!;
    private string _packages = "";

    [OneTimeSetUp]
    public void Pack()
    {
        _folder = new TemporaryFolder();
        _packages = Path.Combine(_folder.Path, "packages");
        // A copy, so that what other tests and builds write stays as it is.
        foreach (string room in s_packages)
        {
            string source = Path.Combine(Repository.Root, "src", room);
            foreach (string file in Directory.EnumerateFiles(source, "*.cs*", SearchOption.AllDirectories))
            {
                string relative = Path.GetRelativePath(source, file);
                if (relative.Split(Path.DirectorySeparatorChar)[0] is not ("bin" or "obj"))
                {
                    _folder.File(Path.Combine("source", "src", room, relative), File.ReadAllText(file));
                }
            }
        }

        foreach (string file in new[] { "Directory.Build.props", "Directory.Packages.props", "global.json", "src/PACKAGE.md" })
        {
            _folder.File(Path.Combine("source", file), File.ReadAllText(Path.Combine(Repository.Root, file)));
        }

        foreach (string room in new[] { "Inference", "Evaluation", "Compute", "Kernels", "Files" })
        {
            Dotnet(
                Path.Combine(_folder.Path, "source"),
                "pack", Path.Combine("src", room), "-c", "Release", "-o", _packages, $"-p:Version={Version}", "-p:RunAnalyzers=false");
        }
    }

    [OneTimeTearDown]
    public void RemoveIt() => _folder.Dispose();

    [Test]
    public void PackagesHaveDescriptionReadmeAndSymbolsAndNoForeignNeeds()
    {
        foreach (string room in s_packages)
        {
            using ZipArchive package = ZipFile.OpenRead(Path.Combine(_packages, $"Reproduce.{room}.{Version}.nupkg"));
            using StreamReader reader = new(package.GetEntry($"Reproduce.{room}.nuspec")!.Open());
            string nuspec = reader.ReadToEnd();
            Assert.Multiple(() =>
            {
                Assert.That(nuspec, Does.Contain("<readme>PACKAGE.md</readme>").And.Not.Contain("Package Description"), room);
                Assert.That(nuspec, Does.Not.Contain("SkiaSharp").And.Not.Contain("YamlDotNet").And.Not.Contain("NetTopologySuite"), room);
                Assert.That(package.Entries.Select(e => e.FullName), Does.Contain("PACKAGE.md"));
                Assert.That(package.Entries.Select(e => e.FullName), Does.Contain($"lib/net10.0/Reproduce.{room}.xml"));
                Assert.That(File.Exists(Path.Combine(_packages, $"Reproduce.{room}.{Version}.snupkg")), Is.True, room);
            });
        }
    }

    [Test]
    public void TheReadmesExamplesRunInNewProjects()
    {
        string[] examples = [.. Examples()];
        Assert.That(examples, Has.Length.EqualTo(2));

        string first = RunProject("first", examples[0] + "\nConsole.WriteLine(draws.abs().mean().item<float>());\n");
        double[][] second =
        [
            .. RunProject("second", examples[1]).Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(l => l.Split(' ')[1..].Select(n => double.Parse(n, CultureInfo.InvariantCulture)).ToArray()),
        ];

        // The exact posterior has the mean x / 1.01 and the deviation 0.1 s / sqrt(1.01).
        Assert.That(double.Parse(first, CultureInfo.InvariantCulture), Is.EqualTo(0.5).Within(0.12));
        Assert.That(second, Has.Length.EqualTo(3));
        foreach (double[] found in new[] { second[0], second[1] })
        {
            Assert.Multiple(() =>
            {
                Assert.That(found[0], Is.LessThan(0.2), "calibration");
                Assert.That(found[1], Is.EqualTo(0.000495).Within(0.0001));
                Assert.That(found[2], Is.EqualTo(-792).Within(100));
                Assert.That(found[3], Is.EqualTo(0.0000995).Within(40).Percent);
                Assert.That(found[4], Is.EqualTo(99.5).Within(40).Percent);
            });
        }

        // The mean log-density of a normal distribution's own draws is minus its entropy: -log(2 pi e 0.0000995 99.5).
        Assert.That(second[2][0], Is.EqualTo(-Math.Log(2 * Math.PI * Math.E * 0.0000995 * 99.5)).Within(1.5));
    }

    private static IEnumerable<string> Examples()
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "src", "Inference", "README.md"));
        string[] parts = page.ReplaceLineEndings("\n").Split("```");
        return parts.Where(p => p.StartsWith("csharp\n", StringComparison.Ordinal)).Select(p => p["csharp\n".Length..]);
    }

    // As 'dotnet new console' makes one: built for every platform, so native libraries are in runtimes/RID/native.
    private string RunProject(string name, string program)
    {
        _folder.File($"{name}/Program.cs", program);
        _folder.File($"{name}/{name}.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <RestoreAdditionalProjectSources>{_packages}</RestoreAdditionalProjectSources>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Reproduce.Inference" Version="{Version}" />
                <PackageReference Include="Reproduce.Evaluation" Version="{Version}" />
                <PackageReference Include="TorchSharp-cpu" Version="0.107.0" />
              </ItemGroup>
            </Project>
            """);
        string folder = Path.Combine(_folder.Path, name);
        Dotnet(folder, "build", "-v", "q");
        string output = Path.Combine(folder, "bin", "Debug", "net10.0");
        Assert.That(File.Exists(Path.Combine(output, "Reproduce.Inference.dll")), Is.True);
        Assert.That(Directory.Exists(Path.Combine(output, "runtimes")), Is.True, "the layout that this test is about");
        string written = Dotnet(folder, Path.Combine(output, $"{name}.dll"));
        Directory.Delete(Path.Combine(folder, "bin"), recursive: true); // Half a gigabyte.
        return written;
    }

    private string Dotnet(string folder, params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // The big packages are taken from where they are; those of this test leave no trace.
        string global = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        start.Environment["NUGET_PACKAGES"] = Path.Combine(_folder.Path, "cache");
        start.Environment["NUGET_FALLBACK_PACKAGES"] = global;
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(s_limit))
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }

        Assert.That(process.ExitCode, Is.Zero, $"dotnet {string.Join(' ', arguments)}:\n{output.Result}{errors.Result}");
        return output.Result;
    }
}
