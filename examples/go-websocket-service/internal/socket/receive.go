package socket

import (
	"errors"
	"io"

	"uat-tracing.example/websocket-service/internal/budget"
	"uat-tracing.example/websocket-service/internal/settings"
)

// freeBytes of a message that is being read are part of its connection's memory.
const freeBytes = 1 << 10

// receive a message to its end, as far as the budget allows: data is shorter than size where the rest was thrown away.
func receive(from io.Reader, share *budget.Share) (data []byte, size int, err error) {
	data = make([]byte, 0, freeBytes)
	for {
		if len(data) == cap(data) {
			if !share.Begin(settings.MemoryFactor * int64(cap(data))) {
				rest, err := io.Copy(io.Discard, from)
				return data, len(data) + int(rest), err
			}
			data = append(make([]byte, 0, 2*cap(data)), data...)
		}
		n, err := from.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		if errors.Is(err, io.EOF) {
			share.Keep(settings.MemoryFactor * int64(len(data)))
			return data, len(data), nil
		}
		if err != nil {
			return nil, 0, err
		}
	}
}
