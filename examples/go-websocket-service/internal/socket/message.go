package socket

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"uat-tracing.example/websocket-service/internal/redaction"
)

// maxIDLength of a message's id, in characters.
const maxIDLength = 128

// incoming message of a client.
type incoming struct {
	Type      string `json:"type"`
	ID        string `json:"id"`
	Prompt    string `json:"prompt"`
	MaxTokens *int   `json:"max_tokens"`
	Stream    bool   `json:"stream"`
	// Raw: what is wrong in them is ignored, as W3C asks, and does not make the message wrong.
	Traceparent json.RawMessage `json:"traceparent"`
	Tracestate  json.RawMessage `json:"tracestate"`
}

// parseMessage returns what it could read also beside an error, so that the answer can carry the id.
func parseMessage(data []byte) (incoming, error) {
	var message incoming
	if err := json.Unmarshal(data, &message); err != nil {
		// Where the id itself was readable, the client learns which message it was.
		var identified struct {
			ID string `json:"id"`
		}
		_ = json.Unmarshal(data, &identified)
		return incoming{ID: boundedID(identified.ID)}, explain(err)
	}
	if len(bytes.TrimSpace(data)) == 0 || bytes.TrimSpace(data)[0] != '{' {
		return incoming{}, fmt.Errorf("the message is no JSON object")
	}
	if utf8.RuneCountInString(message.ID) > maxIDLength {
		message.ID = ""
		return message, fmt.Errorf("id has more than %d characters", maxIDLength)
	}
	switch message.Type {
	case "ping":
		return message, nil
	case "complete":
		switch {
		case message.ID == "":
			return message, fmt.Errorf("id is missing; allowed is a text of 1 to %d characters", maxIDLength)
		case strings.TrimSpace(message.Prompt) == "":
			return message, fmt.Errorf("prompt is missing or blank; allowed is a text")
		case message.MaxTokens != nil && *message.MaxTokens < 1:
			return message, fmt.Errorf("max_tokens is %d; allowed is a whole number from 1", *message.MaxTokens)
		}
		return message, nil
	}
	return message, fmt.Errorf("type is %q; allowed are complete, ping", redaction.Cut(message.Type, 40))
}

// maxQuoteLength of what a client sent within our text about it, in bytes.
const maxQuoteLength = 80

// explain what is wrong with JSON in the words of the protocol, not in those of our types.
func explain(err error) error {
	var wrongType *json.UnmarshalTypeError
	if !errors.As(err, &wrongType) {
		return fmt.Errorf("the message is no JSON object: %w", err)
	}
	if wrongType.Field == "" {
		return fmt.Errorf("the message is no JSON object, but a JSON %s", wrongType.Value)
	}
	allowed := "a text"
	switch wrongType.Field {
	case "max_tokens":
		allowed = "a whole number from 1"
	case "stream":
		allowed = "true or false"
	}
	// The value of a number is the number itself, ASCII, of whatever length.
	value := wrongType.Value
	if len(value) > maxQuoteLength {
		value = value[:maxQuoteLength] + "…"
	}
	return fmt.Errorf("%s is a JSON %s; allowed is %s", wrongType.Field, value, allowed)
}

// idWithin the beginning of a message, where it stands before what is missing.
func idWithin(beginning []byte) string {
	fields := json.NewDecoder(bytes.NewReader(beginning))
	if first, err := fields.Token(); err != nil || first != json.Delim('{') {
		return ""
	}
	for fields.More() {
		name, err := fields.Token()
		if err != nil {
			return ""
		}
		var value json.RawMessage
		if fields.Decode(&value) != nil {
			return ""
		}
		var id string
		if name == "id" && json.Unmarshal(value, &id) == nil {
			return boundedID(id)
		}
	}
	return ""
}

func boundedID(id string) string {
	if utf8.RuneCountInString(id) > maxIDLength {
		return ""
	}
	return id
}

// outgoing messages, one type each.
type (
	completionMessage struct {
		Type        string          `json:"type"` // completion
		ID          string          `json:"id"`
		Text        string          `json:"text"`
		Model       string          `json:"model"`
		Usage       json.RawMessage `json:"usage,omitempty"`
		Context     json.RawMessage `json:"context,omitempty"`
		Traceparent string          `json:"traceparent,omitempty"`
	}
	deltaMessage struct {
		Type string `json:"type"` // delta
		ID   string `json:"id"`
		Text string `json:"text"`
	}
	pongMessage struct {
		Type string `json:"type"` // pong
		ID   string `json:"id"`
	}
	errorMessage struct {
		Type        string    `json:"type"` // error
		ID          string    `json:"id"`
		Code        ErrorCode `json:"code"`
		Message     string    `json:"message"`
		Traceparent string    `json:"traceparent,omitempty"`
	}
)

// ErrorCode of an error message. Those of the router come from package router.
type ErrorCode string

const (
	badMessage ErrorCode = "bad_message"
	busy       ErrorCode = "busy"
)
