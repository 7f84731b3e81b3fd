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
	# The gateway that runs hands over to the new program, and visitors notice nothing. One that cannot is restarted.
	if [ "$1" != 1 ] && systemctl --quiet is-active einlass.service; then
		(cd /var/lib/einlass && gateway upgrade -c /etc/einlass/einlass.yaml) || systemctl try-restart einlass.service || :
	fi
fi
