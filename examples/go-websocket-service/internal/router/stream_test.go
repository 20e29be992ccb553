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
	}
}
