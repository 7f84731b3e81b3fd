#!/usr/bin/env bash
# Builds the programs of a release: build.sh ARCH DIRECTORY. Static, without paths of this machine, and with the version of VERSION, so that
# the same commit and the same Go give the same bytes.
set -euo pipefail
arch=$1 out=$2
: "${VERSION:?}"
mkdir -p "$out"
out=$(cd "$out" && pwd)
cd "$(dirname "$0")/.."
# GOFLAGS of the machine would get into what is built; pgo=auto reads the profile of the gateway.
CGO_ENABLED=0 GOOS=linux GOARCH=$arch GOFLAGS=-mod=readonly GOAMD64=v1 GOARM64=v8.0 GOWORK=off \
  ${GO:-go} build -trimpath -buildvcs=false -pgo=auto -ldflags "-s -w -buildid= -X github.com/einlass/einlass/internal/buildinfo.linked=$VERSION" \
  -o "$out/" ./cmd/gateway ./cmd/admin
