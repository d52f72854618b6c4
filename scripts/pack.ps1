# Packs the program with its runtime, experiments and configurations, and without libtorch, into one archive for a Linux machine (x64) that
# has neither .NET nor a network but a PyTorch:
#   scripts/pack.ps1 [ARCHIVE]      default: results/scratch/reproduce-linux-x64.tar.xz
# There:
#   tar -xf reproduce-linux-x64.tar.xz && cd reproduce && chmod +x Reproduce && ./Reproduce experiments/gmm.yaml --profile smoke
# which takes the libtorch of python3's torch, or of the folder that TORCH_LIB or --torch names.
$ErrorActionPreference = "Stop"
$begun = Get-Location
Set-Location (Join-Path $PSScriptRoot "..")
if ($args[0] -in "-h", "--help") {
    foreach ($line in Get-Content $PSCommandPath) { if ($line -notlike "#*") { exit 0 } else { $line -replace "^# *" } }
}
if ($args[0] -like "-*") {
    Write-Error "scripts/pack.ps1: unknown argument '$($args[0])'; expected a file or --help." -ErrorAction Continue
    exit 2
}

$archive = if ($args[0]) { [IO.Path]::GetFullPath($args[0], $begun.Path) } else { Join-Path $PWD "results/scratch/reproduce-linux-x64.tar.xz" }
$most = 40MB
$work = Join-Path ([IO.Path]::GetTempPath()) ([IO.Path]::GetRandomFileName())
$program = Join-Path $work "reproduce"
try {
    dotnet publish Reproduce.csproj -c Release -r linux-x64 --self-contained -p:TorchBackend=none -p:DebugType=none -o $program --nologo -v quiet
    if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
    Remove-Item (Join-Path $program "Reproduce*.xml")
    git log -1 --format="%H %cI" | Set-Content (Join-Path $program "commit.txt")
    # Paths of a run are relative to the project, which is known by these; scripts/peer measures PyTorch beside it.
    Copy-Item -Recurse experiments, configs, README.md $program
    New-Item -ItemType Directory -Force (Join-Path $program "results"), (Join-Path $program "scripts") | Out-Null
    Copy-Item -Recurse results/published (Join-Path $program "results")
    Copy-Item -Recurse scripts/peer (Join-Path $program "scripts")
    Remove-Item -Recurse -Force (Join-Path $program "scripts/peer/__pycache__") -ErrorAction SilentlyContinue
    New-Item -ItemType Directory -Force (Split-Path $archive) | Out-Null
    # Windows has libarchive's tar, other systems GNU's: each is told in its way to take its time.
    $env:XZ_OPT = "-T0 -9"
    $level = if ((tar --version) -match "bsdtar") { "--options=xz:compression-level=9" } else { "--xz" }
    tar -C $work -cJ $level -f $archive reproduce
    if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
}
finally {
    Remove-Item -Recurse -Force $work -ErrorAction SilentlyContinue
}

$size = (Get-Item $archive).Length
"${archive}: $([math]::Floor($size / 1MB)) MB"
if ($size -gt $most) {
    Write-Error "scripts/pack.ps1: the archive is larger than 40 MB." -ErrorAction Continue
    exit 1
}
