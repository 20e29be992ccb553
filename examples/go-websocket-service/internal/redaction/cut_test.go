package redaction

import (
	"strings"
	"testing"
	"unicode/utf8"

	"go.opentelemetry.io/otel/attribute"
)

// secrets, each of which ends with what says that it is one, or is known by its length.
var secrets = []string{
	"postgres://user:hunter22secret@db/x", "mongodb://u:hunter22secret@h", "alter user x identified by 'hunter22secret'",
	"eyJhbGciOiJIUzI1NiJ9" + ".hunter22secret.c2lnbmF0dXJl", "AIza" + "hunter22secret" + strings.Repeat("a", 21), "ghp_" + "hunter22secret" + strings.Repeat("b", 22),
	"AKIA" + "HUNTER22SECRETXX", "https://x/y?token=hunter22secret", "password=hunter22secret",
}

func TestACutDoesNotShowHalfOfASecret(t *testing.T) {
	const longest = 100
	for _, secret := range secrets {
		for _, behind := range []string{"", " and more", strings.Repeat(" and more", 100)} {
			for before := longest - len(secret) - 1; before <= longest; before++ {
				got := Cut(strings.Repeat("a", before)+" "+secret+behind, longest)
				if strings.Contains(strings.ToLower(got), "hunter2") || utf8.RuneCountInString(got) > longest {
					t.Fatalf("%d before %s: %s", before, secret, got)
				}
			}
		}
	}
}

// Masking makes a text shorter: what was half missing behind the margin may not move to where it is kept.
func TestMaskingMovesNoHalfOfASecretIntoSight(t *testing.T) {
	const longest = 1000
	for _, secret := range secrets {
		for length := 0; length < len(secret); length += 3 {
			whole := strings.Repeat("password=hunter22"+strings.Repeat("x", 80)+" ", 20)[:longest+Margin-1-length]
			if got := Cut(whole+" "+secret, longest); strings.Contains(strings.ToLower(got), "hunter2") {
				t.Fatalf("%d of %s: %s", length, secret, got)
			}
		}
	}
}

func TestACutKeepsWhatIsNoSecret(t *testing.T) {
	for _, each := range []struct{ text, want string }{
		{"", ""}, {"abc", "abc"}, {"abcdefghijk", "abcdefghij"}, {strings.Repeat("ü", 5000), strings.Repeat("ü", 10)},
		{strings.Repeat("a", 10+Margin), strings.Repeat("a", 10)},
		{strings.Repeat("\uFFFD", 5000), strings.Repeat("\uFFFD", 10)},
		{strings.Repeat("a\xff", 5000), strings.Repeat("a\uFFFD", 5)}, {strings.Repeat("\xff", 5000), "\uFFFD"},
		{"Cookie: " + strings.Repeat("a", 5000), Mask},
	} {
		if got := Cut(each.text, 10); got != each.want {
			t.Errorf("%.50q becomes %.50q, not %q", each.text, got, each.want)
		}
	}
}

func TestTextsOfAttributesAreMaskedThenCut(t *testing.T) {
	long := strings.Repeat("a", 94) + " postgres://user:hunter22secret@db/x"
	got := Attributes([]attribute.KeyValue{
		attribute.String("text", long), attribute.StringSlice("texts", []string{"x", long}), attribute.String("db.password", strings.Repeat("a", 5000)),
		attribute.String("url.query", strings.Repeat("a", 5000)),
	}, 100)
	want := strings.Repeat("a", 94) + " postg"
	if got[0].Value.AsString() != want || got[1].Value.AsStringSlice()[1] != want || got[2].Value.AsString() != Mask || got[3].Value.AsString() != strings.Repeat("a", 100) {
		t.Errorf("%v", got)
	}
}
