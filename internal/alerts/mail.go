package alerts

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/smtp"
	"strings"
	"time"
)

// mailTimeout bounds the whole conversation with a mail server.
const mailTimeout = 30 * time.Second

// MailConfig is where mail goes.
type MailConfig struct {
	// Server is host:port. Mail is only sent over TLS: at port 465 from the first byte, else by STARTTLS, unless the server is on this
	// machine.
	Server string
	// User and Password prove who sends; without a user nobody does.
	User, Password string
	From           string
	To             []string
	// German: the mail is in German, else in English.
	German bool
	// Gateway names this process.
	Gateway string
	// TLS is the configuration of the client; nil: the system's authorities.
	TLS *tls.Config
	// Now is the clock of the Date field; nil: time.Now.
	Now func() time.Time
}

// Mail tells by mail.
type Mail struct{ cfg MailConfig }

// NewMail makes one.
func NewMail(cfg MailConfig) (*Mail, error) {
	if _, _, err := net.SplitHostPort(cfg.Server); err != nil || cfg.From == "" || len(cfg.To) == 0 {
		return nil, errors.New("mail: a server as host:port, from and to are required")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Mail{cfg: cfg}, nil
}

// Name implements Way.
func (*Mail) Name() string { return "mail" }

// Send implements Way (RFC 5321, RFC 3207).
func (m *Mail) Send(ctx context.Context, c Change) error {
	ctx, cancel := context.WithTimeout(ctx, mailTimeout)
	defer cancel()
	client, err := m.dial(ctx)
	if err != nil {
		return fmt.Errorf("mail server: %w", err)
	}
	defer func() { _ = client.Close() }() // after Quit it is closed already
	if err := m.converse(client, m.text(c)); err != nil {
		return fmt.Errorf("mail server: %w", err)
	}
	return nil
}

// dial connects and makes the connection secret.
func (m *Mail) dial(ctx context.Context) (*smtp.Client, error) {
	host, port, _ := net.SplitHostPort(m.cfg.Server)
	conf := m.cfg.TLS.Clone()
	if conf == nil {
		conf = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	conf.ServerName = host
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", m.cfg.Server)
	if err != nil {
		return nil, err
	}
	until, _ := ctx.Deadline()
	if err := conn.SetDeadline(until); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	if port == "465" {
		conn = tls.Client(conn, conf)
	}
	client, err := smtp.NewClient(conn, host)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	if port == "465" {
		return client, nil
	}
	if ok, _ := client.Extension("STARTTLS"); ok {
		err = client.StartTLS(conf)
	} else if !local(host) {
		err = errors.New("it offers no STARTTLS, and is not on this machine")
	}
	if err != nil {
		return nil, errors.Join(err, client.Close())
	}
	return client, nil
}

func local(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// converse hands one mail over.
func (m *Mail) converse(client *smtp.Client, text []byte) error {
	host, _, _ := net.SplitHostPort(m.cfg.Server)
	if m.cfg.User != "" {
		if err := client.Auth(smtp.PlainAuth("", m.cfg.User, m.cfg.Password, host)); err != nil {
			return err
		}
	}
	if err := client.Mail(m.cfg.From); err != nil {
		return err
	}
	for _, to := range m.cfg.To {
		if err := client.Rcpt(to); err != nil {
			return err
		}
	}
	body, err := client.Data()
	if err != nil {
		return err
	}
	if _, err := body.Write(text); err != nil {
		return errors.Join(err, body.Close())
	}
	if err := body.Close(); err != nil {
		return err
	}
	return client.Quit()
}

// text is the mail (RFC 5322), quoted-printable.
func (m *Mail) text(c Change) []byte {
	began, ended, at, do := "Now", "Over", "Gateway", "What to do"
	if m.cfg.German {
		began, ended, at, do = "Jetzt", "Vorbei", "Gateway", "Zu tun"
	}
	var body strings.Builder
	say := func(word string, all []Alert, whole bool) {
		for i := range all {
			a := &all[i]
			words := m.words(a)
			fmt.Fprintf(&body, "%s: %s%s\r\n", word, room(a), words.What)
			if whole {
				fmt.Fprintf(&body, "%s: %s\r\n", do, words.Do)
			}
			body.WriteString("\r\n")
		}
	}
	say(began, c.Began, true)
	say(ended, c.Ended, false)
	fmt.Fprintf(&body, "%s: %s\r\n", at, m.cfg.Gateway)

	var out bytes.Buffer
	subject := m.subject(c, ended)
	fmt.Fprintf(&out, "From: %s\r\nTo: %s\r\nSubject: %s\r\nDate: %s\r\n", m.cfg.From, strings.Join(m.cfg.To, ", "),
		mime.QEncoding.Encode("utf-8", subject), m.cfg.Now().Format(time.RFC1123Z))
	out.WriteString("Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n")
	quoted := quotedprintable.NewWriter(&out)
	_, _ = quoted.Write([]byte(body.String())) // a buffer takes everything
	_ = quoted.Close()
	return out.Bytes()
}

// subject is the first thing that began, or ended.
func (m *Mail) subject(c Change, ended string) string {
	if len(c.Began) > 0 {
		a := &c.Began[0]
		return "Einlass: " + room(a) + m.words(a).What
	}
	a := &c.Ended[0]
	return "Einlass: " + ended + ": " + room(a) + m.words(a).What
}

func (m *Mail) words(a *Alert) Words {
	if m.cfg.German {
		return a.De
	}
	return a.En
}

func room(a *Alert) string {
	if a.Room == "" {
		return ""
	}
	return a.Room + ": "
}
