# Does everything to the program that a reader would rather not happen to a run, and writes what came of it to results/reliability.md.
# $env:FAULTS is the filter of tests, for a part of the table; rows of others are kept.
# Takes about an hour, most of it for every setting at its limits; $env:REPRODUCE_FAULTS = 0.3 tries about a third of the cases.
# Limits, signals and small file systems are Linux's and are skipped elsewhere.
#   scripts/faults.ps1 [OPTION OF dotnet test...]
Set-Location (Join-Path $PSScriptRoot "..")
if ($args[0] -in "-h", "--help") {
    foreach ($line in Get-Content $PSCommandPath) { if ($line -notlike "#*") { exit 0 } else { $line -replace "^# *" } }
}
$filter = if ($env:FAULTS) { $env:FAULTS } else { "FullyQualifiedName~Reproduce.Tests.Faults|FullyQualifiedName~SlurmTests" }
# A script's variables of the environment outlive it: what the user has set comes back, what was not set goes.
$share, $table = $env:REPRODUCE_FAULTS, $env:REPRODUCE_FAULTS_TABLE
if (-not $share) { $env:REPRODUCE_FAULTS = "full" }
$env:REPRODUCE_FAULTS_TABLE = Join-Path $PWD "results/reliability.md"
try { dotnet test src/Tests --filter $filter @args }
finally { $env:REPRODUCE_FAULTS, $env:REPRODUCE_FAULTS_TABLE = $share, $table }
exit $LASTEXITCODE
