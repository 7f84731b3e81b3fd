#!/usr/bin/env bash
# Writes what the built programs in a directory are made of, with licences, as CycloneDX: sbom.sh PROGRAMS DIRECTORY. The libraries are
# read from the programs themselves.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd) top=$(dirname "$here")
programs=$(cd "$1" && pwd)
mkdir -p "$2"
out=$(cd "$2" && pwd)
cd "$top"
: "${VERSION:?}" "${SOURCE_DATE_EPOCH:?}"
tool=$(${GO:-go} tool -modfile=tools/cyclonedx-gomod/go.mod -n cyclonedx-gomod)
for program in gateway admin; do
  # Without a serial number, which would be another each time.
  # The libraries are here, since the programs were built of them; the program itself is nowhere else.
  GOPROXY=off "$tool" bin -json -licenses -noserial -version "v$VERSION" -output "$out/$program.cdx.json" "$programs/$program"
  # The time is that of the commit.
  sed -i -E "s/(\"timestamp\": \")[^\"]*/\1$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)/" "$out/$program.cdx.json"
done
