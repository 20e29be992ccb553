package service

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// rawClient sends frames that no library would.
type rawClient struct {
	t    *testing.T
	conn net.Conn
	in   *bufio.Reader
}

func (r *running) connect(t *testing.T) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(r.URL(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(2 * time.Minute))
	return conn
}

func (r *running) dialRaw(t *testing.T) *rawClient {
	t.Helper()
	conn := r.connect(t)
	fmt.Fprintf(conn, "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n")
	in := bufio.NewReader(conn)
	response, err := http.ReadResponse(in, nil)
	if err != nil || response.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("%v %v", response, err)
	}
	return &rawClient{t, conn, in}
}

// frame, masked with zeros.
func frame(first byte, payload string) []byte {
	return maskedFrame(first, len(payload), payload)
}

func maskedFrame(first byte, length int, payload string) []byte {
	head := []byte{first}
	switch {
	case length < 126:
		head = append(head, 0x80|byte(length))
	case length < 1<<16:
		head = binary.BigEndian.AppendUint16(append(head, 0x80|126), uint16(length))
	default:
		head = binary.BigEndian.AppendUint64(append(head, 0x80|127), uint64(length))
	}
	return append(append(head, 0, 0, 0, 0), payload...)
}

const (
	text         = 0x81
	binaryFrame  = 0x82
	closeFrame   = 0x88
	pingFrame    = 0x89
	continuation = 0x80
	firstPart    = 0x01
)

// readClose answers nothing, and returns code and reason of the close frame.
func (c *rawClient) readClose() (int, string) {
	c.t.Helper()
	for {
		head := make([]byte, 2)
		if _, err := io.ReadFull(c.in, head); err != nil {
			c.t.Fatalf("no close frame: %v", err)
		}
		length := int(head[1])
		if length == 126 {
			size := make([]byte, 2)
			_, _ = io.ReadFull(c.in, size)
			length = int(binary.BigEndian.Uint16(size))
		} else if length == 127 {
			size := make([]byte, 8)
			_, _ = io.ReadFull(c.in, size)
			length = int(binary.BigEndian.Uint64(size))
		}
		payload := make([]byte, length)
		if _, err := io.ReadFull(c.in, payload); err != nil {
			c.t.Fatal(err)
		}
		if head[0] == closeFrame {
			return int(binary.BigEndian.Uint16(payload)), string(payload[2:])
		}
	}
}

func (c *rawClient) write(data []byte) {
	c.t.Helper()
	if _, err := c.conn.Write(data); err != nil {
		c.t.Fatal(err)
	}
}
