package redaction

import (
	"strings"
	"testing"
)

func TestSecretsInTextAreMasked(t *testing.T) {
	jwt := "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
	for _, each := range []struct{ text, want string }{
		{"Authorization: Bearer abcdef123456", "Authorization: Bearer [REDACTED]"},
		{"sent Bearer abcdef123456 along", "sent Bearer [REDACTED] along"},
		{"Authorization: Digest username=\"x\", response=\"y\"", "Authorization: Digest [REDACTED]\"x\", response=\"y\""},
		{"token " + jwt + " refused", "token [REDACTED] refused"},
		{"postgres://anna:hunter22@db/x", "postgres://REDACTED:REDACTED@db/x"},
		{"https://key@host/x", "https://REDACTED@host/x"},
		{"GET http://x/y?a=1&api_key=abc&b=2 failed", "GET http://x/y?a=1&api_key=REDACTED&b=2 failed"},
		{`{"user":"anna","password":"a \"quoted\" one","n":1}`, `{"user":"anna","password":"[REDACTED]","n":1}`},
		{`{\"apiKey\":\"abc\"}`, `{\"apiKey\":\"[REDACTED]\"}`},
		{`{"sid":"abc"}`, `{"sid":"[REDACTED]"}`},
		{"Server=x;Password=hunter22;Timeout=5", "Server=x;Password=[REDACTED];Timeout=5"},
		{"CREATE USER a PASSWORD 'it''s' VALID", "CREATE USER a PASSWORD '[REDACTED]' VALID"},
		{"run --db-password hunter22 --verbose", "run --db-password [REDACTED] --verbose"},
		{"Set-Cookie: a=b; Path=/", "Set-Cookie: [REDACTED]"},
		{"AKIA" + "IOSFODNN7EXAMPLE is a key", "[REDACTED] is a key"},
		{"ghp_" + strings.Repeat("a1", 18), "[REDACTED]"},
		{"sk-" + "proj-" + strings.Repeat("a1", 12), "[REDACTED]"},
		{"-----BEGIN RSA PRIVATE " + "KEY-----\nabc\n-----END RSA PRIVATE " + "KEY----- rest", "[REDACTED] rest"},
	} {
		got := Text(each.text)
		if got != each.want {
			t.Errorf("%s\n  became %s\n  not    %s", each.text, got, each.want)
		}
		if again := Text(got); again != got {
			t.Errorf("%s, masked again, becomes %s", got, again)
		}
	}
}

func TestWhatIsNoSecretStays(t *testing.T) {
	for _, text := range []string{"", "GET /ws", "complete /ws", "tokens: 12", "max_tokens=50", "token=true", "the author's key idea", "http://router:8001/v1/completions?n=1",
		"the bearer of this", "gen_ai.usage.input_tokens", "mail anna@example.org", "0af7651916cd43dd8448eb211c80319c", "ratio: 0.1"} {
		if got := Text(text); got != text {
			t.Errorf("%s became %s", text, got)
		}
	}
}

func TestSensitiveKeys(t *testing.T) {
	for _, key := range []string{"http.request.header.authorization", "db.userPassword", "aws.secretAccessKey", "api_key", "session.id", "PGPASSWORD", "password2", "clientsecret", "x-api-key"} {
		if !isSensitiveKey(key) {
			t.Errorf("%s is not sensitive", key)
		}
	}
	for _, key := range []string{"author", "tokenizer.name", "monkey", "gen_ai.usage.input_tokens", "k8s.secret.name", "messaging.message.id", "http.route", "websocket.close.code"} {
		if isSensitiveKey(key) {
			t.Errorf("%s is sensitive", key)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add("password=x&token='y'")
	f.Fuzz(func(t *testing.T, text string) {
		// Masks are a fixed point: nothing is masked twice, and nothing is unmasked.
		masked := Text(text)
		if again := Text(masked); strings.Count(again, Mask) < strings.Count(masked, Mask) {
			t.Errorf("%q became %q, and then %q", text, masked, again)
		}
	})
}
