# Runs the three low-dimensional experiments at the paper's scale and draws the paper's figures of all three.
# What is already there is not computed again. Options (--profile, --variant, --cache, --set) go to every command.
#   scripts/reproduce.ps1 [OPTION...]
Set-Location (Join-Path $PSScriptRoot "..")
if ($args[0] -in "-h", "--help") {
    foreach ($line in Get-Content $PSCommandPath) { if ($line -notlike "#*") { exit 0 } else { $line -replace "^# *" } }
}
foreach ($experiment in "gmm", "two_moons", "kinematics") {
    dotnet run -c Release -- "experiments/$experiment.yaml" @args
    if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
}
dotnet run -c Release -- figures experiments/gmm.yaml experiments/two_moons.yaml experiments/kinematics.yaml @args
exit $LASTEXITCODE
