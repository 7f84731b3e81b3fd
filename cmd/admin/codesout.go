package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/einlass/einlass/internal/adminapi"
)

// codeWriter writes codes as a table (RFC 4180), or as lines of JSON for programs. Neither codes nor links have a sign that would be
// quoted.
func (a *app) codeWriter(out io.Writer, link string, names bool) (func(adminapi.CodeLine) error, error) {
	withLink := func(string) (string, error) { return "", nil }
	if link != "" {
		withLink = func(code string) (string, error) { return doorLink(link, "code", code) }
	}
	if a.json {
		enc := json.NewEncoder(out)
		enc.SetEscapeHTML(false)
		return func(line adminapi.CodeLine) error {
			to, err := withLink(line.Code)
			if err != nil {
				return err
			}
			return enc.Encode(struct {
				adminapi.CodeLine

				Link string `json:"link,omitempty"`
			}{line, to})
		}, nil
	}
	row := func(serial, code, to string) error {
		text := serial + "," + code
		if link != "" {
			text += "," + to
		}
		_, err := io.WriteString(out, text+"\r\n")
		return err
	}
	if names {
		if err := row("serial", "code", "link"); err != nil {
			return nil, err
		}
	}
	return func(line adminapi.CodeLine) error {
		to, err := withLink(line.Code)
		if err != nil {
			return err
		}
		return row(strconv.FormatUint(uint64(line.Serial), 10), line.Code, to)
	}, nil
}

// doorPath is that of the door among the own URLs of a gateway with the default prefix.
const doorPath = "/.einlass/door"

// doorLink is a link to the door that carries a code or an invitation.
func doorLink(address, what, value string) (string, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return "", usage(fmt.Errorf("--link %q: want https://host", clean(address)))
	}
	if strings.Trim(u.Path, "/") == "" {
		u.Path = doorPath
	}
	u.RawQuery = url.Values{what: {value}}.Encode()
	return u.String(), nil
}

// free refuses a file that is there: codes that were printed are not overwritten.
func free(file string) error {
	if file == "" {
		return nil
	}
	_, err := os.Lstat(file)
	switch {
	case err == nil:
		return usage(fmt.Errorf("--out %s: it exists already", file))
	case !errors.Is(err, fs.ErrNotExist):
		return usage(fmt.Errorf("--out: %w", err))
	}
	if dir, err := os.Stat(filepath.Dir(file)); err != nil || !dir.IsDir() {
		return usage(fmt.Errorf("--out %s: there is no such directory", file))
	}
	return nil
}

// whole writes a file that gets its name when all is in it, and that only its owner may read; without a name it writes to out.
func whole(file string, out io.Writer, write func(io.Writer) error) (err error) {
	if file == "" {
		buffered := bufio.NewWriterSize(out, 64<<10)
		return errors.Join(write(buffered), buffered.Flush())
	}
	part, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+".*") // mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, part.Close(), os.Remove(part.Name()))
		}
	}()
	buffered := bufio.NewWriterSize(part, 64<<10)
	if err := errors.Join(write(buffered), buffered.Flush(), part.Sync()); err != nil {
		return err
	}
	if err := os.Rename(part.Name(), file); err != nil {
		return err
	}
	return part.Close()
}

// moment reads a time as people write it, in a zone. A day is its beginning, or its end.
func moment(flag, text, zone string, end bool) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	loc, err := time.LoadLocation(zone)
	if err != nil {
		return time.Time{}, fmt.Errorf("the zone of the room's schedule: %w", err)
	}
	if t, err := time.ParseInLocation("2006-01-02 15:04", text, loc); err == nil {
		return t, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, text, loc)
	if err != nil {
		return time.Time{}, usage(fmt.Errorf("%s %q: want a day as 2026-12-24, a time as \"2026-12-24 08:00\", or one with its offset (RFC 3339)", flag, clean(text)))
	}
	if end {
		t = t.AddDate(0, 0, 1)
	}
	return t, nil
}
