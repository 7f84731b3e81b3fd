package adminclient

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/einlass/einlass/internal/adminapi"
	"github.com/einlass/einlass/internal/operator"
)

func codesOf(id string) string { return "/v1/rooms/" + url.PathEscape(id) + "/codes" }

// Codes gives the batches of a room.
func (c *Client) Codes(ctx context.Context, id string) (operator.CodesInfo, error) {
	return c.batches(ctx, "list codes", http.MethodGet, id, codesOf(id), nil)
}

// RevokeCodes withdraws codes, and gives the batches that changed.
func (c *Client) RevokeCodes(ctx context.Context, id string, asked operator.CodesRevoked) (operator.CodesInfo, error) {
	return c.batches(ctx, "revoke codes", http.MethodPost, id, codesOf(id)+"/revoke", asked)
}

// RestoreCodes puts batches back that were lost, and gives all that there are.
func (c *Client) RestoreCodes(ctx context.Context, id string, asked operator.CodesRestored) (operator.CodesInfo, error) {
	return c.batches(ctx, "restore codes", http.MethodPost, id, codesOf(id)+"/restore", asked)
}

// RemoveCodes takes a batch away that counts no more.
func (c *Client) RemoveCodes(ctx context.Context, id string, asked operator.CodesRemoved) error {
	path := codesOf(id) + "/" + strconv.Itoa(int(asked.Batch))
	if asked.Reason != "" {
		path += "?" + url.Values{"reason": {asked.Reason}}.Encode()
	}
	_, err := c.batches(ctx, "remove codes", http.MethodDelete, id, path, nil)
	return err
}

func (c *Client) batches(ctx context.Context, what, method, id, path string, asked any) (info operator.CodesInfo, err error) {
	err = c.ask(ctx, method, path, id, "codes", asked, &info)
	if err == nil && info.ID != id {
		err = notAPI("asked about room %q, it answers about %q", id, info.ID)
	}
	if err != nil {
		return info, fmt.Errorf("%s: %w", what, err)
	}
	return info, nil
}

// Invite makes an invitation.
func (c *Client) Invite(ctx context.Context, id string, asked operator.InviteAsked) (invited operator.Invited, err error) {
	err = c.ask(ctx, http.MethodPost, "/v1/rooms/"+url.PathEscape(id)+"/invitations", id, "an invitation", asked, &invited)
	if err == nil && (invited.ID != id || invited.Group != asked.Group || invited.Invitation == "") {
		err = notAPI("asked for group %q of room %q, it answers about %q of %q", asked.Group, id, invited.Group, invited.ID)
	}
	if err != nil {
		return invited, fmt.Errorf("invite: %w", err)
	}
	return invited, nil
}

// CodesStream is a batch whose codes come one after the other. Close it.
type CodesStream struct {
	Head adminapi.CodesHead
	next uint32
	body io.ReadCloser
	read *bufio.Reader
	idle *time.Timer
	wait time.Duration
	// ctx ends with errIdle when nothing has come for as long as wait.
	ctx context.Context //nolint:containedctx // the stream is one request
	end context.CancelCauseFunc
}

var errIdle = errors.New("nothing came for too long")

// MakeCodes makes a batch.
func (c *Client) MakeCodes(ctx context.Context, id string, asked operator.CodesAsked) (*CodesStream, error) {
	s, err := c.stream(ctx, codesOf(id), id, asked)
	if err != nil {
		return nil, fmt.Errorf("make codes: %w", err)
	}
	return s, nil
}

// PrintCodes gives the codes of a batch again.
func (c *Client) PrintCodes(ctx context.Context, id string, asked operator.CodesAgain) (*CodesStream, error) {
	s, err := c.stream(ctx, codesOf(id)+"/print", id, asked)
	if err == nil && (s.Head.Batch.Batch != asked.Batch || s.Head.First != asked.First) {
		err = notAPI("asked for batch %d, it answers with batch %d", asked.Batch, s.Head.Batch.Batch)
		s.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("print codes: %w", err)
	}
	return s, nil
}

// stream asks for codes. The time limit of a request bounds how long nothing comes, not how long they take in all.
func (c *Client) stream(ctx context.Context, path, id string, asked any) (*CodesStream, error) {
	body, err := json.Marshal(asked)
	if err != nil {
		return nil, err
	}
	ctx, end := context.WithCancelCause(ctx)
	s := &CodesStream{wait: c.http.Timeout, ctx: ctx, end: end}
	s.idle = time.AfterFunc(s.wait, func() { end(errIdle) })
	req, err := c.request(ctx, http.MethodPost, path, body)
	if err != nil {
		s.Close()
		return nil, err
	}
	unbounded := *c.http
	unbounded.Timeout = 0
	resp, err := unbounded.Do(req) //nolint:bodyclose // CodesStream.Close does
	if err != nil {
		s.Close()
		return nil, s.broken(err)
	}
	s.body, s.read = resp.Body, bufio.NewReaderSize(resp.Body, 64<<10)
	if err := s.open(resp, id); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// open reads the head of an answer.
func (s *CodesStream) open(resp *http.Response, id string) error {
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if kind != adminapi.LinesType || resp.StatusCode != http.StatusOK || resp.Header.Get(adminapi.MarkField) != adminapi.Mark {
		text, err := io.ReadAll(io.LimitReader(s.read, maxAnswer+1))
		if err != nil {
			return s.broken(err)
		}
		if _, err := read(resp, text); err != nil {
			return err
		}
		return notAPI("type %q, not codes", kind)
	}
	line, err := s.line()
	if err != nil {
		return err
	}
	if err := whole(line, &s.Head); err != nil {
		return notAPI("its head cannot be read: %v", err)
	}
	if of := resp.Header.Get(adminapi.RoomField); of != id || s.Head.ID != id || s.Head.Batch.Batch == 0 || s.Head.First >= s.Head.Batch.Count {
		return notAPI("asked about room %q, it answers with batch %d of %q", id, s.Head.Batch.Batch, of)
	}
	s.next = s.Head.First
	return nil
}

// Next gives the next code; io.EOF: all have come. Any other error: the rest can be had by PrintCodes, from Came on.
func (s *CodesStream) Next() (adminapi.CodeLine, error) {
	text, err := s.line()
	if err != nil {
		return adminapi.CodeLine{}, err
	}
	var line struct {
		adminapi.CodeLine

		Codes *uint32 `json:"codes"`
	}
	if err := whole(text, &line); err != nil {
		return adminapi.CodeLine{}, notAPI("a code cannot be read: %v", err)
	}
	switch {
	case line.Codes != nil && s.next == s.Head.Batch.Count && *line.Codes == s.next-s.Head.First:
		if _, err := s.read.ReadByte(); !errors.Is(err, io.EOF) {
			return adminapi.CodeLine{}, notAPI("there is more behind its codes")
		}
		return adminapi.CodeLine{}, io.EOF
	case line.Codes != nil || line.Serial != s.next || line.Code == "" || s.next >= s.Head.Batch.Count:
		return adminapi.CodeLine{}, notAPI("code %d comes where %d is due", line.Serial, s.next)
	case strings.ContainsFunc(line.Code, unprinted):
		return adminapi.CodeLine{}, notAPI("code %d has a character that no code has", line.Serial)
	}
	s.next++
	return line.CodeLine, nil
}

// unprinted reports whether a code cannot have a character: it stands on paper, in addresses, and in tables without quotes.
func unprinted(r rune) bool {
	return r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
}

// Came is the serial after the last code that came.
func (s *CodesStream) Came() uint32 { return s.next }

// maxLine bounds a line of an answer.
const maxLine = 16 << 10

func (s *CodesStream) line() ([]byte, error) {
	s.idle.Reset(s.wait)
	text, err := s.read.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) || len(text) > maxLine {
		return nil, notAPI("a line is longer than %d bytes", maxLine)
	}
	if err != nil {
		if errors.Is(err, io.EOF) {
			return nil, notAPI("its codes end before their last line")
		}
		return nil, s.broken(err)
	}
	return bytes.TrimSuffix(text, []byte("\n")), nil
}

// broken is why nothing more comes.
func (s *CodesStream) broken(err error) error {
	if cause := context.Cause(s.ctx); errors.Is(cause, errIdle) {
		err = cause
	}
	return unreachable(err)
}

// Close ends the stream.
func (s *CodesStream) Close() {
	s.idle.Stop()
	s.end(nil)
	if s.body != nil {
		_ = s.body.Close() // what comes now is of no use
	}
}
