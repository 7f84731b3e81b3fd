#!/bin/sh
set -e

if [ "$1" = configure ]; then
	systemd-sysusers /usr/lib/sysusers.d/einlass.conf
	# At the first installation only: afterwards this mode is the administrator's.
	if [ -z "$2" ]; then
		chgrp einlass /etc/einlass/einlass.yaml
		chmod 640 /etc/einlass/einlass.yaml
	fi
	# The directory may be new again: removing the package takes it away when it is empty.
	if [ "$(stat -c %G:%a /etc/einlass/tls)" = root:755 ]; then
		chgrp einlass /etc/einlass/tls
		chmod 750 /etc/einlass/tls
	fi
fi

case "$1" in
configure | abort-upgrade | abort-deconfigure | abort-remove)
	# The gateway is not enabled: it has no site yet.
	deb-systemd-helper update-state einlass.socket einlass.service >/dev/null || true
	if [ -d /run/systemd/system ]; then
		systemctl --system daemon-reload >/dev/null || true
		# The gateway that runs hands over to the new program, and visitors notice nothing. One that cannot is restarted.
		if [ -n "$2" ] && systemctl --quiet is-active einlass.service; then
			(cd /var/lib/einlass && gateway upgrade -c /etc/einlass/einlass.yaml) || deb-systemd-invoke try-restart einlass.service || true
		fi
	fi
	;;
esac
