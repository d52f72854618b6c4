#!/usr/bin/env bash
# examples.sh [PROGRAM ...]: the three examples, small, as their page tells a reader to run them; then an observation inferred from, at once
# and from an exported file. PROGRAM is the command before the file; 'dotnet run --no-build --' when not given.
set -uo pipefail
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- dotnet run --no-build --
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

fail() { echo "examples: $1" >&2; exit 1; }

# What the page's commands call python3 must have numpy; Debian's is in /usr/bin, another one may stand before it.
python3 -c "import numpy" 2> /dev/null || PATH=/usr/bin:$PATH

run() { "$@" > "$out/log" 2>&1 || { tail -n 20 "$out/log" >&2; fail "'${*: -6}' does not end well"; }; }

for name in influenza ricker decay; do
  case $name in
    influenza) python3 -c "import numpy" 2> /dev/null || { echo "$name: skipped, python3 has no numpy (python3-numpy)"; continue; } ;;
    ricker) command -v Rscript > /dev/null || { echo "$name: skipped, there is no Rscript (r-base-core)"; continue; } ;;
  esac
  began=$SECONDS
  run "$@" "experiments/examples/$name.yaml" --profile smoke --cache "$out/cache" --out "$out/$name"
  [ -s "$out/$name/figures/recovery.png" ] || fail "$name has no figure"
  grep -Eq '^\|.*RMSE' "$out/$name/report.md" && grep -Eq '^\|.*\| *[0-9]+\.[0-9]+' "$out/$name/report.md" ||
    fail "the report of $name has no numbers"
  grep -Eq ',rmse,[0-9.]+,ok$' "$out/$name/measurements.csv" || fail "$name has no RMSE"
  awk 'NR > 1 && !/,-?[0-9.]+(E-?[0-9]+)?,ok$/ { bad = 1 } END { exit bad }' "$out/$name/measurements.csv" ||
    fail "$name has a number that is none"
  echo "$name: a report in $((SECONDS - began)) s"
  [ $name = influenza ] || continue
  began=$SECONDS
  set_of=(experiments/examples/influenza.yaml --contender nsf --profile smoke --cache "$out/cache")
  run "$@" infer "${set_of[@]}" --observation experiments/examples/influenza.json --out "$out/inferred"
  run "$@" export "${set_of[@]}" --out "$out/exported" --file "$out/nsf.npz"
  run "$@" infer --model "$out/nsf.npz" --observation experiments/examples/influenza.json --out "$out/travelled"
  [ -n "$(find "$out/inferred" -name corner.png)" ] || fail "there is no corner plot"
  # The worker tells a likelihood, by which the draws of the experiment are weighed; there is no worker beside the file.
  here=$(find "$out/inferred" -name draws.csv) there=$(find "$out/travelled" -name draws.csv)
  [[ $(head -n 1 "$here") == *,weight ]] || fail "the draws have no weights"
  cmp <(cut -d, -f1-4 "$here") "$there" || fail "the file's draws are others"
  echo "$name: inferred, and the same draws from a file, in $((SECONDS - began)) s"
done
