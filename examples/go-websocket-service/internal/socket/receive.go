package socket

import (
	"errors"
	"io"

	"uat-tracing.example/websocket-service/internal/budget"
)

const (
	// memoryFactor of a text under way: as it is read, in a buffer up to twice its size, parsed, and written again.
	memoryFactor = 4
	// messageMemory of a message under way beside its texts: a goroutine, a request, spans.
	messageMemory = 16 << 10
	// freeBytes of a message that is being read are part of its connection's memory.
	freeBytes = 1 << 10
)

// receive a message to its end, as far as the budget allows: data is shorter than size where the rest was thrown away.
func receive(from io.Reader, share *budget.Share) (data []byte, size int, err error) {
	data = make([]byte, 0, freeBytes)
	for {
		if len(data) == cap(data) {
			if !share.Begin(memoryFactor * int64(cap(data))) {
				rest, err := io.Copy(io.Discard, from)
				return data, len(data) + int(rest), err
			}
			data = append(make([]byte, 0, 2*cap(data)), data...)
		}
		n, err := from.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		if errors.Is(err, io.EOF) {
			share.Keep(memoryFactor * int64(len(data)))
			return data, len(data), nil
		}
		if err != nil {
			return nil, 0, err
		}
	}
}
