package addresses

import (
	"net"
	"sync"
)

// Listener closes at once, without a word, what an address opens beyond the counter's limit: one client that only connects
// would take all connections there are.
func Listener(listener net.Listener, counter *Counter) net.Listener {
	return &countingListener{listener, counter}
}

type countingListener struct {
	net.Listener
	counter *Counter
}

func (l *countingListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		remote := conn.RemoteAddr().String()
		if l.counter.Add(remote) {
			return &countedConn{Conn: conn, closed: sync.OnceFunc(func() { l.counter.Remove(remote) })}, nil
		}
		_ = conn.Close()
	}
}

type countedConn struct {
	net.Conn
	closed func()
}

func (c *countedConn) Close() error {
	err := c.Conn.Close()
	c.closed()
	return err
}
