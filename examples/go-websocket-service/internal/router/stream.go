package router

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
)

// chunk of an answer: the whole of it, or one event of a stream.
type chunk struct {
	Model   string          `json:"model"`
	Usage   json.RawMessage `json:"usage"`
	Context json.RawMessage `json:"context"`
	Error   *struct {
		Message string `json:"message"`
		Type    string `json:"type"`
		Code    any    `json:"code"`
	} `json:"error"`
	Choices []struct {
		Text string `json:"text"`
	} `json:"choices"`
}

// Bounds of what goes into an answer beside its text, which MaxAnswerBytes bounds: a name, some numbers, some titles.
const (
	maxModelLength  = 256
	maxUsageBytes   = 4 << 10
	maxContextBytes = 64 << 10
)

// addTo the completion what the chunk brings besides its text, and return the text.
func (c *chunk) addTo(completion *Completion) string {
	if c.Model != "" {
		completion.Model = cut(c.Model, maxModelLength)
	}
	if isObject(c.Usage) && len(c.Usage) <= maxUsageBytes {
		completion.Usage = c.Usage
	}
	if isObject(c.Context) && len(c.Context) <= maxContextBytes {
		completion.Context = c.Context
	}
	if len(c.Choices) == 0 {
		return ""
	}
	return c.Choices[0].Text
}

func isObject(raw json.RawMessage) bool {
	return len(raw) > 0 && raw[0] == '{'
}

// Stream calls onDelta with each part of the answer's text, and returns the whole. An error of onDelta ends it. Every other
// error is an *Error; a stream without its [DONE] is one.
func (c *Client) Stream(ctx context.Context, request Request, onDelta func(text string) error) (Completion, error) {
	response, err := c.ask(ctx, request, true)
	if err != nil {
		return Completion{}, err
	}
	defer response.Body.Close()
	var completion Completion
	var whole strings.Builder
	events := bufio.NewReaderSize(c.limited(response.Body, request.Room), 16<<10)
	for {
		data, err := nextData(events)
		if err != nil {
			if errors.Is(err, io.EOF) {
				return completion, &Error{Code: Unavailable, Message: "the router broke off its answer"}
			}
			return completion, errorOf(ctx, err)
		}
		if string(data) == "[DONE]" {
			// The rest is read, so that the connection can be used again, and the span of the request ends.
			_, _ = io.Copy(io.Discard, events)
			completion.Text = whole.String()
			return completion, nil
		}
		var event chunk
		if err := json.Unmarshal(data, &event); err != nil {
			return completion, &Error{Code: Refused, Message: "the router's stream is no completion"}
		}
		if event.Error != nil {
			return completion, &Error{Code: Unavailable, Message: "the router broke off its answer: " + shorten(event.Error.Message, maxMessageLength)}
		}
		if text := event.addTo(&completion); text != "" {
			whole.WriteString(text)
			if err := onDelta(text); err != nil {
				return completion, err
			}
		}
	}
}

// nextData of an event stream: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
func nextData(events *bufio.Reader) ([]byte, error) {
	var data []byte
	hasData := false
	for {
		line, err := events.ReadBytes('\n')
		if err != nil {
			return nil, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			if hasData {
				return data, nil
			}
			continue
		}
		if value, isData := bytes.CutPrefix(line, []byte("data:")); isData {
			if hasData {
				data = append(data, '\n')
			}
			data = append(data, bytes.TrimPrefix(value, []byte(" "))...)
			hasData = true
		}
	}
}
