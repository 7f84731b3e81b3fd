#!/usr/bin/env bash
# Puts what packages hold into a directory, for packaging/nfpm.yaml: stage.sh ARCH DIRECTORY. The same commit gives the same bytes, in
# whatever directory. VERSION and SOURCE_DATE_EPOCH are said by the Makefile.
set -euo pipefail
arch=$1 out=$2
here=$(cd "$(dirname "$0")" && pwd) top=$(dirname "$here")
: "${VERSION:?}" "${SOURCE_DATE_EPOCH:?}"

rm -rf "$out"
mkdir -p "$out"/{bin,etc,unit,man,doc,deb,rpm,scripts}
out=$(cd "$out" && pwd)
"$here/build.sh" "$arch" "$out/bin"

cp "$here/einlass.yaml" "$out/etc/"
# The packages' programs are not in /usr/local, which is the administrator's.
sed 's|/usr/local/bin/|/usr/bin/|; /goes to \/etc\/systemd/d' "$top/configs/einlass.service" >"$out/unit/einlass.service"
cp "$top/configs/einlass.socket" "$out/unit/"
cp "$here/sysusers.conf" "$out/unit/"
cp "$here"/scripts/* "$out/scripts/"
for page in "$top"/man/*.1; do gzip -9nc "$page" >"$out/man/${page##*/}.gz"; done

cp "$top/configs/reference.yaml" "$top/README.md" "$out/doc/"
mkdir "$out/doc/docs" # README.md names them so
cp "$top"/docs/*.md "$out/doc/docs/"
cp -r "$top/docs/de" "$out/doc/docs/"
cp -r "$top/configs/fronts" "$top/configs/prometheus" "$top/configs/grafana" "$out/doc/"
"$here/sbom.sh" "$out/bin" "$out/doc/sbom"
"$here/notices.sh" "$out/bin" | gzip -9n >"$out/doc/NOTICES.gz"
cp "$here/copyright" "$out/deb/"
cp "$here/lintian-overrides" "$out/deb/lintian"
gzip -9nc >"$out/deb/changelog.gz" <<END
einlass ($VERSION) unstable; urgency=medium

  * What changed: https://github.com/einlass/einlass/blob/main/CHANGELOG.md

 -- The Einlass authors <einlass@einlass.example>  $(LC_ALL=C date -u -R -d "@$SOURCE_DATE_EPOCH")
END
cp "$top/LICENSE" "$out/rpm/"
find "$out" -exec touch -hd "@$SOURCE_DATE_EPOCH" {} +
