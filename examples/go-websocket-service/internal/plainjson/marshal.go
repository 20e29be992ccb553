// Package plainjson writes JSON as it is, for programs that read JSON.
package plainjson

import (
	"bytes"
	"encoding/json"
)

// Marshal without the escapes for HTML of encoding/json, which make six bytes of one: what is written is no longer than what
// it was read from, but for separators of lines and what is no UTF-8.
func Marshal(value any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}
