package tracecontext

import "slices"

// Limits of a tracestate: https://www.w3.org/TR/trace-context-2/#tracestate-limits
const (
	MaxStateLength  = 512
	MaxStateMembers = 32
	// longMember is one that goes first.
	longMember = 128
)

// Fit leaves so many members of a tracestate, in so many characters with the commas between them. Where they are too long,
// those over 128 characters go first, from the end on; then the last ones do.
func Fit(members []string, most, length int) []string {
	kept := slices.Clone(members)
	total := len(kept) - 1
	for _, member := range kept {
		total += len(member)
	}
	for len(kept) > most || total > length && len(kept) > 0 {
		at := len(kept) - 1
		if total > length {
			for i, member := range kept {
				if len(member) > longMember {
					at = i
				}
			}
		}
		total -= len(kept[at]) + 1
		kept = slices.Delete(kept, at, at+1)
	}
	return kept
}
