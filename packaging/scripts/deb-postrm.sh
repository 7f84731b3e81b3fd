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
	rm -rf /etc/einlass /var/lib/einlass /run/einlass
	if getent passwd einlass >/dev/null; then
		userdel einlass || true
	fi
	if getent group einlass >/dev/null; then
		groupdel einlass || true
	fi
fi
