package redisstore_test

import (
	"bufio"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// fakeServer gives one answer to every command, for answers that a real server cannot be made to give. It does not
// know HELLO, as servers before Redis 6 do not.
func fakeServer(t *testing.T, answer string) (addr string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var conns sync.WaitGroup
	conns.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			conns.Go(func() {
				defer conn.Close()
				serve(conn, answer)
			})
		}
	})
	t.Cleanup(conns.Wait) // the client is closed first, and its connections with it
	t.Cleanup(func() { listener.Close() })
	return listener.Addr().String()
}

func serve(conn net.Conn, answer string) {
	r := bufio.NewReader(conn)
	length := func(kind byte) (int, bool) {
		line, err := r.ReadString('\n')
		if err != nil || line[0] != kind {
			return 0, false
		}
		n, err := strconv.Atoi(strings.TrimSpace(line[1:]))
		return n, err == nil
	}
	for {
		var command []string
		words, ok := length('*')
		for range words {
			n, more := length('$')
			word := make([]byte, n+2)
			if _, err := io.ReadFull(r, word); err != nil || !more {
				return
			}
			command = append(command, string(word[:n]))
		}
		if !ok {
			return
		}
		reply := answer
		if strings.EqualFold(command[0], "hello") {
			reply = "-ERR unknown command\r\n"
		}
		if _, err := io.WriteString(conn, reply); err != nil {
			return
		}
	}
}
