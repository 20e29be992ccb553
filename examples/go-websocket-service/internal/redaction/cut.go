package redaction

import (
	"strings"
	"unicode/utf8"
)

// Margin of characters behind those that may be kept of a long text. It is cut to so many more, which bounds what masking
// costs, then masked, then cut: half of a secret, whose end is missing, is not known as one.
const Margin = 256

// Cut a text to so many characters, with every secret in it masked.
func Cut(text string, longest int) string {
	return cut(text, longest, Text)
}

func cut(text string, longest int, mask func(string) string) string {
	begins, more := characters(strings.ToValidUTF8(text, "\uFFFD"), longest+Margin)
	masked := mask(begins)
	if more == 0 {
		// The end is missing, here or where it came from: masking may have moved its beginning to where it would be kept.
		longest = min(longest, utf8.RuneCountInString(masked)-Margin)
		if longest <= 0 {
			return Mask
		}
	}
	kept, _ := characters(masked, longest)
	return kept
}

// characters at the beginning of a text, so many at most; more is 0 where that many are there.
func characters(text string, most int) (begins string, more int) {
	if len(text) < most {
		return text, most - len(text)
	}
	for at := range text {
		if most == 0 {
			return text[:at], 0
		}
		most--
	}
	return text, most
}
