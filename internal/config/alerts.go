package config

import (
	"net"
	"net/mail"
	"net/url"
	"strconv"
)

// Alerts says how operators are told that they have to do something.
type Alerts struct {
	Webhook Webhook    `yaml:"webhook"`
	Mail    AlertsMail `yaml:"mail"`
}

// Webhook is a service that gets signed requests.
type Webhook struct {
	URL string `yaml:"url"`
	// SecretFile holds the secret that gateway and service share, of at least webhook.MinSecret bytes.
	SecretFile string `yaml:"secret_file"`
}

// AlertsMail is a mail server, and who gets mail.
type AlertsMail struct {
	// Server is host:port; empty: no mail.
	Server       string   `yaml:"server"`
	User         string   `yaml:"user"`
	Password     Secret   `yaml:"password"`
	PasswordFile string   `yaml:"password_file"`
	From         string   `yaml:"from"`
	To           []string `yaml:"to"`
	// Language of the mail: de or en.
	Language string `yaml:"language"`
}

// alerts holds the keys of each way together.
func (ch *checker) alerts(a *Alerts) {
	ch.hook(a.Webhook.URL, a.Webhook.SecretFile, "alerts.webhook")
	ch.mail(&a.Mail)
}

// hook holds the two keys of a signed webhook together, and the address to a URL.
func (ch *checker) hook(to, secretFile, at string) {
	switch {
	case to == "" && secretFile == "":
	case to == "":
		ch.bad(at+".url", "is missing; want the address of the service, or no secret_file")
	case secretFile == "":
		ch.bad(at+".secret_file", "is missing; want the file with the secret of the service")
	}
	if to == "" {
		return
	}
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.Fragment != "" {
		ch.bad(at+".url", "%q is not accepted; want for example https://sms.example.org/hook", to)
	}
}

func (ch *checker) mail(m *AlertsMail) {
	const at = "alerts.mail."
	if m.Language != "de" && m.Language != "en" {
		ch.bad(at+"language", "%q is not accepted; want de or en", m.Language)
	}
	if m.Server == "" {
		if m.User != "" || m.Password != "" || m.PasswordFile != "" || m.From != "" || len(m.To) > 0 {
			ch.bad(at+"server", "is missing; want host:port of the mail server")
		}
		return
	}
	host, port, err := net.SplitHostPort(m.Server)
	if n, bad := strconv.ParseUint(port, 10, 16); err != nil || bad != nil || host == "" || n == 0 {
		ch.bad(at+"server", "%q is not accepted; want host:port, for example mail.example.org:587", m.Server)
	}
	if (m.User == "") != (m.Password == "") {
		ch.bad(at+"user", "user and password belong together; want both or neither")
	}
	ch.mailbox(at+"from", m.From)
	if len(m.To) == 0 {
		ch.bad(at+"to", "is missing; want at least one mail address")
	}
	for i, to := range m.To {
		ch.mailbox(at+"to["+strconv.Itoa(i)+"]", to)
	}
}

// mailbox wants a plain address: it goes into the head of a mail as it is.
func (ch *checker) mailbox(path, text string) {
	a, err := mail.ParseAddress(text)
	if err != nil || a.Address != text {
		ch.bad(path, "%q is not accepted; want a plain mail address as it@example.org", text)
	}
}
