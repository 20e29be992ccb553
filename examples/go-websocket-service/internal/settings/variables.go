package settings

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"uat-tracing.example/websocket-service/internal/redaction"
)

// maxMillis of every time-out: one hour. More is a typing error.
const maxMillis = 3_600_000

// variables reads one variable after the other and keeps the first error.
type variables struct {
	lookup func(string) (string, bool)
	err    error
}

func (v *variables) wrong(name, value, allowed string) {
	if v.err == nil {
		v.err = fmt.Errorf("%s is %s; allowed is %s", name, quote(value), allowed)
	}
}

// quote shows a value on one line, and no more of it than tells which one it is.
func quote(value string) string {
	if len(value) > 80 {
		value = redaction.Cut(value, 80) + "…"
	}
	return strconv.Quote(value)
}

func (v *variables) text(name, fallback string) string {
	if value, _ := v.lookup(name); strings.TrimSpace(value) != "" {
		return strings.TrimSpace(value)
	}
	return fallback
}

// first non-empty of the names, with the name it came from.
func (v *variables) first(names ...string) (name, value string) {
	for _, name := range names {
		if value := v.text(name, ""); value != "" {
			return name, value
		}
	}
	return "", ""
}

func (v *variables) number(name string, fallback, least, most int) int {
	value := v.text(name, "")
	if value == "" {
		return fallback
	}
	number, err := strconv.Atoi(value)
	if err != nil || number < least || number > most {
		v.wrong(name, value, fmt.Sprintf("a whole number from %d to %d", least, most))
	}
	return number
}

func (v *variables) millis(name string, fallback int) time.Duration {
	return time.Duration(v.number(name, fallback, 1, maxMillis)) * time.Millisecond
}

func (v *variables) oneOf(name, fallback string, allowed ...string) string {
	value := strings.ToLower(v.text(name, fallback))
	if !slices.Contains(allowed, value) {
		v.wrong(name, value, strings.Join(allowed, ", "))
	}
	return value
}

// isTrue as OpenTelemetry has it: everything but "true" is false.
func (v *variables) isTrue(names ...string) bool {
	_, value := v.first(names...)
	return strings.EqualFold(value, "true")
}

func (v *variables) httpURL(name, fallback string) *url.URL {
	value := v.text(name, fallback)
	parsed, err := url.Parse(value)
	if err != nil || !isHTTP(parsed) || parsed.User != nil {
		v.wrong(name, withoutCredentials(value), "a URL such as "+fallback+" (http or https, a host, no query, no user)")
		return nil
	}
	parsed.Path = strings.TrimRight(parsed.Path, "/")
	return parsed
}

func (v *variables) origins(name, fallback string) []string {
	var origins []string
	for item := range strings.SplitSeq(v.text(name, fallback), ",") {
		item = strings.TrimSpace(item)
		if item == "" {
			continue
		}
		parsed, err := url.Parse(item)
		if err != nil || !isHTTP(parsed) || parsed.User != nil || strings.Trim(parsed.Path, "/") != "" || strings.Contains(item, "*") {
			v.wrong(name, withoutCredentials(item), "a comma-separated list of origins such as http://localhost:8000 (scheme, host, port; no path, no *)")
			continue
		}
		origins = append(origins, strings.ToLower(parsed.Scheme+"://"+parsed.Host))
	}
	return origins
}

func isHTTP(u *url.URL) bool {
	return (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.RawQuery == "" && u.Fragment == "" && validPort(u)
}

func validPort(u *url.URL) bool {
	if u.Port() == "" {
		return !strings.HasSuffix(u.Host, ":")
	}
	port, err := strconv.Atoi(u.Port())
	return err == nil && port > 0 && port < 65536
}

// withoutCredentials for error texts: neither a user and password nor a query.
func withoutCredentials(value string) string {
	if scheme, rest, found := strings.Cut(value, "://"); found {
		if at := strings.LastIndex(rest, "@"); at >= 0 {
			value = scheme + "://REDACTED" + rest[at:]
		}
	} else if at := strings.LastIndex(value, "@"); at >= 0 {
		value = "REDACTED" + value[at:]
	}
	if query := strings.IndexAny(value, "?#"); query >= 0 {
		value = value[:query] + "?…"
	}
	return value
}
