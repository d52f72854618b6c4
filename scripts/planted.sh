#!/bin/bash
# Would the nightly find it on the first night? A small night (two moons with CMPE, a training step's benchmarks) of the last commit is the
# baseline; then one with each fault that scripts/planted has a patch of, in a copy of the code. What the nights say goes to results/nightly/planted.
#   scripts/planted.sh
# Takes a quiet machine three minutes a fault and four before. After Ctrl-C the same command goes on from the night that was not finished.
set -euo pipefail
cd "$(dirname "$0")/.."
case ${1:-} in
  '') ;;
  -h | --help) sed -n '2,/^set /{/^#/s/^# *//p}' "scripts/${0##*/}"; exit 0 ;;
  *) echo "scripts/planted.sh: unknown argument '$1'; expected nothing or --help." >&2; exit 2 ;;
esac
trap 'exit 130' INT
# What a fault breaks is for the page to say; a step that was interrupted ends the script.
unless_stopped() { case $1 in 130 | 143) exit "$1" ;; esac; }
rounds=3
commit=$(git rev-parse --short=12 HEAD)
work=$PWD/results/scratch/planted/$commit out=$PWD/results/nightly/planted
copy=$work/code
clean() {
  git worktree remove --force "$copy" 2> /dev/null || true
  git worktree prune
}
trap clean EXIT
clean
mkdir -p "$work"
git worktree add --quiet --detach "$copy" HEAD

night() { # NAME [PATCH]
  local results=$work/$1
  [ ! -f "$results/finished" ] || return 0
  echo "== $1"
  rm -rf "$results"
  mkdir -p "$results"
  git -C "$copy" checkout --quiet --force
  [ -z "${2:-}" ] || git -C "$copy" apply "$2"
  dotnet build -c Release "$copy/src/Benchmarks" --nologo -v quiet
  # The copy's own cache: a fault changes no setting, so that the folders of its jobs have the same names.
  (cd "$copy" && dotnet run -c Release --no-build -- experiments/two_moons.yaml --profile nightly --only cmpe \
    --cache "$results/cache" --out "$results/two_moons") || unless_stopped $?
  for ((round = 1; round <= rounds; round++)); do
    (cd "$copy" && dotnet run -c Release --no-build --project src/Benchmarks -- --filter '*.TrainingBenchmarks.*' \
      --artifacts "$results/benchmarks-$round" --warmupCount 1 --iterationCount 2 > "$results/benchmarks-$round.txt") ||
      unless_stopped $?
  done
  touch "$results/finished"
}

# The page of a night beside the baseline's, and the sentences it fails with. The program that judges is the one without the fault.
judge() { # NAME [--update]
  local page=$work/$1/page
  rm -rf "$page"
  mkdir -p "$page"
  [ -n "${2:-}" ] || cp "$work/none/page/"{baseline,history}.csv "$page/"
  dotnet run -c Release --no-build -- nightly --results "$work/$1" --out "$page" ${2:+"$2"} > /dev/null 2> "$work/$1/sentences.txt" ||
    unless_stopped $?
  # Two nights are no trend.
  sed '/^## Trend/,$d' "$page/nightly.md" > "$out/$1.md"
}

night none
for patch in "$PWD"/scripts/planted/*.patch; do night "$(basename "$patch" .patch)" "$patch"; done

dotnet build -c Release Reproduce.csproj --nologo -v quiet
mkdir -p "$out"
judge none --update
{
  echo "# Faults that were planted"
  echo
  echo "Made by \`scripts/planted.sh\` from $commit: a small night of that commit ([none](none.md)) is the baseline, and each fault is"
  echo "compared with it as the nightly would on its first night. A fault without a sentence was not found."
  echo
  grep '^Measured' "$out/none.md"
  echo
  echo "| fault | what it does | sentences of the night |"
  echo "| --- | --- | --- |"
  for patch in scripts/planted/*.patch; do
    name=$(basename "$patch" .patch)
    judge "$name"
    echo "| [$name]($name.md) | $(head -n 1 "$patch") | $(sed 's/^regression since [0-9a-f]*: //; s/|/\\|/g; s/$/<br>/' "$work/$name/sentences.txt" | tr -d '\n') |"
  done
} > "$out/README.md"
cat "$out/README.md"
