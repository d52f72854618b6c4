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
$iterations = if ($smoke) { "1" } else { "2" }
$rest = @($args | Select-Object -Skip ([int]$smoke))

foreach ($argument in $rest) {
    if ($argument -in "-h", "--help") {
        foreach ($line in Get-Content $PSCommandPath) { if ($line -notlike "#*") { exit 0 } else { $line -replace "^# *" } }
    }
    if ($argument -ne "--update") {
        Write-Error "scripts/nightly.ps1: unknown argument '$argument'; expected nothing, --update, smoke or --help." -ErrorAction Continue
        exit 2
    }
}

# Runs a step of the night and notes what it took. What fails is missed by the comparison; the other steps are still worth running, unless
# somebody has interrupted this one.
function Invoke-Step($name, [scriptblock]$command) {
    $began = Get-Date
    & $command
    if ($LASTEXITCODE -in 130, 143) { exit $LASTEXITCODE }
    if ($LASTEXITCODE -ne 0) { Write-Warning "nightly: $name ended with exit code $LASTEXITCODE" }
    Add-Content "$results/times.csv" "$name,$([int]((Get-Date) - $began).TotalSeconds)"
}

dotnet build -c Release src/Benchmarks
if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
# The cache too: a job's folder is named by its settings, so what yesterday's source computed would pass for tonight's.
if (Test-Path $results) { Remove-Item -Recurse -Force $results -ErrorAction Stop }
New-Item -ItemType Directory -Force $results | Out-Null
Set-Content "$results/times.csv" "step,seconds"
$round = 0
# A round of the benchmarks after every experiment: what makes the machine busy for minutes reaches one or two of them.
foreach ($experiment in Get-ChildItem experiments -Filter *.yaml | Sort-Object Name) {
    Invoke-Step $experiment.BaseName {
        dotnet run -c Release --no-build -- "experiments/$($experiment.Name)" --profile $profileName --cache "$results/cache" --out "$results/$($experiment.BaseName)"
    }
    if ($smoke -and $round -ge 2) { continue }
    $round++
    Invoke-Step "benchmarks $round" {
        dotnet run -c Release --no-build --project src/Benchmarks -- --anyCategories $category --artifacts "$results/benchmarks-$round" --warmupCount 1 --iterationCount $iterations
    }
}
dotnet run -c Release --no-build -- nightly --results $results --out $out @rest
exit $LASTEXITCODE
