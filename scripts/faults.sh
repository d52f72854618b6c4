#!/bin/sh
# Does everything to the program that a reader would rather not happen to a run, and writes what came of it to results/reliability.md.
# Takes about half an hour; some cases need root (small file systems) and are skipped without.
set -e
cd "$(dirname "$0")/.."
REPRODUCE_FAULTS=full REPRODUCE_FAULTS_TABLE="$PWD/results/reliability.md" \
  dotnet test src/Tests --filter FullyQualifiedName~Reproduce.Tests.Faults "$@"
