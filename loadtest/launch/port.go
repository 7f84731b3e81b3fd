package launch

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
)

// FreePort is one that nobody listens on, below those that the kernel gives to outgoing connections and with a
// neighbour 10,000 above that is free as well, for the bus of a Redis Cluster. Always five digits.
func FreePort() (int, error) {
	for range 200 {
		port := 11_000 + rand.IntN(11_000)
		if err := errors.Join(listens(port), listens(port+10_000)); err == nil {
			return port, nil
		}
	}
	return 0, errors.New("no free port between 11000 and 22000")
}

// FreeAddr is the loopback address of a FreePort.
func FreeAddr() (string, error) {
	port, err := FreePort()
	return Addr(port), err
}

func listens(port int) error {
	l, err := net.Listen("tcp", Addr(port))
	if err != nil {
		return err
	}
	return l.Close()
}

// Addr is a port of the loopback address.
func Addr(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }
