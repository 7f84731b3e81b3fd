// Package tlscert provides the certificate of the TLS listener: from files, read anew when they change ([Files]), or from
// a certificate authority by ACME ([ACME], RFC 8555). Each offers a *tls.Config that always serves the newest certificate:
// TLS 1.2 and up, HTTP/1.1.
//
// A certificate that cannot be read or renewed never replaces one that works. The package knows no server: cmd/gateway
// connects ACME's HTTP challenge to the public listener through internal/httpx. Of this module it imports internal/config.
package tlscert
