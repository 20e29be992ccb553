package tracecontext

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/propagation"
)

const (
	ids       = "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331"
	otherIDs  = "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7"
	noContext = ""
)

// readBack what the headers carry, as a traceparent of our own.
func readBack(header http.Header) (parent, state string) {
	written := propagation.MapCarrier{}
	p := Propagator{}
	p.Inject(p.Extract(context.Background(), propagation.HeaderCarrier(header)), written)
	return written[traceparent], written[tracestate]
}

func TestTraceparentHeaders(t *testing.T) {
	for _, each := range []struct {
		name   string
		values []string
		want   string
	}{
		{"none", nil, noContext},
		{"one", []string{"00-" + ids + "-01"}, "00-" + ids + "-01"},
		{"two", []string{"00-" + ids + "-01", "00-" + otherIDs + "-01"}, noContext},
		{"the same twice", []string{"00-" + ids + "-01", "00-" + ids + "-01"}, noContext},
		{"two in one line", []string{"00-" + ids + "-01, 00-" + otherIDs + "-01"}, noContext},
		{"an empty one", []string{""}, noContext},
		{"the random flag", []string{"00-" + ids + "-03"}, "00-" + ids + "-03"},
		{"flags without a meaning", []string{"00-" + ids + "-ff"}, "00-" + ids + "-03"},
		{"flags without a meaning, not sampled", []string{"00-" + ids + "-04"}, "00-" + ids + "-00"},
		{"flags in upper case", []string{"00-" + ids + "-0A"}, noContext},
		{"flags that are none", []string{"00-" + ids + "-0g"}, noContext},
		{"a dash behind version 00", []string{"00-" + ids + "-01-"}, noContext},
		{"version 00, too short", []string{"00-" + ids + "-1"}, noContext},
		{"more behind version 00", []string{"00-" + ids + "-01-more"}, noContext},
		{"a later version, with more", []string{"01-" + ids + "-09-more"}, "00-" + ids + "-01"},
		{"version ff", []string{"ff-" + ids + "-01"}, noContext},
		{"no ids", []string{"00-" + strings.Repeat("0", 32) + "-b7ad6b7169203331-05"}, noContext},
	} {
		t.Run(each.name, func(t *testing.T) {
			if got, _ := readBack(http.Header{"Traceparent": each.values, "Tracestate": {"a=1"}}); got != each.want {
				t.Errorf("%q, not %q", got, each.want)
			}
		})
	}
}

func TestTracestateHeaders(t *testing.T) {
	long := func(key string, length int) string { return key + "=" + strings.Repeat("x", length-len(key)-1) }
	var many []string
	for i := range 40 {
		many = append(many, fmt.Sprintf("k%d=v", i))
	}
	for _, each := range []struct {
		name   string
		values []string
		want   string
	}{
		{"none", nil, ""},
		{"one", []string{"a=1,b=2"}, "a=1,b=2"},
		{"two, in order", []string{"a=1,b=2", "c=3"}, "a=1,b=2,c=3"},
		{"an empty one between", []string{"a=1", "", "c=3"}, "a=1,c=3"},
		{"512 characters", []string{long("a", 256), long("b", 255)}, long("a", 256) + "," + long("b", 255)},
		{"513 characters", []string{long("a", 256) + "," + long("b", 256)}, long("a", 256)},
		{"a long one between", []string{long("a", 256), long("b", 256), "c=3"}, long("a", 256) + ",c=3"},
		{"a long one before short ones", []string{long("a", 250), long("b", 128), long("c", 128), "d=45"}, long("b", 128) + "," + long("c", 128) + ",d=45"},
		{"short ones", []string{long("a", 128), long("b", 128), long("c", 128), long("d", 126), "e=5"}, long("a", 128) + "," + long("b", 128) + "," + long("c", 128)},
		{"16 KB", []string{strings.TrimSuffix(strings.Repeat(long("a", 500)+",", 32), ",")}, ""},
		{"more than 32", many, strings.Join(many[:32], ",")},
		{"the same key twice", []string{"a=1,b=2,a=3"}, "a=1,b=2"},
		{"what is no member", []string{"a=1,B=2,=3,d", "e=5"}, "a=1,e=5"},
	} {
		t.Run(each.name, func(t *testing.T) {
			header := http.Header{"Traceparent": {"00-" + ids + "-01"}, "Tracestate": each.values}
			if got, state := readBack(header); got != "00-"+ids+"-01" || state != each.want {
				t.Errorf("%q %q, not %q", got, state, each.want)
			}
		})
	}
}

// Whatever comes, what goes on is within W3C's limits.
func FuzzTracestate(f *testing.F) {
	f.Add("a=1, b=2", "c=3")
	f.Add(strings.Repeat("a=1,", 400), "ot=th:0")
	f.Fuzz(func(t *testing.T, first, second string) {
		_, state := readBack(http.Header{"Traceparent": {"00-" + ids + "-01"}, "Tracestate": {first, second}})
		if len(state) > MaxStateLength || strings.Count(state, ",") >= MaxStateMembers {
			t.Errorf("%d characters: %s", len(state), state)
		}
	})
}
