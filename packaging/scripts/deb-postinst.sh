#!/bin/sh
set -e

if [ "$1" = configure ]; then
	systemd-sysusers /usr/lib/sysusers.d/einlass.conf
	# At the first installation only: afterwards these modes are the administrator's.
	if [ -z "$2" ]; then
		chgrp einlass /etc/einlass/tls /etc/einlass/einlass.yaml
		chmod 750 /etc/einlass/tls
		chmod 640 /etc/einlass/einlass.yaml
	fi
fi

case "$1" in
configure | abort-upgrade | abort-deconfigure | abort-remove)
	# The gateway is not enabled: it has no site yet.
	deb-systemd-helper update-state einlass.socket einlass.service >/dev/null || true
	if [ -d /run/systemd/system ]; then
		systemctl --system daemon-reload >/dev/null || true
		if [ -n "$2" ]; then
			deb-systemd-invoke try-restart einlass.service >/dev/null || true
		fi
	fi
	;;
esac
