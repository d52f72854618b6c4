# Does everything to the program that a reader would rather not happen to a run, and writes what came of it to results/reliability.md.
# Takes about an hour, most of it for every setting at its limits; limits, signals and small file systems are Linux's and are skipped elsewhere.
#   scripts/faults.ps1 [OPTION OF dotnet test...]
Set-Location (Join-Path $PSScriptRoot "..")
if ($args[0] -in "-h", "--help") {
    foreach ($line in Get-Content $PSCommandPath) { if ($line -notlike "#*") { exit 0 } else { $line -replace "^# *" } }
}
if (-not $env:REPRODUCE_FAULTS) { $env:REPRODUCE_FAULTS = "full" }
$env:REPRODUCE_FAULTS_TABLE = Join-Path $PWD "results/reliability.md"
try { dotnet test src/Tests --filter "FullyQualifiedName~Reproduce.Tests.Faults|FullyQualifiedName~SlurmTests" @args }
finally { Remove-Item Env:REPRODUCE_FAULTS, Env:REPRODUCE_FAULTS_TABLE }
exit $LASTEXITCODE
