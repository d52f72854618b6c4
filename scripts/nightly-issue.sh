#!/bin/sh
# Says on GitHub that a night found regressions: opens an issue with the lines of results/nightly/summary.md, or adds them to the one that is
# open. Without gh, or where it is refused, prints the text instead; the night's own exit code is what fails a job.
#   scripts/nightly-issue.sh [SUMMARY]
set -eu
cd "$(dirname "$0")/.."
case ${1:-} in
  -h | --help) sed -n '2,/^set /{/^#/s/^# *//p}' "scripts/${0##*/}"; exit 0 ;;
  -*) echo "scripts/nightly-issue.sh: unknown argument '$1'." >&2; exit 2 ;;
esac
summary=${1:-results/nightly/summary.md}
[ -s "$summary" ] || { echo "scripts/nightly-issue.sh: $summary: expected the summary of a night; scripts/nightly.sh makes it." >&2; exit 2; }
title=$(sed -n '1s/^# *//p' "$summary")
case $title in
  *": "[1-9]*" regression"*) ;;
  *) echo "$title: nothing to say."; exit 0 ;;
esac
command -v gh > /dev/null || { echo "no gh here; the text of the issue:"; cat "$summary"; exit 0; }
# A night after the first that fails is news of the same regression: one issue, not one a night.
open=$(gh issue list --state open --search '"Nightly of" in:title' --json number --jq '.[0].number // empty') || open=
if [ -n "$open" ]; then
  gh issue comment "$open" --body-file "$summary" || cat "$summary"
else
  gh issue create --title "$title" --body-file "$summary" || cat "$summary"
fi
