package main

import (
	"crypto/x509"
	"errors"
	"io/fs"
	"net/http"
	"strings"
	"syscall"
)

// reachBy says what to do about a gateway that cannot be reached; empty: there is nothing to add.
func (a *app) reachBy(err error) string {
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &unknown) && a.trusts != "":
		return "None of the authorities in " + a.trusts + " has signed its certificate: name the file of the one that has, by --ca FILE."
	case errors.As(err, &unknown):
		return "This machine does not know who signed its certificate: name a file with that authority, by --ca FILE or EINLASS_ADMIN_CA."
	case errors.As(err, &name):
		return "Its certificate is for other names: use one of them in the address."
	case errors.As(err, &invalid):
		return "Renew its certificate (admin.tls), or set the clock of this machine."
	case errors.Is(err, http.ErrSchemeMismatch):
		return "It speaks no TLS: the address begins with http://."
	case strings.HasPrefix(a.url, "unix:"):
		return socketBy(err)
	}
	return ""
}

// socketBy says what to do about a socket that cannot be used.
func socketBy(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "There is no such socket: look whether the gateway runs (systemctl status einlass), and whether admin.listen names this path."
	case errors.Is(err, fs.ErrPermission):
		return "This user may not use the socket: be the gateway's user (sudo -u einlass), or in its group."
	case errors.Is(err, syscall.ECONNREFUSED):
		return "Nobody listens at the socket, which an earlier gateway has left: start the gateway (systemctl start einlass)."
	}
	return ""
}
