package backup

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"
)

// huge is an archive whose only file says that it is larger than any disk.
func huge(t *testing.T, h *tar.Header, content string) []byte {
	t.Helper()
	var archive bytes.Buffer
	zip := gzip.NewWriter(&archive)
	out := tar.NewWriter(zip)
	err := writeJSON(out, aboutName, time.Unix(0, 0), &About{Format: Format})
	if err == nil {
		err = out.WriteHeader(h)
	}
	if err == nil {
		_, err = out.Write([]byte(content))
	}
	if err = errors.Join(err, zip.Close()); err != nil { // not out: it would miss what the header says
		t.Fatal(err)
	}
	return archive.Bytes()
}

func TestAFileThatWouldFillTheDiskIsRefused(t *testing.T) {
	const size = "1125899906842624"
	for want, archive := range map[string][]byte{
		"needs " + size + " bytes in ":           huge(t, &tar.Header{Name: "line", Mode: 0o600, Size: 1 << 50, Format: tar.FormatPAX}, "x"),
		`it holds "line", which belongs nowhere`: holes(t, size),
	} {
		to := newPlace(t, map[string]string{"keys": "secret"})
		if _, err := Read(bytes.NewReader(archive), wanted, to.part); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
		to.wants(map[string]string{"keys": "secret"})
	}
}

// holes is an archive with a file of holes, in the format 1.0 of GNU. The writer of the library refuses to make one: its keys get their names in
// the bytes.
func holes(t *testing.T, size string) []byte {
	t.Helper()
	var records string
	for key, value := range map[string]string{"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "line", "GNU.sparse.realsize": size} {
		record := " " + key + "=" + value + "\n"
		n := len(record) + 2 // all have two digits
		records += strconv.Itoa(n) + record
	}
	var archive, inner bytes.Buffer
	out := tar.NewWriter(&inner)
	err := out.WriteHeader(&tar.Header{Name: "PaxHeaders", Mode: 0o600, Size: int64(len(records))})
	if err == nil {
		_, err = out.Write([]byte(records))
	}
	if err == nil {
		err = out.Flush()
	}
	raw := inner.Bytes()
	retyped(raw[:512], tar.TypeXHeader)
	zip := gzip.NewWriter(&archive)
	about := tar.NewWriter(zip)
	err = errors.Join(err, writeJSON(about, aboutName, time.Unix(0, 0), &About{Format: Format}), about.Flush())
	_, wrote := zip.Write(raw)
	file := tar.NewWriter(zip)
	err = errors.Join(err, wrote, file.WriteHeader(&tar.Header{Name: "line", Mode: 0o600, Size: 512}))
	_, wrote = file.Write(append([]byte("0\n"), make([]byte, 510)...))
	if err = errors.Join(err, wrote, file.Close(), zip.Close()); err != nil {
		t.Fatal(err)
	}
	return archive.Bytes()
}

// retyped changes the kind of a header, and its sum.
func retyped(header []byte, kind byte) {
	const kindAt, sumAt, sumLen = 156, 148, 8
	header[kindAt] = kind
	copy(header[sumAt:sumAt+sumLen], "        ")
	sum := 0
	for _, b := range header {
		sum += int(b)
	}
	copy(header[sumAt:], fmt.Sprintf("%06o\x00 ", sum))
}
