#!/usr/bin/env bash
# Boots the Debian in the directory $1 with its own systemd as process 1: in namespaces of its own for processes, mounts, names, IPC, network
# and cgroups, from where nothing of this machine is reached. Ends when that systemd does; whoever kills this process kills all of it.
# A chroot alone would not do: systemd sets up the sandbox of a service by mounting, which needs a root that is a mount point.
set -euo pipefail
root=$1
if [ "${2:-}" != inside ]; then
  # A cgroup of its own, whose name ends with the number of this process: whoever kills it removes this, too.
  group=$(findmnt -n -t cgroup2 -o TARGET | head -n 1)$(sed -n 's/^0:://p' /proc/self/cgroup)/einlass-town-$$
  mkdir "$group"
  echo $$ >"$group/cgroup.procs"
  exec unshare --mount --uts --ipc --net --pid --cgroup --fork --kill-child --mount-proc "$0" "$root" inside
fi

mount --make-rprivate /
mount --bind "$root" "$root"
cd "$root"
mount -t proc proc proc
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755,nosuid tmpfs dev
for device in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 tty:5:0; do
  IFS=: read -r name major minor <<<"$device"
  mknod -m 666 "dev/$name" c "$major" "$minor"
done
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs dev/shm
mount -t tmpfs -o mode=755,nosuid,nodev tmpfs run
hostname town
ip link set lo up
mkdir -p .host
pivot_root . .host
umount -l /.host
exec env -i container=einlass PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --log-target=console --show-status=0 </dev/null
