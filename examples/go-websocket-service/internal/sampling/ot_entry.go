package sampling

import (
	"regexp"
	"strings"

	"go.opentelemetry.io/otel/trace"

	"uat-tracing.example/websocket-service/internal/tracecontext"
)

// maxEntryLength of the whole entry: https://opentelemetry.io/docs/specs/otel/trace/tracestate-handling/
const maxEntryLength = 256

var subMember = regexp.MustCompile(`^[a-z][a-z0-9]*:[A-Za-z0-9._-]*$`)

// otEntry is the entry ot=th:…;rv:…;… of a tracestate. Text that is malformed is left out of it.
type otEntry struct {
	threshold  *Threshold
	randomness *randomness
	rv         string
	others     []string
	malformed  bool
}

func readOtEntry(state trace.TraceState) otEntry {
	var entry otEntry
	value := state.Get("ot")
	if value == "" {
		return entry
	}
	if len(value) > maxEntryLength {
		entry.malformed = true
		return entry
	}
	for member := range strings.SplitSeq(value, ";") {
		key, text, _ := strings.Cut(member, ":")
		switch {
		case key == "th" && entry.threshold == nil:
			if threshold, valid := parseThreshold(text); valid {
				entry.threshold = &threshold
				continue
			}
		case key == "rv" && entry.randomness == nil:
			if bits, valid := parseRandomness(text); valid {
				entry.randomness, entry.rv = &bits, text
				continue
			}
		case key != "th" && key != "rv" && subMember.MatchString(member):
			entry.others = append(entry.others, member)
			continue
		}
		entry.malformed = true
	}
	return entry
}

// randomnessOr that of the trace id, where there is no rv.
func (e otEntry) randomnessOr(id trace.TraceID) randomness {
	if e.randomness != nil {
		return *e.randomness
	}
	return randomnessOf(id)
}

// write puts the entry into state, with the threshold given or none. Other vendors' entries stay, unless W3C's limits ask
// for room: then long ones go first, else the oldest.
func (e otEntry) write(state trace.TraceState, threshold *Threshold) trace.TraceState {
	var members []string
	if threshold != nil {
		members = append(members, "th:"+threshold.String())
	}
	if e.randomness != nil {
		members = append(members, "rv:"+e.rv)
	}
	members = append(members, e.others...)
	for len(strings.Join(members, ";")) > maxEntryLength {
		members = members[:len(members)-1]
	}
	state = state.Delete("ot")
	if len(members) == 0 {
		return state
	}
	value := strings.Join(members, ";")
	state = makeRoom(state, len("ot=")+len(value))
	written, err := state.Insert("ot", value)
	if err != nil {
		// Not to be reached: every member has been checked. Foreign entries alone are right, too.
		return state
	}
	return written
}

// makeRoom for one member of so many characters.
func makeRoom(state trace.TraceState, length int) trace.TraceState {
	var members []string
	state.Walk(func(key, value string) bool {
		members = append(members, key+"="+value)
		return true
	})
	kept := tracecontext.Fit(members, tracecontext.MaxStateMembers-1, tracecontext.MaxStateLength-1-length)
	if len(kept) < len(members) {
		// Members of a tracestate make one.
		state, _ = trace.ParseTraceState(strings.Join(kept, ","))
	}
	return state
}
