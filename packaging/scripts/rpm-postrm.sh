#!/bin/sh
# $1: how many of this package are installed afterwards.
if [ -d /run/systemd/system ]; then
	systemctl --system daemon-reload >/dev/null 2>&1 || :
fi
