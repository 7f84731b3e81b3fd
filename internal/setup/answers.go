package setup

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/staff"
)

// Answers are what only the operator knows.
type Answers struct {
	// Site is where the gateway reaches the site, with the path of the page that visitors come to.
	Site *url.URL
	// Names are the hosts that visitors type, at least one, in the form of rooms[].hosts.
	Names []string
	Hours Hours
	Proxy Proxy
	// Admin is the name of the first login.
	Admin string
}

// question is one of the five. Its flag is its name.
type question struct {
	flag, text, why, fallback string
	read                      func(a *Answers, text string, now time.Time) error
}

// questions are the five, in the order in which they are asked.
func questions() []question {
	return []question{
		{
			"site", "Where does the gateway reach the booking site?",
			"The gateway stands in front and hands on to this address: http://host:port or https://host. Visitors must not reach it past the gateway.",
			"http://127.0.0.1:8000", (*Answers).readSite,
		},
		{
			"name", "Which name do visitors type?",
			"The room answers to it: termine.example.org. Several are separated by commas, the first is the main one.",
			"", (*Answers).readNames,
		},
		{
			"hours", "When are people let in?",
			"Outside of these hours nobody takes a place: always, tuesday 08:00-12:00, mon-fri 8:00-16:00, 2026-12-07 08:00; several by ;.",
			"always", func(a *Answers, text string, now time.Time) (err error) {
				a.Hours, err = ParseHours(text, now)
				return err
			},
		},
		{
			"proxy", "Which proxy stands in front of the gateway?",
			"Only its word counts for where somebody comes from: none, nginx, haproxy, caddy, apache (on this machine), or a balancer's address.",
			"nginx", func(a *Answers, text string, _ time.Time) (err error) {
				a.Proxy, err = ParseProxy(text)
				return err
			},
		},
		{
			"admin", "What is the login of the first administrator?",
			"It stands in the record of what is done, so take the task, not the person: it-amt.",
			"admin", func(a *Answers, text string, _ time.Time) error {
				a.Admin = text
				return staff.CheckName(text)
			},
		},
	}
}

// Flags are the names of the answers on a command line, each with what it is for.
func Flags() (all [][2]string) {
	for _, q := range questions() {
		all = append(all, [2]string{q.flag, strings.TrimSuffix(strings.ToLower(q.text[:1])+q.text[1:], "?")})
	}
	return all
}

// Read takes answers by the names of their flags. The error joins all that is missing or wrong.
func Read(given map[string]string, now time.Time) (*Answers, error) {
	var a Answers
	var errs []error
	for _, q := range questions() {
		text, ok := given[q.flag]
		if !ok {
			errs = append(errs, fmt.Errorf("--%s is missing, and nobody is there to ask: %s", q.flag, q.text))
			continue
		}
		if err := q.read(&a, strings.TrimSpace(text), now); err != nil {
			errs = append(errs, fmt.Errorf("--%s: %w", q.flag, err))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return &a, nil
}

func (a *Answers) readSite(text string, now time.Time) error {
	const want = "want http://10.0.0.5:8080 or https://termine.example.org"
	u, err := url.Parse(text)
	switch {
	case text == "":
		return errors.New("is empty; " + want)
	case !strings.Contains(text, "://"):
		if new(Answers).readSite("http://"+text, now) != nil {
			return fmt.Errorf("%q is no address of a site; %s", text, want)
		}
		return fmt.Errorf("%q does not say http:// or https://; is it http://%s?", text, text)
	case err != nil, u.Host == "", u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("%q is no address of a site; %s", text, want)
	case u.User != nil:
		return errors.New("has a user name or password; " + want)
	case u.RawQuery != "" || u.Fragment != "":
		return fmt.Errorf("%q has a query or fragment; want the page that visitors come to, without", text)
	}
	if u.Path == "/" {
		u.Path = ""
	}
	if _, err := config.ParseAddress(u.Scheme + "://" + u.Host); err != nil {
		return fmt.Errorf("%q %w", text, err)
	}
	a.Site = u
	return nil
}

func (a *Answers) readNames(text string, _ time.Time) error {
	a.Names = nil
	for name := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ',' || r == ';' || r == ' ' }) {
		if u, err := url.Parse(name); err == nil && u.Host != "" && strings.Trim(u.Path, "/") == "" && u.Port() == "" {
			name = u.Host // pasted from a browser
		}
		host, err := config.HostName(strings.TrimRight(name, "."))
		if err != nil {
			return err
		}
		if strings.HasPrefix(host, "*") {
			return fmt.Errorf("%q stands for many names; want each of them, by commas", name)
		}
		if !slices.Contains(a.Names, host) {
			a.Names = append(a.Names, host)
		}
	}
	if len(a.Names) == 0 {
		return errors.New("is empty; want the name that visitors type, termine.example.org")
	}
	return nil
}

// Room is the id of the room, from the first name: termine of termine.example.org, stadt of www.stadt.example.
func (a *Answers) Room() string {
	for label := range strings.SplitSeq(a.Names[0], ".") {
		label = strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' {
				return r
			}
			return -1
		}, label)
		label = strings.Trim(label[:min(len(label), 32)], "-")
		if label != "" && label != "www" && strings.Trim(label, "0123456789") != "" {
			return label
		}
	}
	return "termine"
}

// Loops reports whether the gateway would ask itself: the site is named as visitors name it, and that name will lead to the gateway.
func (a *Answers) Loops() bool { return slices.Contains(a.Names, strings.ToLower(a.Site.Hostname())) }
