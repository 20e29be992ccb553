package router

import (
	"bufio"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestEventsAreReadAsTheirStandardHasThem(t *testing.T) {
	events := bufio.NewReader(strings.NewReader(": comment\n\ndata: one\n\ndata:two\r\n\r\nevent: x\nid: 1\ndata: a\ndata: b\n\n\n\ndata:\n\ndata: [DONE]\n\ndata: not complete"))
	for _, want := range []string{"one", "two", "a\nb", "", "[DONE]"} {
		if got, err := nextData(events); err != nil || string(got) != want {
			t.Errorf("%q (%v), not %q", got, err, want)
		}
	}
	if got, err := nextData(events); !errors.Is(err, io.EOF) {
		t.Errorf("%q %v", got, err)
	}
}

func TestTextOfOthersIsShortened(t *testing.T) {
	for _, text := range []string{strings.Repeat("ü", 1000), strings.Repeat("a", 301), "short"} {
		got := shorten(text, maxMessageLength)
		if len(got) > maxMessageLength+len("…") || strings.ToValidUTF8(got, "?") != got {
			t.Errorf("%q", got)
		}
		if strings.HasSuffix(got, "…") != (len(text) > maxMessageLength) {
			t.Errorf("%q is marked wrongly", got)
		}
	}
	// The secret's end, which tells that it is one, would be cut off.
	got := shorten(strings.Repeat("a", maxMessageLength-30)+" postgres://user:hunter22secret@db/x", maxMessageLength)
	if strings.Contains(got, "hunter2") {
		t.Errorf("%q", got)
	}
}
