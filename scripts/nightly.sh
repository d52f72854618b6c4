#!/bin/sh
# Runs every experiment under the nightly profile and the benchmarks, compares quality and speed with results/nightly/baseline.csv, adds a
# line for each number to results/nightly/history.csv and draws the trend. Exit code 1 and one line for each regression. Where Wine is
# installed the Windows build is tried, too (scripts/try-windows.sh); what fails there fails the night.
#   scripts/nightly.sh            the night
#   scripts/nightly.sh --update   the night, whose numbers become the baseline
#   scripts/nightly.sh smoke      tries the whole way in minutes, under results/scratch; its numbers mean nothing
set -e
cd "$(dirname "$0")/.."
profile=nightly results=results/scratch/nightly out=results/nightly iterations=2 category=Nightly
if [ "${1:-}" = smoke ]; then
  shift
  profile=smoke results=results/scratch/nightly-smoke out=results/scratch/nightly-smoke-report
  category=NightlySmoke iterations=1
fi
for argument in "$@"; do
  case $argument in
    --update) ;;
    -h | --help) sed -n '2,/^set /{/^#/s/^# *//p}' "scripts/${0##*/}"; exit 0 ;;
    *) echo "scripts/nightly.sh: unknown argument '$argument'; expected nothing, --update, smoke or --help." >&2; exit 2 ;;
  esac
done

trap 'exit 130' INT
# Runs a step of the night and notes what it took. What fails is missed by the comparison; the other steps are still worth running, unless
# somebody has interrupted this one.
step() { # NAME COMMAND...
  name=$1 began=$(date +%s) code=0
  shift
  "$@" || code=$?
  case $code in
    0) ;;
    130 | 143) exit $code ;;
    *) echo "nightly: $name ended with exit code $code" >&2 ;;
  esac
  echo "$name,$(($(date +%s) - began))" >> "$results/times.csv"
}
round=0
benchmarks() {
  round=$((round + 1))
  step "benchmarks $round" dotnet run -c Release --no-build --project src/Benchmarks -- --anyCategories $category \
    --artifacts "$results/benchmarks-$round" --warmupCount 1 --iterationCount $iterations
}

dotnet build -c Release src/Benchmarks
# The cache too: a job's folder is named by its settings, so what yesterday's source computed would pass for tonight's.
rm -rf "$results"
mkdir -p "$results"
echo step,seconds > "$results/times.csv"
# A round of the benchmarks after every experiment: what makes the machine busy for minutes reaches one or two of them.
for experiment in experiments/*.yaml; do
  name=$(basename "$experiment" .yaml)
  step "$name" dotnet run -c Release --no-build -- "$experiment" --profile "$profile" --cache "$results/cache" --out "$results/$name"
  [ "$profile" = smoke ] && [ $round -ge 2 ] || benchmarks
done
windows=0
[ "$profile" = smoke ] || scripts/try-windows.sh || windows=$?
case $windows in 130 | 143) exit $windows ;; esac
dotnet run -c Release --no-build -- nightly --results "$results" --out "$out" "$@"
[ $windows = 0 ] || { echo "nightly: the Windows build fails under Wine; see above." >&2; exit 1; }
