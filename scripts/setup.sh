#!/bin/sh
# What a fresh machine needs besides this checkout: the .NET SDK, and for experiments/denoising.yaml the images of Fashion-MNIST.
#   scripts/setup.sh
set -e
cd "$(dirname "$0")/.."
case ${1:-} in
  -h | --help) sed -n '2,/^set /{/^#/s/^# *//p}' "scripts/${0##*/}"; exit 0 ;;
  ?*) echo "scripts/setup.sh: unknown argument '$1'; expected nothing or --help." >&2; exit 2 ;;
esac
trap 'exit 130' INT
command -v dotnet > /dev/null || { echo "Install the .NET SDK 10 first: https://dotnet.microsoft.com/download" >&2; exit 1; }

if ! sh scripts/has-fashion-mnist.sh; then
  if command -v apt-get > /dev/null && [ "$(id -u)" = 0 ]; then
    apt-get update -q && apt-get install -y -q dataset-fashion-mnist ||
      echo "The package dataset-fashion-mnist could not be installed; the first run of experiments/denoising.yaml downloads the images." >&2
  else
    echo "Fashion-MNIST is not here. Run 'sudo apt-get install dataset-fashion-mnist' (Debian), put its four .gz files into" >&2
    echo "data/fashion-mnist, or let the first run of experiments/denoising.yaml download them." >&2
  fi
fi
dotnet restore Reproduce.sln
