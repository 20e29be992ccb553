// Package redaction takes secrets out of what leaves the process: spans and log lines. The same kinds of secrets as
// @uat/tracing-sdk finds (packages/tracing-sdk/src/redaction), in expressions that Go's linear-time engine knows.
package redaction

import (
	"regexp"
	"strings"
)

// Mask stands where a secret was; urlMask in URLs, which stay ones that parse.
const (
	Mask    = "[REDACTED]"
	urlMask = "REDACTED"
)

// minSecretText is the shortest text with a secret in it: pwd=x.
const minSecretText = 5

const pairName = `[\w.-]{0,40}?(?:password|passwd|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|account[_-]?key|private[_-]?key|authorization|credentials?|cookie|signature)`

var (
	userinfo   = regexp.MustCompile(`(?i)(\b[a-z][a-z0-9+.-]{0,30}://)([^\s/?#@"'<>]+(?:@[^\s/?#@"'<>]+)*)@`)
	queryValue = regexp.MustCompile(`(?i)([?&;](?:AWSAccessKeyId|Signature|sig|X-Goog-Signature|X-Goog-Credential|X-Amz-Signature|X-Amz-Credential|X-Amz-Security-Token|access_token|id_token|refresh_token|token|auth|api[_-]?key|key|password|passwd|pwd|secret|client_secret|code|state|session|sid|jwt)=)[^&#\s"'<>]+`)
	// harmlessValue is a count, a switch, or the name of an authorization scheme, whose credentials are masked behind it.
	harmlessValue = regexp.MustCompile(`(?i)^(?:\d+(?:\.\d+)?|true|false|null|undefined|bearer|basic|apikey|digest|token|negotiate|aws4-hmac-sha256)$`)
	barePair      = regexp.MustCompile(`(?i)\b(` + pairName + `\s{0,4}[:=]\s{0,4})((?:(?:bearer|basic)\s+)?[^\s"'\\&;,)}\]]+)`)
)

// shape of a secret: masked keeps what is not secret, and is only looked for where one of the words is in the text (in
// lower case), which nearly always rules it out at once.
type shape struct {
	words   []string
	secret  *regexp.Regexp
	replace string
}

var shapes = []shape{
	{[]string{"private key"}, regexp.MustCompile(`(?s)-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----.*?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|$)`), Mask},
	{[]string{"eyj"}, regexp.MustCompile(`\beyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*)?`), Mask},
	{[]string{"bearer", "basic"}, regexp.MustCompile(`(?i)\b(bearer|basic)(\s+)[\w.~+/=-]{6,}`), "$1$2" + Mask},
	{[]string{"password", "identified"}, regexp.MustCompile(`(?i)\b(password|identified\s{1,4}by)(\s{1,4})'(?:[^']|'')+'`), "$1$2'" + Mask + "'"},
	{[]string{"--"}, regexp.MustCompile(`(?i)(--[\w-]{0,30}(?:password|passwd|secret|token|api-?key)\s{1,4})[^\s"'-][^\s"']*`), "${1}" + Mask},
	{[]string{"cookie"}, regexp.MustCompile(`(?i)\b((?:set-)?cookie\s{0,4}:\s{0,4})[^\s"'][^\r\n"']*`), "${1}" + Mask},
	{[]string{"authorization"}, regexp.MustCompile(`(?i)\b((?:proxy-)?authorization["']?\s{0,4}[:=]\s{0,4}["']?(?:apikey|digest|token|negotiate|aws4-hmac-sha256)\s)[^\r\n"']+`), "${1}" + Mask},
	{pairWords, regexp.MustCompile(`(?i)\b((?:` + pairName + `|jwt|session_?id|sid|auth|pin|pass)"\s{0,4}[:=]\s{0,4}")(?:[^"\\]|\\.)+`), "${1}" + Mask},
	{pairWords, regexp.MustCompile(`(?i)\b(` + pairName + `["']?\s{0,4}[:=]\s{0,4}")(?:[^"\\]|\\.)+`), "${1}" + Mask},
	{pairWords, regexp.MustCompile(`(?i)\b(` + pairName + `["']?\s{0,4}[:=]\s{0,4}')(?:[^'\\]|\\.)+`), "${1}" + Mask},
	{pairWords, regexp.MustCompile(`(?i)\b(` + pairName + `\\{1,3}["']\s{0,4}[:=]\s{0,4}\\{1,3}["'])[^"'\\]+`), "${1}" + Mask},
	{[]string{"akia", "asia"}, regexp.MustCompile(`\b(?:AKIA|ASIA)[0-9A-Z]{16}\b`), Mask},
	{[]string{"gh", "github_pat_"}, regexp.MustCompile(`\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})`), Mask},
	{[]string{"xox"}, regexp.MustCompile(`\bxox[a-z]-[A-Za-z0-9-]{10,}`), Mask},
	{[]string{"sk-", "sk_", "rk-", "rk_"}, regexp.MustCompile(`\b[sr]k[-_](?:live[-_]|test[-_]|ant-|proj-)?[A-Za-z0-9_-]{16,}`), Mask},
	{[]string{"aiza"}, regexp.MustCompile(`\bAIza[A-Za-z0-9_-]{30,}`), Mask},
	{[]string{"npm_", "glpat-", "hf_"}, regexp.MustCompile(`\b(?:npm_[A-Za-z0-9]{30,}|glpat-[A-Za-z0-9_-]{16,}|hf_[A-Za-z0-9]{20,})`), Mask},
	{[]string{"sg.", "ya29."}, regexp.MustCompile(`\b(?:SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}|ya29\.[A-Za-z0-9_-]{20,})`), Mask},
}

var pairWords = []string{"pass", "pwd", "secret", "token", "key", "auth", "credential", "cookie", "signature", "jwt", "session", "sid", "pin"}

// Text with every secret in it masked, and what is no UTF-8 replaced, which neither OTLP nor JSON can carry; the very same
// text when there is nothing of it.
func Text(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if len(text) < minSecretText {
		return text
	}
	if strings.Contains(text, "://") {
		text = maskURLs(text)
	}
	lower := strings.ToLower(text)
	for _, each := range shapes {
		if containsAny(lower, each.words) {
			text = each.secret.ReplaceAllString(text, each.replace)
		}
	}
	if strings.ContainsAny(text, "=:") && containsAny(lower, pairWords) {
		text = barePair.ReplaceAllStringFunc(text, maskBarePair)
	}
	return text
}

// maskBarePair leaves harmless values, and what is masked already.
func maskBarePair(pair string) string {
	parts := barePair.FindStringSubmatch(pair)
	name, value := parts[1], parts[2]
	if harmlessValue.MatchString(value) || strings.Contains(value, urlMask) {
		return pair
	}
	return name + Mask
}

// maskURLs masks user:password@ and the values of credential parameters in every URL within the text.
func maskURLs(text string) string {
	if strings.Contains(text, "@") {
		text = userinfo.ReplaceAllStringFunc(text, func(found string) string {
			parts := userinfo.FindStringSubmatch(found)
			if strings.Contains(parts[2], ":") {
				return parts[1] + urlMask + ":" + urlMask + "@"
			}
			return parts[1] + urlMask + "@"
		})
	}
	if strings.Contains(text, "?") {
		text = queryValue.ReplaceAllString(text, "${1}"+urlMask)
	}
	return text
}

// maskQuery of a URL, without the URL (url.query).
func maskQuery(query string) string {
	return strings.TrimPrefix(queryValue.ReplaceAllString("?"+query, "${1}"+urlMask), "?")
}

func containsAny(text string, words []string) bool {
	for _, word := range words {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}
