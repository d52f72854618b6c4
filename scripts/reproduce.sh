#!/bin/sh
# Runs the three low-dimensional experiments at the paper's scale and draws the paper's figures of all three.
# What is already there is not computed again. Options (--profile, --variant, --cache, --set) go to every command.
set -e
cd "$(dirname "$0")/.."
for experiment in gmm two_moons kinematics; do
  dotnet run -c Release -- "experiments/$experiment.yaml" "$@"
done
dotnet run -c Release -- figures experiments/gmm.yaml experiments/two_moons.yaml experiments/kinematics.yaml "$@"
