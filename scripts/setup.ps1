# What a fresh machine needs besides this checkout: the .NET SDK, and for experiments/denoising.yaml the images of Fashion-MNIST.
#   scripts/setup.ps1
Set-Location (Join-Path $PSScriptRoot "..")
if ($args[0] -in "-h", "--help") {
    foreach ($line in Get-Content $PSCommandPath) { if ($line -notlike "#*") { exit 0 } else { $line -replace "^# *" } }
}
if ($args.Count -gt 0) {
    Write-Error "scripts/setup.ps1: unknown argument '$($args[0])'; expected nothing or --help." -ErrorAction Continue
    exit 2
}

if (-not (Get-Command dotnet -ErrorAction SilentlyContinue)) {
    Write-Error "Install the .NET SDK 10 first: https://dotnet.microsoft.com/download"
    exit 1
}
$missing = "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte" |
    Where-Object { -not (Test-Path "data/fashion-mnist/$_.gz") -and -not (Test-Path "data/fashion-mnist/$_") }
if ($missing) {
    Write-Warning "Fashion-MNIST is not in data/fashion-mnist. Put its four .gz files there, or let the first run of experiments/denoising.yaml download them."
}
dotnet restore Reproduce.sln
exit $LASTEXITCODE
