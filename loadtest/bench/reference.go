package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/einlass/einlass/loadtest/launch"
)

// serveReference runs a bare fasthttp server: "answer ADDR FILE" sends the response in FILE, "proxy ADDR BACKEND"
// forwards with a HostClient, "backend ADDR BYTES" is the site behind.
func serveReference(args []string) {
	var handler fasthttp.RequestHandler
	switch args[0] {
	case "answer":
		handler = answerer(args[2])
	case "proxy":
		client := &fasthttp.HostClient{
			Addr: args[2], MaxConns: 1024, NoDefaultUserAgentHeader: true,
			DisableHeaderNamesNormalizing: true, DisablePathNormalizing: true,
		}
		handler = func(ctx *fasthttp.RequestCtx) {
			if err := client.Do(&ctx.Request, &ctx.Response); err != nil {
				ctx.Error(err.Error(), 502)
			}
		}
	case "backend":
		n, _ := strconv.Atoi(args[2])
		body := bytes.Repeat([]byte("x"), n)
		handler = func(ctx *fasthttp.RequestCtx) {
			ctx.SetContentType("text/html; charset=utf-8")
			ctx.SetBody(body)
		}
	}
	s := &fasthttp.Server{Handler: handler, NoDefaultServerHeader: true, NoDefaultDate: true, NoDefaultContentType: true}
	if err := s.ListenAndServe(args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// answerer sends one captured response, header for header and byte for byte.
func answerer(file string) fasthttp.RequestHandler {
	data, err := os.ReadFile(file)
	if err != nil {
		panic(err)
	}
	head, body, _ := bytes.Cut(data, []byte("\r\n\r\n"))
	type field struct{ name, value string }
	var fields []field
	for _, line := range bytes.Split(head, []byte("\r\n"))[1:] {
		name, value, _ := bytes.Cut(line, []byte(": "))
		if string(name) != "Content-Length" {
			fields = append(fields, field{string(name), string(value)})
		}
	}
	return func(ctx *fasthttp.RequestCtx) {
		for _, f := range fields {
			ctx.Response.Header.Add(f.name, f.value)
		}
		ctx.SetBody(body)
	}
}

// capture fetches one response as raw bytes, for the reference to send the same.
func (b *bench) capture(addr, request string) (string, error) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return "", err
	}
	defer func() { _ = c.Close() }()
	_ = c.SetDeadline(time.Now().Add(5 * time.Second))
	if _, err := io.WriteString(c, request); err != nil {
		return "", err
	}
	data, err := io.ReadAll(c)
	if err != nil {
		return "", err
	}
	data = bytes.Replace(data, []byte("Connection: close\r\n"), nil, 1)
	if !bytes.HasPrefix(data, []byte("HTTP/1.1 200")) {
		return "", fmt.Errorf("unexpected answer %q: %s", data[:min(len(data), 200)], http.StatusText(200))
	}
	return b.write("answer", string(data))
}

// reference starts a bare server that sends a captured answer.
func (b *bench) reference(file string) (*process, error) {
	addr, err := launch.FreeAddr()
	if err != nil {
		return nil, err
	}
	return b.start(addr, b.self, "serve", "answer", addr, file)
}
