#!/bin/bash
# What a commit costs: builds two commits in folders of their own and runs the same benchmarks of both in turn (A B, B A, A B, ...), then
# prints for each benchmark the ratio of the times, B over A, with its 95 % interval over the rounds.
#   scripts/compare-commits.sh A B [--filter GLOB] [--rounds N] [--keep]
# A and B are anything that git knows (HEAD~3, a branch, a hash). Default: the nightly's benchmarks, five rounds. --keep leaves the two
# checkouts and all reports in results/scratch/commits. A laptop that saves power or a busy machine gives wide intervals, not wrong ones.
set -euo pipefail
cd "$(dirname "$0")/.."
usage() { sed -n '2,/^set /{/^#/s/^# *//p}' "scripts/${0##*/}"; }
commits=() rounds=5 keep= select=(--anyCategories Nightly)
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help) usage; exit 0 ;;
    --filter) select=(--filter "${2:?--filter: expected a pattern such as '*C2st*'}"); shift ;;
    --rounds) rounds=${2:?--rounds: expected a number}; shift ;;
    --keep) keep=yes ;;
    -*) echo "scripts/compare-commits.sh: unknown argument '$1'." >&2; usage >&2; exit 2 ;;
    *) commits+=("$1") ;;
  esac
  shift
done
[ ${#commits[@]} = 2 ] || { echo "scripts/compare-commits.sh: expected two commits, got ${#commits[@]}." >&2; exit 2; }
[[ $rounds =~ ^[0-9]+$ && $rounds -ge 2 ]] || { echo "--rounds: expected a number of at least 2, got '$rounds'." >&2; exit 2; }
for commit in "${commits[@]}"; do
  git rev-parse --verify --quiet "$commit^{commit}" > /dev/null || { echo "git knows no commit '$commit'." >&2; exit 2; }
done

trap 'exit 130' INT
work=$PWD/results/scratch/commits
clean() {
  for name in a b; do git worktree remove --force "$work/$name" 2> /dev/null || true; done
  git worktree prune
}
clean
rm -rf "$work"
mkdir -p "$work"
[ -n "$keep" ] || trap clean EXIT
for i in 0 1; do
  name=$([ $i = 0 ] && echo a || echo b)
  git worktree add --quiet --detach "$work/$name" "${commits[$i]}"
  git -C "$work/$name" log -1 --format="$name: %h %s" | tee "$work/$name.txt"
  dotnet build -c Release "$work/$name/src/Benchmarks" --nologo -v quiet
done
measure() { # NAME ROUND
  echo "round $2 of $rounds: $1"
  (cd "$work/$1" && dotnet run -c Release --no-build --project src/Benchmarks -- "${select[@]}" --artifacts "$work/$1-$2" \
    --warmupCount 1 --iterationCount 3 > "$work/$1-$2.txt") || { tail -n 20 "$work/$1-$2.txt" >&2; exit 1; }
}
for ((round = 1; round <= rounds; round++)); do
  if ((round % 2)); then measure a $round; measure b $round; else measure b $round; measure a $round; fi
done
dotnet run -c Release -- ratios "$work"
