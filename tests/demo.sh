#!/usr/bin/env bash
# The main job on a real tree: byte-compiles a copy of Debian's python3.11 standard library, compares every .pyc with
# CPython's, times both, runs a program from its .pyc, and turns all of it back into source.
set -euo pipefail
ouro=$(realpath "${1:-build/ouro}")
here=$(dirname "$(realpath "$0")")
python=/usr/bin/python3.11
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset PYTHONDONTWRITEBYTECODE

cp -r /usr/lib/python3.11 "$work/lib"
find "$work/lib" -name __pycache__ -prune -exec rm -rf {} +
cd "$work"
files=$(find lib -name '*.py' | wc -l)
echo "\$ ouro compile -O 0,1,2 lib        # $files files of Debian's python3.11 standard library"
"$ouro" compile -O 0,1,2 lib || true
echo
echo "Against CPython's own output, byte for byte:"
"$python" "$here/differential/check_pyc.py" --ouro "$ouro" --oracle debian-3.11 lib
echo
echo "Time, the same tree, one level, two workers each (best of 3):"
best() {
  local best=999999
  for _ in 1 2 3; do
    local start end
    start=$(date +%s%N)
    "$@" >/dev/null 2>&1 || true
    end=$(date +%s%N)
    ((end - start < best * 1000000)) && best=$(((end - start) / 1000000))
  done
  echo "$best"
}
theirs=$(best "$python" -m compileall -q -f -j 2 lib)
ours=$(best "$ouro" -m compileall -q -f -j 2 lib)
echo "  python3.11 -m compileall -q -f -j 2   $theirs ms"
echo "  ouro       -m compileall -q -f -j 2   $ours ms"
awk -v a="$theirs" -v b="$ours" 'BEGIN { printf "  ratio                                 %.1f x\n", a / b }'

echo
program=lib/__pycache__/zipfile.cpython-311.pyc
(cd lib && "$python" -m zipfile -c ../some.zip json)
echo "\$ ouro $program -l some.zip        # a program of the library, from its .pyc"
"$ouro" "$program" -l some.zip >listed
head -3 listed
cmp listed <("$python" "$program" -l some.zip) && echo "... all as python3.11 prints it"

echo
echo "\$ ouro decompile -o recovered lib        # back into source, each function with a proof"
("$ouro" decompile -o recovered lib || true) 2>&1 | tail -1
