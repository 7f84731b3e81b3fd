#!/usr/bin/env bash
# The version of packages, from what git says of the checkout (or $1): v1.2.3 is 1.2.3, four commits later it is 1.2.3+4.gabcdef0, which
# dpkg and rpm take for newer, and without a tag it is older than every release.
set -euo pipefail
told=${1:-$(git describe --tags --always --dirty --match 'v[0-9]*')}
told=${told#v}
dirty=
case $told in *-dirty) told=${told%-dirty} dirty=.dirty ;; esac
case $told in
  *-*-g*) hash=${told##*-} rest=${told%-*} told=${rest%-*}+${rest##*-}.$hash ;;
  *.*.*) ;;
  *) told=0.0.0~0.$(git show -s --format=%cd --date=format:%Y%m%d%H%M%S "$told").g$told ;;
esac
# A pre-release is older than its release.
case $told in *-*) told=${told/-/\~} ;; esac
echo "$told$dirty"
