#!/bin/sh
# $1: how many of this package are installed afterwards.
if [ "$1" = 0 ] && [ -d /run/systemd/system ]; then
	systemctl --no-reload disable --now einlass.socket einlass.service >/dev/null 2>&1 || :
fi
