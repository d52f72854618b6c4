#!/bin/sh
# Runs the three low-dimensional experiments at the paper's scale; what is already there is not computed again. Options go to every run.
set -e
cd "$(dirname "$0")/.."
for experiment in gmm two_moons kinematics; do
  dotnet run -c Release -- "experiments/$experiment.yaml" "$@"
done
