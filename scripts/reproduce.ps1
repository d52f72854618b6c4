# Runs the three low-dimensional experiments at the paper's scale; what is already there is not computed again. Options go to every run.
Set-Location (Join-Path $PSScriptRoot "..")
foreach ($experiment in "gmm", "two_moons", "kinematics") {
    dotnet run -c Release -- "experiments/$experiment.yaml" @args
    if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
}
