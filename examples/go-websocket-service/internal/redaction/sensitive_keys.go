package redaction

import (
	"regexp"
	"strings"
)

// The words, pairs and exceptions of @uat/tracing-sdk (packages/tracing-sdk/src/redaction/sensitive-keys.ts).
var (
	// sensitiveWords as whole words of a key: http.request.header.authorization, db.userPassword, but not author.
	sensitiveWords = setOf("apikey", "auth", "authorization", "cookie", "cookies", "credential", "credentials", "dsn", "jwt",
		"pass", "passcode", "passphrase", "passwd", "password", "passwords", "pin", "privatekey", "pwd", "secret", "secrets",
		"sessionid", "sid", "ssn", "token")
	// sensitivePairs are sensitive only beside each other: api_key, session.id.
	sensitivePairs = setOf("access key", "account key", "api key", "api keys", "auth key", "client key", "connection string",
		"encryption key", "master key", "private key", "session id", "shared key", "signing key", "storage key")
	// harmlessKeys of the conventions hold such a word and no secret.
	harmlessKeys = setOf("gen_ai.token.type", "gen_ai.usage.token", "k8s.secret.name", "k8s.secret.uid", "secret.name", "telemetry.auto.version")
	// glued with another word, or numbered: PGPASSWORD, accesstoken, password2.
	glued     = regexp.MustCompile(`(?:password|passwd|passphrase|secret|token|apikey)[0-9]*$`)
	camelCase = regexp.MustCompile(`([a-z0-9])([A-Z])`)
	acronym   = regexp.MustCompile(`([A-Z]+)([A-Z][a-z])`)
	notAWord  = regexp.MustCompile(`[^a-z0-9]+`)
)

func isSensitiveKey(key string) bool {
	if harmlessKeys[strings.ToLower(key)] {
		return false
	}
	spaced := acronym.ReplaceAllString(camelCase.ReplaceAllString(key, "$1 $2"), "$1 $2")
	words := notAWord.Split(strings.ToLower(spaced), -1)
	for i, word := range words {
		if sensitiveWords[word] || glued.MatchString(word) || i > 0 && sensitivePairs[words[i-1]+" "+word] {
			return true
		}
	}
	return false
}

func setOf(words ...string) map[string]bool {
	set := make(map[string]bool, len(words))
	for _, word := range words {
		set[word] = true
	}
	return set
}
