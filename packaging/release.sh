#!/usr/bin/env bash
# Makes all that is released of a checkout: release.sh DIRECTORY ARCH... Without VERSION and SOURCE_DATE_EPOCH git says them.
#
#   einlass_1.2.3_amd64.deb, einlass-1.2.3-1.x86_64.rpm   packages
#   einlass-1.2.3-linux-amd64.tar.gz                      the programs, for other systems
#   einlass-1.2.3-amd64-gateway.cdx.json                  what a program is made of (CycloneDX)
#   einlass-1.2.3-oci.tar                                 an image for all architectures, as an archive of OCI
#   einlass-chart-1.2.3.tgz                               a chart of Helm
#   einlass-1.2.3-compose.tar.gz                          a compose file with Valkey
#   SHA256SUMS
#
# The same commit and the same Go give the same bytes.
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

# packed DIRECTORY FILE: the directory as an archive that holds no times, owners and order of this machine.
packed() {
  tar -C "$(dirname "$1")" --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner -c "$(basename "$1")" | gzip -9n >"$2"
}

for arch; do
  "$here/stage.sh" "$arch" "$stage/$arch"
  # rpm wants a release; dpkg's version has none, since the package is made where the program is.
  (cd "$stage/$arch" && ARCH=$arch RELEASE= "$nfpm" package -f "$here/nfpm.yaml" -p deb -t "$out/")
  (cd "$stage/$arch" && ARCH=$arch RELEASE=1 "$nfpm" package -f "$here/nfpm.yaml" -p rpm -t "$out/")
  plain=$stage/einlass-$VERSION
  mkdir -p "$plain"
  cp -r "$stage/$arch"/bin/* "$stage/$arch/man" "$stage/$arch/doc" "$top/LICENSE" "$top"/configs/einlass.{service,socket} "$plain/"
  packed "$plain" "$out/einlass-$VERSION-linux-$arch.tar.gz"
  rm -rf "$plain"
  for program in gateway admin; do
    cp "$stage/$arch/doc/sbom/$program.cdx.json" "$out/einlass-$VERSION-$arch-$program.cdx.json"
  done
  programs+=("$arch=$stage/$arch/bin")
done

# A tag of an image has no + and no ~.
tag=${VERSION//[+~]/-}
${GO:-go} -C tools/image run . -version "$tag" -created "$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)" \
  -out "$out/einlass-$VERSION-oci.tar" "${programs[@]}"

cp -r "$here/chart" "$stage/einlass"
sed -i "s|^version: .*|version: ${VERSION/\~/-}|; s|^appVersion: .*|appVersion: \"$tag\"|" "$stage/einlass/Chart.yaml"
packed "$stage/einlass" "$out/einlass-chart-$VERSION.tgz"
cp -r "$here/compose" "$stage/compose"
sed -i "s|:-latest}|:-$tag}|" "$stage/compose/compose.yaml"
packed "$stage/compose" "$out/einlass-$VERSION-compose.tar.gz"
(cd "$out" && find . -maxdepth 1 -type f -name "einlass*$VERSION*" -printf '%f\n' | LC_ALL=C sort | xargs sha256sum >SHA256SUMS)
