#!/bin/sh
# Runs every experiment under the nightly profile and the benchmarks, compares quality and speed with results/nightly/baseline.csv, adds a
# line for each number to results/nightly/history.csv and draws the trend. Exit code 1 and one line for each regression. Where Wine is
# installed the Windows build is tried, too (scripts/try-windows.sh); what fails there fails the night.
#   scripts/nightly.sh            the night
#   scripts/nightly.sh --update   the night, whose numbers become the baseline
#   scripts/nightly.sh smoke      tries the whole way in minutes, under results/scratch; its numbers mean nothing
set -e
cd "$(dirname "$0")/.."
profile=nightly results=results/scratch/nightly out=results/nightly category=Nightly short=
if [ "${1:-}" = smoke ]; then
  shift
  profile=smoke results=results/scratch/nightly-smoke out=results/scratch/nightly-smoke-report
  category=NightlySmoke short="--warmupCount 1 --iterationCount 1"
fi
for argument in "$@"; do
  case $argument in
    --update) ;;
    -h | --help) sed -n '2,/^set /{/^#/s/^# *//p}' "$0"; exit 0 ;;
    *) echo "scripts/nightly.sh: unknown argument '$argument'; expected nothing, --update, smoke or --help." >&2; exit 2 ;;
  esac
done

benchmarks() {
  # $short is two options or none.
  dotnet run -c Release --no-build --project src/Benchmarks -- --anyCategories $category --artifacts "$results/benchmarks-$1" $short ||
    echo "nightly: round $1 of the benchmarks ended with exit code $?" >&2
}

dotnet build -c Release src/Benchmarks
# The cache too: a job's folder is named by its settings, so what yesterday's source computed would pass for tonight's.
rm -rf "$results"
benchmarks 1
for experiment in experiments/*.yaml; do
  name=$(basename "$experiment" .yaml)
  # What fails is missed by the comparison; the other experiments are still worth running.
  dotnet run -c Release --no-build -- "$experiment" --profile "$profile" --cache "$results/cache" --out "$results/$name" ||
    echo "nightly: $experiment ended with exit code $?" >&2
done
# Hours later the machine may be quieter; of both rounds the shortest times count.
[ "$profile" = smoke ] || benchmarks 2
windows=0
[ "$profile" = smoke ] || scripts/try-windows.sh || windows=1
dotnet run -c Release --no-build -- nightly --results "$results" --out "$out" "$@"
[ $windows = 0 ] || { echo "nightly: the Windows build fails under Wine; see above." >&2; exit 1; }
