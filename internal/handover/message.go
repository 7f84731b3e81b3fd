package handover

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
)

// Variable is the variable of the environment by which a successor knows what it is.
const Variable = "GATEWAY_HANDOVER"

// protocol is the version of the steps. A successor refuses another one.
const protocol = 1

// Steps of a handover.
const (
	stepReady   = "ready"
	stepTake    = "take"
	stepServes  = "serves"
	stepRefused = "refused"
)

// message is one line of the socket.
type message struct {
	Step    string `json:"step"`
	Text    string `json:"text,omitempty"`    // of refused
	Version string `json:"version,omitempty"` // of ready: the release
	// Left is of take: what the predecessor says of what it has let go of. The package does not look at it.
	Left json.RawMessage `json:"left,omitempty"`
}

// note is what stands in Variable. Descriptors are in the order control, lines, sockets, from 3 on.
type note struct {
	Protocol int      `json:"protocol"`
	PID      int      `json:"pid"` // of the predecessor
	Kept     string   `json:"kept,omitempty"`
	Sockets  []socket `json:"sockets"`
}

type socket struct {
	Path string `json:"path"`
	Text string `json:"text"`
	// Own: nobody else has it. A release before does not say so, but for a Unix socket with Unlink.
	Own    bool `json:"own,omitempty"`
	Unlink bool `json:"unlink,omitempty"`
}

// managed reports whether the service manager may have the socket, too: what is done to one that is only closed harms nobody, while one of
// the manager's that is made deaf stays so.
func (s *socket) managed() bool { return !s.Own && !s.Unlink }

// Bounds of what is read.
const maxMessage = 64 << 10

// wire sends and receives messages.
type wire struct {
	net.Conn
	in *bufio.Reader
}

func newWire(f *os.File) (*wire, error) {
	c, err := connOf(f)
	if err != nil {
		return nil, err
	}
	return &wire{c, bufio.NewReaderSize(c, maxMessage)}, nil
}

// connOf makes a connection of a descriptor, which it closes.
func connOf(f *os.File) (net.Conn, error) {
	defer func() { _ = f.Close() }()
	c, err := net.FileConn(f)
	if err != nil {
		return nil, fmt.Errorf("handover: %w", err)
	}
	return c, nil
}

func (w *wire) send(m message) error {
	line, err := json.Marshal(m)
	if err == nil {
		_, err = w.Write(append(line, '\n'))
	}
	if err != nil {
		return fmt.Errorf("handover: %w", err)
	}
	return nil
}

// receive reads the next message. errGone: the other process has ended.
func (w *wire) receive() (m message, err error) {
	line, err := w.in.ReadSlice('\n')
	switch {
	case errors.Is(err, io.EOF):
		return m, errGone
	case err != nil:
		return m, fmt.Errorf("handover: %w", err)
	}
	if err := json.Unmarshal(line, &m); err != nil {
		return m, fmt.Errorf("handover: %w", err)
	}
	return m, nil
}

var errGone = errors.New("the other process has ended")
