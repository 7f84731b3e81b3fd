#!/bin/sh
set -e

if [ -d /run/systemd/system ]; then
	systemctl --system daemon-reload >/dev/null || true
fi
if [ "$1" = purge ]; then
	if command -v deb-systemd-helper >/dev/null; then
		deb-systemd-helper purge einlass.socket einlass.service >/dev/null || true
	fi
	# Configuration, certificates, line, keys and record: what purge is asked for.
	for dir in /etc/einlass /var/lib/einlass /run/einlass; do
		# A file system of its own is emptied and stays; another one below is not this package's.
		rm -rf --one-file-system "$dir" || echo "$dir stays: a file system is mounted there" >&2
	done
	if getent passwd einlass >/dev/null; then
		userdel einlass || true
	fi
	if getent group einlass >/dev/null; then
		groupdel einlass || true
	fi
fi
