#!/usr/bin/env bash
# Makes a deb and an rpm for each architecture: package.sh DIRECTORY ARCH... Without VERSION and SOURCE_DATE_EPOCH git says them.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd) top=$(dirname "$here")
mkdir -p "$1"
out=$(cd "$1" && pwd)
shift
cd "$top"
VERSION=${VERSION:-$("$here/version.sh")}
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git show -s --format=%ct)}
export VERSION SOURCE_DATE_EPOCH
nfpm=${NFPM:-$(${GO:-go} tool -modfile=tools/nfpm/go.mod -n nfpm)}
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
for arch; do
  "$here/stage.sh" "$arch" "$stage/$arch"
  # rpm wants a release; dpkg's version has none, since the package is made where the program is.
  (cd "$stage/$arch" && ARCH=$arch RELEASE= "$nfpm" package -f "$here/nfpm.yaml" -p deb -t "$out/")
  (cd "$stage/$arch" && ARCH=$arch RELEASE=1 "$nfpm" package -f "$here/nfpm.yaml" -p rpm -t "$out/")
done
