#!/bin/bash
# Tries the Windows build on this machine, under Wine: the smoke run of gmm beside this system's own (the same folders in the cache,
# numbers equal to 1e-4), a checkpoint that another program holds open, a missing Visual C++ runtime.
# Needs wine64, wine, xvfb and xauth (Debian) and about six minutes; without them it says so and ends with 0.
#   scripts/try-windows.sh [--keep]     --keep leaves the built program and Wine's folder in results/scratch/windows
set -uo pipefail
cd "$(dirname "$0")/.."
keep=
for argument in "$@"; do
  case $argument in
    --keep) keep=yes ;;
    -h | --help) sed -n '2,/^set /{/^#/s/^# *//p}' "scripts/${0##*/}"; exit 0 ;;
    *) echo "scripts/try-windows.sh: unknown argument '$argument'; expected nothing, --keep or --help." >&2; exit 2 ;;
  esac
done
for tool in wine xvfb-run; do
  command -v $tool > /dev/null || { echo "skipped: there is no $tool here (apt-get install --no-install-recommends wine64 wine xvfb xauth)"; exit 0; }
done

work=$PWD/results/scratch/windows
rm -rf "$work"/{here,there,cache-here,cache-there,missing,cache-missing}
mkdir -p "$work"
# The last two: calls of the processor's topology and of writable code that Wine lacks.
export WINEPREFIX=$work/wine WINEDEBUG=-all KMP_AFFINITY=disabled DOTNET_EnableWriteXorExecute=0
failed=0 run=
# Background processes of a script do not hear Ctrl-C.
trap '[ -z "$run" ] || kill "$run" 2> /dev/null; exit 130' INT
check() { # WORDS COMMAND...
  local words=$1; shift
  if "$@"; then echo "ok: $words"; else echo "FAILED: $words" >&2; failed=1; fi
}
windows() { xvfb-run -a wine "$@" 2> "$work/errors.txt"; }

echo "== build for Windows"
dotnet publish Reproduce.csproj -c Release -r win-x64 --self-contained -p:TorchBackend=cpu -p:TorchPlatform=windows -o "$work/program" \
  --nologo -v quiet || exit 1
[ -d "$WINEPREFIX" ] || { windows wineboot -i; windows winecfg /v win10; } > "$work/wine.txt"

echo "== smoke run, with its checkpoints held open for seconds at a time"
smoke="experiments/gmm.yaml --profile smoke"
# shellcheck disable=SC2086
windows "$work/program/Reproduce.exe" $smoke --checkpoint-seconds 1 --cache "$work/cache-there" --out "$work/there" > "$work/there.txt" &
run=$!
held=0
while kill -0 $run 2> /dev/null; do
  checkpoint=$(find "$work/cache-there/train" -name checkpoint.npz 2> /dev/null | head -n 1)
  # What stands before '<' has the file open, without sharing its removal.
  if [ -n "$checkpoint" ] && windows cmd /c "(ping -n 4 127.0.0.1) < Z:${checkpoint//\//\\}" > /dev/null; then
    held=$((held + 1))
  fi
  sleep 1
done
wait $run
check "the run is whole although other programs had its checkpoints open" test $? = 0 -a $held -gt 0

echo "== the same run here"
# shellcheck disable=SC2086
dotnet run -c Release -- $smoke --cache "$work/cache-here" --out "$work/here" > "$work/here.txt" || exit 1
jobs() { (cd "$1" && find . -mindepth 2 -maxdepth 2 -type d | sort); }
check "the cache has the same folders" diff <(jobs "$work/cache-here") <(jobs "$work/cache-there")
# The value is the last column but times, which are left out.
numbers() {
  awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
    { value = $column["value"]; metric = $column["metric"]; $column["value"] = ""; if (metric !~ /seconds/) print $0 "=" value }' "$1" | sort
}
check "the numbers are the same to 1e-4" awk -F= '
  NR == FNR { here[$1] = $2; next }
  { there++; d = here[$1] - $2; if (!($1 in here) || d > 1e-4 || d < -1e-4) { print $1 ": " here[$1] " here, " $2 " there"; bad = 1 } }
  END { exit bad || there == 0 || there != length(here) }' <(numbers "$work/here/measurements.csv") <(numbers "$work/there/measurements.csv")

echo "== without the Visual C++ runtime"
# shellcheck disable=SC2086
WINEDLLOVERRIDES=msvcp140=d windows "$work/program/Reproduce.exe" $smoke --cache "$work/cache-missing" --out "$work/missing" > "$work/missing.txt"
check "the program ends with 1" test $? = 1
check "and says in a sentence what to install" grep -q "^Microsoft's Visual C++ runtime is missing.*vc_redist" "$work/errors.txt"

[ -n "$keep" ] || rm -rf "$work"/{program,wine,cache-here,cache-there,cache-missing}
exit $failed
