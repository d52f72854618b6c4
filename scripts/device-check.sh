#!/bin/bash
# Checks and measures the GPU of a machine that has a driver and a Python with PyTorch, and neither .NET nor a network:
#   scripts/device-check.sh [ARCHIVE] [FOLDER] [MINUTES]
# ARCHIVE is what scripts/pack.sh made elsewhere (results/scratch/reproduce-linux-x64.tar.xz), FOLDER receives the findings
# (results/scratch/device-check), and the check ends within MINUTES (8). DEVICE=cpu in the environment tries it without a GPU.
# The last third of them is for PyTorch's own steps and draws (scripts/peer), where python3 has torch: peer.json and ratios in peer.md.
set -euo pipefail
case ${1:-} in
  -h | --help) sed -n '2,/^set /{/^#/s/^# *//p}' "$0"; exit 0 ;;
  -*) echo "scripts/device-check.sh: unknown argument '$1'; expected an archive or --help." >&2; exit 2 ;;
esac
archive=$(realpath "${1:-results/scratch/reproduce-linux-x64.tar.xz}")
out=$(realpath -m "${2:-results/scratch/device-check}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
mkdir -p "$out"
cd "$work"
tar -xf "$archive" 2> /dev/null || python3 -m tarfile -e "$archive" . # Python can do it where there is no xz.
cd reproduce
chmod +x Reproduce
if [ -z "${TORCH_LIB:-}" ]; then
  TORCH_LIB=$(python3 -c 'import importlib.util as u, os; print(os.path.join(os.path.dirname(u.find_spec("torch").origin), "lib"))')
fi
export TORCH_LIB DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
# CUDA's libraries stand beside PyTorch when it was installed by pip.
for folder in "$TORCH_LIB" "$TORCH_LIB"/../../nvidia/*/lib; do
  if [ -d "$folder" ]; then LD_LIBRARY_PATH=$(realpath "$folder")${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}; fi
done
export LD_LIBRARY_PATH
nvidia-smi > "$out/nvidia-smi.txt" 2>&1 || true
device=${DEVICE:-cuda} minutes=${3:-8} peer=scripts/peer/peer.py
if [ -f $peer ] && python3 -c 'import importlib.util as u, sys; sys.exit(u.find_spec("torch") is None)' 2> /dev/null; then
  peer_minutes=$(awk -v all="$minutes" 'BEGIN { print all / 3 }')
  minutes=$(awk -v all="$minutes" 'BEGIN { print 2 * all / 3 }')
else
  peer=
fi
touch "$work/begun"
# What was found stands in $out, also when something is outside its limit.
code=0
./Reproduce device-check --device "$device" --minutes "$minutes" --out "$out" 2>&1 | tee "$out/device-check.log" || code=$?
if [ -n "$peer" ]; then
  beside=()
  # Not beside the findings of an earlier run.
  [ ! "$out/device-check.json" -nt "$work/begun" ] || beside=(--beside "$out/device-check.json")
  python3 $peer --device "$device" --minutes "$peer_minutes" --out "$out" "${beside[@]}" 2>&1 | tee "$out/peer.log" ||
    echo "scripts/device-check.sh: the peer ended with exit code $?; what it found stands in $out." >&2
fi
exit $code
