#!/bin/sh
# Succeeds when the images for experiments/denoising.yaml are in a folder where a run looks for them (it downloads them otherwise).
# All four files are asked for: a folder that is merely there may be empty or hold half a download.
cd "$(dirname "$0")/.." || exit 1
complete() {
  for name in train-images-idx3-ubyte train-labels-idx1-ubyte t10k-images-idx3-ubyte t10k-labels-idx1-ubyte; do
    [ -f "$1/$name.gz" ] || [ -f "$1/$name" ] || return 1
  done
}
complete data/fashion-mnist || complete /usr/share/datasets/fashion-mnist
