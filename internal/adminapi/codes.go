package adminapi

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/operator"
)

const (
	// LinesType is the media type of codes as lines of JSON: first a CodesHead, then a CodeLine each, at last a CodesEnd.
	LinesType = "application/jsonl"
	// CodesCSVType is that of codes as a table (RFC 4180), with a line of names: serial, code.
	CodesCSVType = "text/csv"
	// BatchField names, in an answer that is a table, the batch that the codes are of.
	BatchField = "Einlass-Batch"
)

// CodesHead is the first line of codes: the batch, and the serial that they begin with.
type CodesHead struct {
	ID    string             `json:"id"`
	Batch operator.CodeBatch `json:"batch"`
	First uint32             `json:"first"`
}

// CodeLine is one code.
type CodeLine struct {
	Serial uint32 `json:"serial"`
	Code   string `json:"code"`
}

// CodesEnd is the last line: how many there were. Without it something is missing.
type CodesEnd struct {
	Codes uint32 `json:"codes"`
}

// codesAtOnce is how many codes are written before the deadline of the connection is moved.
const codesAtOnce = 4096

func (s *Server) listCodes(w http.ResponseWriter, r *http.Request) {
	info, err := s.operators.Codes(r.Context(), r.PathValue("id"))
	s.answerCodes(w, info, err)
}

func (s *Server) answerCodes(w http.ResponseWriter, info operator.CodesInfo, err error) {
	if err != nil {
		s.fail(w, err)
		return
	}
	about(w, info.ID)
	w.Header().Set("ETag", Tag(info.Version))
	s.write(w, http.StatusOK, jsonType, info)
}

func (s *Server) makeCodes(w http.ResponseWriter, r *http.Request) {
	answerPrint(s, w, r, "make", s.operators.MakeCodes)
}

func (s *Server) printCodes(w http.ResponseWriter, r *http.Request) {
	answerPrint(s, w, r, "print", s.operators.PrintCodes)
}

// answerPrint reads what is asked for, and streams the codes of the batch. The batch is stored within the time of a change; the codes take as
// long as somebody reads them.
func answerPrint[A any](s *Server, w http.ResponseWriter, r *http.Request, act string, get func(context.Context, string, A) (operator.CodesPrinted, error)) {
	var asked A
	if err := readAct(w, r, &asked); err != nil {
		s.fail(w, s.operators.RefuseCodes(r.Context(), r.PathValue("id"), act, err))
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), change)
	p, err := get(ctx, r.PathValue("id"), asked)
	cancel()
	if err != nil {
		s.fail(w, err)
		return
	}
	about(w, p.ID)
	w.Header().Set(BatchField, strconv.Itoa(int(p.Batch.Batch)))
	if err := s.stream(w, &p, wantsTable(r)); err != nil {
		// The client counts what it got, and asks for the rest.
		s.cfg.Log.Warn("codes were not all taken", zap.String("room", p.ID), zap.Uint16("batch", p.Batch.Batch), zap.Error(err))
		panic(http.ErrAbortHandler)
	}
}

// wantsTable reports whether a request asks for a table by its first choice.
func wantsTable(r *http.Request) bool {
	first, _, _ := strings.Cut(r.Header.Get("Accept"), ",")
	kind, _, _ := mime.ParseMediaType(first)
	return kind == CodesCSVType
}

// stream writes codes, and gives up when nobody takes a part of them within the time of an answer.
func (s *Server) stream(w http.ResponseWriter, p *operator.CodesPrinted, table bool) error {
	control := http.NewResponseController(w)
	out := bufio.NewWriterSize(w, 64<<10)
	head, line := linesHead, codeAsJSON
	if table {
		head, line = tableHead, codeAsRow
	}
	if err := head(w, out, p); err != nil {
		return err
	}
	var text []byte
	for serial := p.First; serial < p.Batch.Count; serial++ {
		if (serial-p.First)%codesAtOnce == 0 {
			// Where there is no connection there is no deadline to move.
			if err := control.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil && !errors.Is(err, http.ErrNotSupported) {
				return fmt.Errorf("codes: %w", err)
			}
		}
		text = line(text[:0], p, serial)
		if _, err := out.Write(text); err != nil {
			return fmt.Errorf("codes: %w", err)
		}
	}
	if !table {
		fmt.Fprintf(out, "{\"codes\":%d}\n", p.Batch.Count-p.First)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("codes: %w", err)
	}
	return nil
}

func linesHead(w http.ResponseWriter, out *bufio.Writer, p *operator.CodesPrinted) error {
	w.Header().Set("Content-Type", LinesType)
	return json.NewEncoder(out).Encode(CodesHead{ID: p.ID, Batch: p.Batch, First: p.First})
}

func tableHead(w http.ResponseWriter, out *bufio.Writer, p *operator.CodesPrinted) error {
	w.Header().Set("Content-Type", CodesCSVType+"; charset=utf-8; header=present")
	_, err := out.WriteString("serial,code\r\n")
	return err
}

// codeAsJSON is a CodeLine. Codes have no sign that JSON would escape.
func codeAsJSON(dst []byte, p *operator.CodesPrinted, serial uint32) []byte {
	dst = strconv.AppendUint(append(dst, `{"serial":`...), uint64(serial), 10)
	return append(p.Append(append(dst, `,"code":"`...), serial), "\"}\n"...)
}

func codeAsRow(dst []byte, p *operator.CodesPrinted, serial uint32) []byte {
	dst = append(strconv.AppendUint(dst, uint64(serial), 10), ',')
	return append(p.Append(dst, serial), "\r\n"...)
}

func (s *Server) revokeCodes(w http.ResponseWriter, r *http.Request) {
	answerBatches(s, w, r, "revoke", s.operators.RevokeCodes)
}

func (s *Server) restoreCodes(w http.ResponseWriter, r *http.Request) {
	answerBatches(s, w, r, "restore", s.operators.RestoreCodes)
}

// answerBatches reads what is asked for, and answers with batches.
func answerBatches[A any](s *Server, w http.ResponseWriter, r *http.Request, act string, do func(context.Context, string, A) (operator.CodesInfo, error)) {
	var asked A
	if err := readAct(w, r, &asked); err != nil {
		s.fail(w, s.operators.RefuseCodes(r.Context(), r.PathValue("id"), act, err))
		return
	}
	info, err := do(r.Context(), r.PathValue("id"), asked)
	s.answerCodes(w, info, err)
}

// removeCodes takes the reason from the query: a DELETE has no body.
func (s *Server) removeCodes(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseUint(r.PathValue("batch"), 10, 16)
	if err != nil {
		s.fail(w, errNotFound)
		return
	}
	info, err := s.operators.RemoveCodes(r.Context(), r.PathValue("id"), operator.CodesRemoved{
		Batch: uint16(id), Because: operator.Because{Reason: r.URL.Query().Get("reason")},
	})
	s.answerCodes(w, info, err)
}

func (s *Server) invite(w http.ResponseWriter, r *http.Request) {
	var asked operator.InviteAsked
	if err := readAct(w, r, &asked); err != nil {
		s.fail(w, s.operators.RefuseCodes(r.Context(), r.PathValue("id"), "invite", err))
		return
	}
	invited, err := s.operators.Invite(r.Context(), r.PathValue("id"), asked)
	if err != nil {
		s.fail(w, err)
		return
	}
	about(w, invited.ID)
	s.write(w, http.StatusOK, jsonType, invited)
}
