package redaction

import (
	"slices"
	"strings"
	"sync"

	"go.opentelemetry.io/otel/attribute"
)

// maxRememberedKeys bounds what is known about keys; they are few, unless somebody makes them up.
const maxRememberedKeys = 2000

// sensitiveKeys remembers the answer for each key.
var sensitiveKeys = struct {
	sync.RWMutex
	known map[attribute.Key]bool
}{known: make(map[attribute.Key]bool)}

// Attributes with every secret masked, and their texts then cut to so many characters, 0 for as they are; the very same slice
// when there is nothing of it.
func Attributes(original []attribute.KeyValue, longest int) []attribute.KeyValue {
	masked := original
	for i, each := range original {
		value, changed := maskValue(each, longest)
		if !changed {
			continue
		}
		if &masked[0] == &original[0] {
			masked = slices.Clone(original)
		}
		masked[i].Value = value
	}
	return masked
}

// maskValue leaves numbers and booleans: they are counts and switches, gen_ai.usage.input_tokens.
func maskValue(each attribute.KeyValue, longest int) (attribute.Value, bool) {
	switch each.Value.Type() {
	case attribute.STRING:
		text := each.Value.AsString()
		masked := maskAndCut(each.Key, text, longest)
		return attribute.StringValue(masked), masked != text
	case attribute.STRINGSLICE:
		texts := each.Value.AsStringSlice()
		masked := make([]string, len(texts))
		for i, text := range texts {
			masked[i] = maskAndCut(each.Key, text, longest)
		}
		return attribute.StringSliceValue(masked), !slices.Equal(masked, texts)
	}
	return each.Value, false
}

func maskAndCut(key attribute.Key, text string, longest int) string {
	if longest == 0 {
		return maskText(key, text)
	}
	return cut(text, longest, func(text string) string { return maskText(key, text) })
}

func maskText(key attribute.Key, text string) string {
	if text == "" {
		return text
	}
	switch key {
	case "url.query":
		return Text(maskQuery(text))
	case "url.full", "url.path", "http.url", "http.target":
		if path, query, found := strings.Cut(text, "?"); found {
			text = path + "?" + maskQuery(query)
		}
		return Text(text)
	}
	if isRememberedSensitive(key) {
		return Mask
	}
	return Text(text)
}

func isRememberedSensitive(key attribute.Key) bool {
	sensitiveKeys.RLock()
	sensitive, known := sensitiveKeys.known[key]
	sensitiveKeys.RUnlock()
	if known {
		return sensitive
	}
	sensitive = isSensitiveKey(string(key))
	sensitiveKeys.Lock()
	defer sensitiveKeys.Unlock()
	if len(sensitiveKeys.known) >= maxRememberedKeys {
		clear(sensitiveKeys.known)
	}
	sensitiveKeys.known[key] = sensitive
	return sensitive
}
