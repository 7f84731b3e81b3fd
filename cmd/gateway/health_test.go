package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/einlass/einlass/internal/tlscert/certtest"
)

// A load balancer asks without TLS and without a name, also where visitors are sent to https.
func TestHealthIsAnsweredWithoutTLSWhereTheRestIsRedirected(t *testing.T) {
	cert := certtest.NewFiles(t, "a.example")
	r := run(t, &plan{
		https: "127.0.0.1:0", head: fmt.Sprintf("tls: {cert_file: %q, key_file: %q}\n", cert.Cert, cert.Key),
		rooms: []planned{{"a", newSite(t).backend(), quick}},
	})
	until(t, "the room to hear of its store", func() bool { return r.ready(t.Context()) == nil })
	for _, tt := range []struct{ head, status, body string }{
		{"GET /.einlass/readyz HTTP/1.0\r\n\r\n", "200 OK", "ready\n"},
		{"GET /.einlass/readyz HTTP/1.1\r\nHost: einlass-0\r\nConnection: close\r\n\r\n", "200 OK", "ready\n"},
		{"GET / HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n", "308 Permanent Redirect", ""},
	} {
		status, body := exchange(t, r.public[0].Addr().String(), tt.head)
		if status != tt.status || body != tt.body {
			t.Errorf("%q is answered %q %q", tt.head, status, body)
		}
	}
}

// exchange sends a request and reads its answer up to the end of the connection.
func exchange(t *testing.T, addr, request string) (status, body string) {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	all, err := io.ReadAll(bufio.NewReader(c))
	if err != nil {
		t.Fatal(err)
	}
	head, body, _ := strings.Cut(string(all), "\r\n\r\n")
	line, _, _ := strings.Cut(head, "\r\n")
	_, status, _ = strings.Cut(line, " ")
	return status, body
}
