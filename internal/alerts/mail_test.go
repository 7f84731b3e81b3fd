package alerts

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/http/httptest"
	"net/mail"
	"strings"
	"testing"
	"time"
)

// post is a mail server of one conversation.
type post struct {
	listener net.Listener
	starttls *tls.Config // nil: not offered
	lines    []string
	data     string
	secret   bool
	done     chan struct{}
}

func newPost(t *testing.T, conf *tls.Config) *post {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &post{listener: l, starttls: conf, done: make(chan struct{})}
	go p.serve()
	t.Cleanup(func() { _ = l.Close(); <-p.done })
	return p
}

func (p *post) serve() {
	defer close(p.done)
	conn, err := p.listener.Accept()
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()
	in := bufio.NewReader(conn)
	say := func(line string) { _, _ = io.WriteString(conn, line+"\r\n") }
	say("220 post ESMTP")
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimSpace(line)
		p.lines = append(p.lines, line)
		switch verb, _, _ := strings.Cut(line, " "); verb {
		case "EHLO":
			if p.starttls != nil && !p.secret {
				say("250-post\r\n250 STARTTLS")
			} else {
				say("250-post\r\n250 AUTH PLAIN")
			}
		case "STARTTLS":
			say("220 go")
			conn = tls.Server(conn, p.starttls)
			in, p.secret = bufio.NewReader(conn), true
		case "AUTH":
			say("235 ok")
		case "DATA":
			say("354 go")
			for {
				l, err := in.ReadString('\n')
				if err != nil || l == ".\r\n" {
					break
				}
				p.data += l
			}
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

func TestMailGoesOverTLSAndIsReadable(t *testing.T) {
	site := httptest.NewTLSServer(nil) // has a certificate for 127.0.0.1
	defer site.Close()
	p := newPost(t, site.TLS)
	roots := x509.NewCertPool()
	roots.AddCert(site.Certificate())
	m, err := NewMail(MailConfig{
		Server: p.listener.Addr().String(), User: "u", Password: "geheim", From: "einlass@stadt.example", To: []string{"it@stadt.example", "amt@stadt.example"},
		German: true, Gateway: "gateway-1", TLS: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, Now: func() time.Time { return time.Unix(1_800_000_000, 0) },
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Send(t.Context(), change()); err != nil {
		t.Fatal(err)
	}
	<-p.done
	if said := strings.Join(p.lines, "\n"); !p.secret || !strings.Contains(said, "RCPT TO:<amt@stadt.example>") || strings.Index(said, "AUTH") < strings.Index(said, "STARTTLS") {
		t.Errorf("secret %v: %s", p.secret, said)
	}
	got, err := mail.ReadMessage(strings.NewReader(p.data))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject"))
	if err != nil || subject != "Einlass: termine: Er ist weg – plötzlich." {
		t.Errorf("subject %q, %v", subject, err)
	}
	body, err := io.ReadAll(quotedprintable.NewReader(got.Body))
	want := "Jetzt: termine: Er ist weg – plötzlich.\r\nZu tun: Prüfen.\r\n\r\nVorbei: Es fiel.\r\n\r\nGateway: gateway-1\r\n"
	if err != nil || string(body) != want {
		t.Errorf("body %q, %v", body, err)
	}
}

func TestNoPasswordGoesToAServerThatIsAnother(t *testing.T) {
	site := httptest.NewTLSServer(nil)
	defer site.Close()
	p := newPost(t, site.TLS)
	m, err := NewMail(MailConfig{Server: p.listener.Addr().String(), User: "u", Password: "geheim", From: "a@x.example", To: []string{"b@x.example"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Send(t.Context(), change()); err == nil || strings.Contains(strings.Join(p.lines, ""), "AUTH") {
		t.Errorf("an unknown certificate: %v, %q", err, p.lines)
	}
}

func TestMailWantsAllOfItsConfiguration(t *testing.T) {
	for _, cfg := range []MailConfig{{}, {Server: "post", From: "a", To: []string{"b"}}, {Server: "post:25", To: []string{"b"}}, {Server: "post:25", From: "a"}} {
		if _, err := NewMail(cfg); err == nil {
			t.Errorf("%+v is taken", cfg)
		}
	}
}
