using Reproduce.Configuration;
using Reproduce.Runner.Catalogue;
using Reproduce.Runner.Configuration;

namespace Reproduce.Runner.CommandLine;

/// <summary>Says what there is to run: experiments, profiles, and variants with their switches.</summary>
public static class ListCommand
{
    /// <summary>Writes the list.</summary>
    /// <param name="output">Where to.</param>
    /// <returns>An exit code.</returns>
    /// <exception cref="ConfigurationException">There is nothing in the working folder, or a file is wrong.</exception>
    public static int Run(TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(output);
        IReadOnlyList<string> files = ProjectFolder.ExperimentFiles();
        if (files.Count == 0)
        {
            throw new ConfigurationException(
                $"list: expected the project's folder, with '{ProjectFolder.Experiments}', as the working folder.");
        }

        int width = files.Max(f => f.Length);
        output.WriteLine("Experiments");
        (string File, YamlMap Tree, Experiment Experiment)[] experiments =
        [
            .. from file in files
               let loaded = new RunRequest { ExperimentFile = file }.Load()
               select (file, loaded.Tree, loaded.Experiment),
        ];
        foreach ((string file, _, Experiment experiment) in experiments)
        {
            output.WriteLine($"  {file.PadRight(width)}  {experiment.Title}; {string.Join(", ", experiment.Contenders.Keys)}");
        }

        Write(output, "Profiles (--profile)", ExperimentFiles.Profiles, width);
        Write(output, "Variants (--variant)", ExperimentFiles.Variants, width);
        output.WriteLine("Switches of variants (the verb switches runs each of them)");
        foreach (SharedFile variant in SharedFile.In(ProjectFolder.Configs, ExperimentFiles.Variants))
        {
            IEnumerable<string> switches = experiments.SelectMany(e =>
                SwitchList.Of(ExperimentFiles.LoadVariant(e.File, variant.Name, e.Tree)));
            foreach (string assignment in switches.Distinct())
            {
                output.WriteLine($"  {variant.Name.PadRight(width)}  {assignment}");
            }
        }

        output.WriteLine("Kinds");
        output.WriteLine($"  {"contenders".PadRight(width)}  {string.Join(", ", Contenders.Styles.Select(s => s.Name))}");
        output.WriteLine($"  {"tasks".PadRight(width)}  {string.Join(", ", SettingKinds.All.NamesOf<Tasks.TaskSettings>())}");
        return ExitCodes.Success;
    }

    private static void Write(TextWriter output, string heading, string group, int width)
    {
        output.WriteLine(heading);
        foreach (SharedFile file in SharedFile.In(ProjectFolder.Configs, group))
        {
            string only = file.Experiments.Count > 0 ? $" (for {string.Join(", ", file.Experiments)})" : "";
            output.WriteLine($"  {file.Name.PadRight(width)}  {file.About}{only}");
        }
    }
}
