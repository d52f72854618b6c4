#!/bin/sh
# Does everything to the program that a reader would rather not happen to a run, and writes what came of it to results/reliability.md.
# FAULTS is the filter of tests, for a part of the table; rows of others are kept.
# Takes about an hour, most of it for every setting at its limits; REPRODUCE_FAULTS=0.3 tries about a third of the cases.
# Small file systems need root and are skipped without.
#   scripts/faults.sh [OPTION OF dotnet test...]
set -e
cd "$(dirname "$0")/.."
case ${1:-} in
  -h | --help) sed -n '2,/^set /{/^#/s/^# *//p}' "scripts/${0##*/}"; exit 0 ;;
esac
REPRODUCE_FAULTS="${REPRODUCE_FAULTS:-full}" REPRODUCE_FAULTS_TABLE="$PWD/results/reliability.md" \
  dotnet test src/Tests --filter "${FAULTS:-FullyQualifiedName~Reproduce.Tests.Faults|FullyQualifiedName~SlurmTests}" "$@"
