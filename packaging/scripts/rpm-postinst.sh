#!/bin/sh
# $1: how many of this package are installed afterwards.
systemd-sysusers /usr/lib/sysusers.d/einlass.conf
if [ "$1" = 1 ]; then
	chgrp einlass /etc/einlass/tls /etc/einlass/einlass.yaml
	chmod 750 /etc/einlass/tls
	chmod 640 /etc/einlass/einlass.yaml
fi
if [ -d /run/systemd/system ]; then
	systemctl --system daemon-reload >/dev/null 2>&1 || :
	[ "$1" = 1 ] || systemctl try-restart einlass.service >/dev/null 2>&1 || :
fi
