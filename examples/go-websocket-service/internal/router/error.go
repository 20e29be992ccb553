package router

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"

	"uat-tracing.example/websocket-service/internal/redaction"
)

// Code says what went wrong, in the words of the service's error messages.
type Code string

const (
	Unavailable Code = "router_unavailable"
	Refused     Code = "router_refused"
	Busy        Code = "busy"
	TooLarge    Code = "too_large"
	Timeout     Code = "timeout"
	// Cancelled by the caller: there is nobody to tell.
	Cancelled Code = "cancelled"
)

// Error of the router, or of the way to it. Message is for the client; Cause, where there is one, for the log: it names
// addresses inside.
type Error struct {
	Code    Code
	Message string
	Cause   error
}

func (e *Error) Error() string {
	return string(e.Code) + ": " + e.Message
}

// errorOf what happened on the way; ctx is the one of the call.
func errorOf(ctx context.Context, err error) *Error {
	var known *Error
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, errTooLarge):
		return &Error{Code: Refused, Message: errTooLarge.Error()}
	case errors.Is(err, errNoRoom):
		return &Error{Code: Busy, Message: errNoRoom.Error()}
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return &Error{Code: Timeout, Message: "the router has not answered in time"}
	case ctx.Err() != nil:
		return &Error{Code: Cancelled, Message: "the client has gone"}
	}
	return &Error{Code: Unavailable, Message: "the router cannot be reached, or broke off its answer", Cause: err}
}

// refusal of the router, by status and its OpenAI-shaped error.
func refusal(status int, body []byte) *Error {
	var answer struct {
		Error struct{ Message string }
	}
	message := fmt.Sprintf("the router answers %d", status)
	if json.Unmarshal(body, &answer) == nil && answer.Error.Message != "" {
		message += ": " + shorten(answer.Error.Message, maxMessageLength)
	}
	switch status {
	case http.StatusRequestEntityTooLarge:
		return &Error{Code: TooLarge, Message: message}
	case http.StatusTooManyRequests:
		return &Error{Code: Busy, Message: message}
	case http.StatusGatewayTimeout:
		return &Error{Code: Timeout, Message: message}
	case http.StatusBadGateway, http.StatusServiceUnavailable:
		return &Error{Code: Unavailable, Message: message}
	}
	return &Error{Code: Refused, Message: message}
}

// maxMessageLength of another program's text in ours, in bytes.
const maxMessageLength = 300

// shorten a text to so many bytes, with every secret in it masked: afterwards, one that is cut would not be known as one.
func shorten(text string, length int) string {
	masked := redaction.Cut(text, length)
	if len(text) > length && len(masked) <= length {
		return masked + "…"
	}
	return cut(masked, length)
}

// cut a text to so many bytes, at the end of a character, with a mark behind them.
func cut(text string, length int) string {
	if len(text) <= length {
		return text
	}
	for length > 0 && !utf8.RuneStart(text[length]) {
		length--
	}
	return strings.TrimSpace(text[:length]) + "…"
}

// shortErrors cuts the texts of errors, which quote what came as an answer.
type shortErrors struct{ http.RoundTripper }

func (t shortErrors) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := t.RoundTripper.RoundTrip(request)
	if err != nil && len(err.Error()) > maxMessageLength {
		err = shortError{err}
	}
	return response, err
}

type shortError struct{ error }

func (e shortError) Error() string { return shorten(e.error.Error(), maxMessageLength) }
func (e shortError) Unwrap() error { return e.error }
