package socket

import (
	"testing"
	"unicode/utf8"
)

// Whatever a client sends, what comes of it is a message of the protocol, or an error; an id is never too long to be sent back.
func FuzzParseMessage(f *testing.F) {
	for _, text := range []string{`{"type":"complete","id":"x","prompt":"a","max_tokens":1,"stream":true,"traceparent":"00-x","tracestate":7}`, `{"type":"ping"}`, `[`, ``, `null`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		message, err := parseMessage(data)
		if utf8.RuneCountInString(message.ID) > maxIDLength {
			t.Errorf("an id of %d characters", utf8.RuneCountInString(message.ID))
		}
		if err == nil && message.Type != "ping" && (message.Type != "complete" || message.ID == "" || message.Prompt == "") {
			t.Errorf("accepted: %+v", message)
		}
		message.traceContext()
	})
}
