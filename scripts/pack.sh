#!/bin/bash
# Packs the program with its runtime, experiments and configurations, and without libtorch, into one archive for a machine that has
# neither .NET nor a network but a PyTorch (Linux x64):
#   scripts/pack.sh [ARCHIVE]      default: results/scratch/reproduce-linux-x64.tar.xz
# There:
#   tar -xf reproduce-linux-x64.tar.xz && cd reproduce && ./Reproduce experiments/gmm.yaml --profile smoke
# which takes the libtorch of python3's torch, or of the folder that TORCH_LIB or --torch names.
set -euo pipefail
cd "$(dirname "$0")/.."
case ${1:-} in
  -h | --help) sed -n '2,/^set /{/^#/s/^# *//p}' "scripts/${0##*/}"; exit 0 ;;
  -*) echo "scripts/pack.sh: unknown argument '$1'; expected a file or --help." >&2; exit 2 ;;
esac
archive=$(realpath -m "${1:-results/scratch/reproduce-linux-x64.tar.xz}")
most=$((40 * 1024 * 1024))
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
dotnet publish Reproduce.csproj -c Release -r linux-x64 --self-contained -p:TorchBackend=none -p:DebugType=none \
  -o "$work/reproduce" --nologo -v quiet
rm "$work"/reproduce/Reproduce*.xml
git log -1 --format='%H %cI' > "$work/reproduce/commit.txt"
# Paths of a run are relative to the project, which is known by these.
cp -r experiments configs README.md "$work/reproduce"
mkdir -p "$work/reproduce/results"
cp -r results/published "$work/reproduce/results"
# What scripts/device-check.sh measures PyTorch with, where there is one.
mkdir -p "$work/reproduce/scripts"
cp -r scripts/peer "$work/reproduce/scripts"
rm -rf "$work/reproduce/scripts/peer/__pycache__"
mkdir -p "$(dirname "$archive")"
tar -C "$work" -c reproduce | xz -T0 -9 > "$archive"
size=$(stat -c %s "$archive")
echo "$archive: $((size / 1024 / 1024)) MB"
[ "$size" -le $most ] || { echo "scripts/pack.sh: the archive is larger than 40 MB." >&2; exit 1; }
