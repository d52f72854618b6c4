# Runs every experiment under the nightly profile and the benchmarks, compares quality and speed with results/nightly/baseline.csv, adds a
# line for each number to results/nightly/history.csv and draws the trend. Exit code 1 and one line for each regression.
#   scripts/nightly.ps1            the night
#   scripts/nightly.ps1 --update   the night, whose numbers become the baseline
#   scripts/nightly.ps1 smoke      tries the whole way in minutes, under results/scratch; its numbers mean nothing
Set-Location (Join-Path $PSScriptRoot "..")
$smoke = $args.Count -gt 0 -and $args[0] -eq "smoke"
$profileName, $results, $out = "nightly", "results/scratch/nightly", "results/nightly"
if ($smoke) { $profileName, $results, $out = "smoke", "results/scratch/nightly-smoke", "results/scratch/nightly-smoke-report" }
$category = if ($smoke) { "NightlySmoke" } else { "Nightly" }
$short = @(if ($smoke) { "--warmupCount", "1", "--iterationCount", "1" })
$rest = @($args | Select-Object -Skip ([int]$smoke))

foreach ($argument in $rest) {
    if ($argument -in "-h", "--help") {
        Get-Content $PSCommandPath | Where-Object { $_ -like "#*" } | Select-Object -First 5 | ForEach-Object { $_ -replace "^# *" }
        exit 0
    }
    if ($argument -ne "--update") {
        Write-Error "scripts/nightly.ps1: unknown argument '$argument'; expected nothing, --update, smoke or --help." -ErrorAction Continue
        exit 2
    }
}

function Measure-Benchmarks($round) {
    dotnet run -c Release --no-build --project src/Benchmarks -- --anyCategories $category --artifacts "$results/benchmarks-$round" @short
    if ($LASTEXITCODE -ne 0) { Write-Warning "nightly: round $round of the benchmarks ended with exit code $LASTEXITCODE" }
}

dotnet build -c Release src/Benchmarks
if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
# The cache too: a job's folder is named by its settings, so what yesterday's source computed would pass for tonight's.
if (Test-Path $results) { Remove-Item -Recurse -Force $results -ErrorAction Stop }
Measure-Benchmarks 1
foreach ($experiment in Get-ChildItem experiments -Filter *.yaml | Sort-Object Name) {
    # What fails is missed by the comparison; the other experiments are still worth running.
    dotnet run -c Release --no-build -- "experiments/$($experiment.Name)" --profile $profileName --cache "$results/cache" --out "$results/$($experiment.BaseName)"
    if ($LASTEXITCODE -ne 0) { Write-Warning "nightly: $($experiment.Name) ended with exit code $LASTEXITCODE" }
}
# Hours later the machine may be quieter; of both rounds the shortest times count.
if (-not $smoke) { Measure-Benchmarks 2 }
dotnet run -c Release --no-build -- nightly --results $results --out $out @rest
exit $LASTEXITCODE
