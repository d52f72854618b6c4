#!/bin/sh
# Runs the three low-dimensional experiments at the paper's scale and draws the paper's figures of all three.
# What is already there is not computed again. Options (--profile, --variant, --cache, --set) go to every command.
#   scripts/reproduce.sh [OPTION...]
set -e
cd "$(dirname "$0")/.."
case ${1:-} in
  -h | --help) sed -n '2,/^set /{/^#/s/^# *//p}' "scripts/${0##*/}"; exit 0 ;;
esac
for experiment in gmm two_moons kinematics; do
  dotnet run -c Release -- "experiments/$experiment.yaml" "$@"
done
dotnet run -c Release -- figures experiments/gmm.yaml experiments/two_moons.yaml experiments/kinematics.yaml "$@"
