#!/usr/bin/env bash
# Starts the gateway of the unpacked image $1 as a container engine would: its own root, read-only, the user of the image, no rights, and a
# network of its own. $2 is the configuration. Prints what /.einlass/readyz answers, and whether the root could be written.
set -euo pipefail
PATH=$PATH:/usr/sbin:/sbin
root=$1 config=$2
[ "${3:-}" = inside ] || exec unshare --mount --net --pid --fork --kill-child "$0" "$root" "$config" inside

mount --make-rprivate /
ip link set lo up
mount --bind "$root" "$root"
mkdir -p "$root/proc"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=700,uid=65532,gid=65532 tmpfs "$root/var/lib/einlass"
touch "$root/etc/einlass/einlass.yaml"
mount --bind "$config" "$root/etc/einlass/einlass.yaml"
mount -o remount,bind,ro "$root"
touch "$root/written" 2>/dev/null && echo writable
(cd / && exec env -i PATH=/usr/bin "$(command -v chroot)" --userspec=65532:65532 --groups= "$root" /usr/bin/gateway serve -c /etc/einlass/einlass.yaml) &
gateway=$!
until curl -sf --max-time 10 http://127.0.0.1:8080/.einlass/readyz; do kill -0 "$gateway"; read -rt 0.1 <> <(:) || true; done
echo
grep -E '^(Uid|CapEff):' "$root/proc/$gateway/status" | tr -s '\t ' ' '
kill "$gateway"
wait "$gateway"
echo stopped
