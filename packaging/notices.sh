#!/usr/bin/env bash
# Prints the licences of the libraries in the built programs of a directory, which those licences want to go with them: notices.sh PROGRAMS.
set -euo pipefail
programs=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
for program in gateway admin; do
  ${GO:-go} version -m "$programs/$program"
done | awk '$1 == "dep" { print $2 "@" $3 }' | LC_ALL=C sort -u | while read -r module; do
  dir=$(GOFLAGS=-mod=mod ${GO:-go} list -m -f '{{.Dir}}' "$module")
  printf '\n======== %s ========\n\n' "$module"
  found=
  for file in "$dir"/LICENSE* "$dir"/LICENCE* "$dir"/COPYING* "$dir"/NOTICE* "$dir"/PATENTS*; do
    [ -f "$file" ] && cat "$file" && found=1
  done
  [ -n "$found" ] || { echo "notices.sh: $module says no licence" >&2; exit 1; }
done
printf '\n======== Go, the compiler and its libraries ========\n\n'
cat "$(${GO:-go} env GOROOT)/LICENSE"
for chart in internal/dashboard/assets/uplot.LICENSE; do
  printf '\n======== uPlot ========\n\n'
  cat "$chart"
done
