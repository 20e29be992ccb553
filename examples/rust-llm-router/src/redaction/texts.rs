//! Secrets within texts, known by their shape: the table of the Go example
//! (examples/go-websocket-service/internal/redaction/text.go), and so the same kinds as @uat/tracing-sdk finds. Both
//! mask the same; a shape that one learns the other has to learn as well.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::MASK;

/// In a URL, which stays one that parses. The conventions' word for it.
const URL_MASK: &str = "REDACTED";
/// The shortest text with a secret in it: `pwd=x`.
const MIN_SECRET_TEXT: usize = 5;

const PAIR_NAME: &str = r"[\w.-]{0,40}?(?:password|passwd|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|account[_-]?key|private[_-]?key|authorization|credentials?|cookie|signature)";

/// What a secret looks like, and what stays of it. `NAME` is `PAIR_NAME`, `MASK` the mask.
const SHAPES: [(&str, &str); 18] = [
    (r"(?s)-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----.*?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|$)", "MASK"),
    (r"\beyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*)?", "MASK"),
    (r"(?i)\b(bearer|basic)(\s+)[\w.~+/=-]{6,}", "${1}${2}MASK"),
    (r"(?i)\b(password|identified\s{1,4}by)(\s{1,4})'(?:[^']|'')+'", "${1}${2}'MASK'"),
    (r#"(?i)(--[\w-]{0,30}(?:password|passwd|secret|token|api-?key)\s{1,4})[^\s"'-][^\s"']*"#, "${1}MASK"),
    (r#"(?i)\b((?:set-)?cookie\s{0,4}:\s{0,4})[^\s"'][^\r\n"']*"#, "${1}MASK"),
    (
        r#"(?i)\b((?:proxy-)?authorization["']?\s{0,4}[:=]\s{0,4}["']?(?:apikey|digest|token|negotiate|aws4-hmac-sha256)\s)[^\r\n"']+"#,
        "${1}MASK",
    ),
    (r#"(?i)\b((?:NAME|jwt|session_?id|sid|auth|pin|pass)"\s{0,4}[:=]\s{0,4}")(?:[^"\\]|\\.)+"#, "${1}MASK"),
    (r#"(?i)\b(NAME["']?\s{0,4}[:=]\s{0,4}")(?:[^"\\]|\\.)+"#, "${1}MASK"),
    (r#"(?i)\b(NAME["']?\s{0,4}[:=]\s{0,4}')(?:[^'\\]|\\.)+"#, "${1}MASK"),
    (r#"(?i)\b(NAME\\{1,3}["']\s{0,4}[:=]\s{0,4}\\{1,3}["'])[^"'\\]+"#, "${1}MASK"),
    (r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b", "MASK"),
    (r"\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})", "MASK"),
    (r"\bxox[a-z]-[A-Za-z0-9-]{10,}", "MASK"),
    (r"\b[sr]k[-_](?:live[-_]|test[-_]|ant-|proj-)?[A-Za-z0-9_-]{16,}", "MASK"),
    (r"\bAIza[A-Za-z0-9_-]{30,}", "MASK"),
    (r"\b(?:npm_[A-Za-z0-9]{30,}|glpat-[A-Za-z0-9_-]{16,}|hf_[A-Za-z0-9]{20,})", "MASK"),
    (r"\b(?:SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}|ya29\.[A-Za-z0-9_-]{20,})", "MASK"),
];

/// One of them is in every text with a secret that has a shape; nearly all texts have none, and are done with.
const HINTS: &str = r"(?i-u:--|eyj|bearer|basic|identified|akia|asia|gh[pousr]_|github_pat_|xox|[sr]k[-_]|aiza|npm_|glpat-|hf_|sg\.|ya29\.|pass|pwd|secret|token|key|auth|credential|cookie|signature|jwt|session|sid|pin)";

/// A count, a switch, or the name of an authorization scheme, whose credentials are masked behind it.
const HARMLESS_VALUE: &str =
    r"(?i)^(?:\d+(?:\.\d+)?|true|false|null|undefined|bearer|basic|apikey|digest|token|negotiate|aws4-hmac-sha256)$";

struct Patterns {
    hints: Regex,
    shapes: Vec<(Regex, String)>,
    bare_pair: Regex,
    harmless_value: Regex,
    userinfo: Regex,
    query_value: Regex,
}

static PATTERNS: LazyLock<Patterns> = LazyLock::new(|| Patterns {
    hints: compile(HINTS),
    shapes: SHAPES.iter().map(|(shape, stays)| (compile(shape), stays.replace("MASK", MASK))).collect(),
    bare_pair: compile(r#"(?i)\b(NAME\s{0,4}[:=]\s{0,4})((?:(?:bearer|basic)\s+)?[^\s"'\\&;,)}\]]+)"#),
    harmless_value: compile(HARMLESS_VALUE),
    userinfo: compile(r#"(?i)(\b[a-z][a-z0-9+.-]{0,30}://)([^\s/?#@"'<>]+(?:@[^\s/?#@"'<>]+)*)@"#),
    query_value: compile(
        r#"(?i)([?&;](?:AWSAccessKeyId|Signature|sig|X-Goog-Signature|X-Goog-Credential|X-Amz-Signature|X-Amz-Credential|X-Amz-Security-Token|access_token|id_token|refresh_token|token|auth|api[_-]?key|key|password|passwd|pwd|secret|client_secret|code|state|session|sid|jwt)=)[^&#\s"'<>]+"#,
    ),
});

/// Classes mean ASCII, as in Go: a letter outside of it before a key is the key's boundary.
fn compile(pattern: &str) -> Regex {
    let pattern = pattern
        .replace("NAME", PAIR_NAME)
        .replace(r"\w", "[0-9A-Za-z_]")
        .replace(r"\s", r"[\t\n\f\r ]")
        .replace(r"\d", "[0-9]")
        .replace(r"\b", r"(?-u:\b)");
    Regex::new(&pattern).expect("a pattern of this file, which a test compiles")
}

/// None where there is nothing to mask: most texts.
pub fn mask_text(text: &str) -> Option<String> {
    if text.len() < MIN_SECRET_TEXT {
        return None;
    }
    let patterns = &*PATTERNS;
    let mut masked = Cow::Borrowed(text);
    if text.contains("://") {
        replace(&mut masked, mask_urls);
    }
    if patterns.hints.is_match(text) {
        for (shape, stays) in &patterns.shapes {
            replace(&mut masked, |text| shape.replace_all(text, stays));
        }
        replace(&mut masked, |text| patterns.bare_pair.replace_all(text, mask_bare_pair));
    }
    changed(masked, text)
}

/// None where a query, without the URL around it, holds nothing to mask (`url.query`).
pub fn mask_query(query: &str) -> Option<String> {
    let whole = format!("?{query}");
    let masked = mask_query_values(&whole);
    changed(Cow::Borrowed(&masked[1..]), query)
}

fn changed(masked: Cow<'_, str>, text: &str) -> Option<String> {
    (masked != text).then(|| masked.into_owned())
}

fn replace(text: &mut Cow<'_, str>, step: impl FnOnce(&str) -> Cow<'_, str>) {
    if let Cow::Owned(next) = step(text) {
        *text = Cow::Owned(next);
    }
}

/// Leaves harmless values, and what is masked already.
fn mask_bare_pair(pair: &Captures<'_>) -> String {
    let (name, value) = (&pair[1], &pair[2]);
    if PATTERNS.harmless_value.is_match(value) || value.contains(URL_MASK) {
        return pair[0].to_owned();
    }
    format!("{name}{MASK}")
}

/// User name and password, and the values of credential parameters, of every URL in a text.
fn mask_urls(text: &str) -> Cow<'_, str> {
    let mut masked = PATTERNS.userinfo.replace_all(text, |found: &Captures<'_>| {
        let user = if found[2].contains(':') { "REDACTED:REDACTED" } else { URL_MASK };
        format!("{}{user}@", &found[1])
    });
    replace(&mut masked, mask_query_values);
    masked
}

fn mask_query_values(text: &str) -> Cow<'_, str> {
    PATTERNS.query_value.replace_all(text, "${1}REDACTED")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    /// The table of text_test.go, and below it what only this program has met.
    #[test]
    fn texts_lose_their_secrets_and_keep_the_rest() {
        let jwt = concat!("eyJhbGciOiJIUzI1NiJ9", ".eyJzdWIiOiIxIn0.c2lnbmF0dXJl");
        let long = "a1".repeat(18);
        for (text, masked) in [
            ("Authorization: Bearer abcdef123456", "Authorization: Bearer [REDACTED]"),
            ("sent Bearer abcdef123456 along", "sent Bearer [REDACTED] along"),
            (
                r#"Authorization: Digest username="x", response="y""#,
                r#"Authorization: Digest [REDACTED]"x", response="y""#,
            ),
            (&*format!("token {jwt} refused"), "token [REDACTED] refused"),
            ("postgres://anna:hunter22@db/x", "postgres://REDACTED:REDACTED@db/x"),
            ("https://key@host/x", "https://REDACTED@host/x"),
            ("GET http://x/y?a=1&api_key=abc&b=2 failed", "GET http://x/y?a=1&api_key=REDACTED&b=2 failed"),
            (
                r#"{"user":"anna","password":"a \"quoted\" one","n":1}"#,
                r#"{"user":"anna","password":"[REDACTED]","n":1}"#,
            ),
            (r#"{\"apiKey\":\"abc\"}"#, r#"{\"apiKey\":\"[REDACTED]\"}"#),
            (r#"{"sid":"abc"}"#, r#"{"sid":"[REDACTED]"}"#),
            ("Server=x;Password=hunter22;Timeout=5", "Server=x;Password=[REDACTED];Timeout=5"),
            ("CREATE USER a PASSWORD 'it''s' VALID", "CREATE USER a PASSWORD '[REDACTED]' VALID"),
            ("run --db-password hunter22 --verbose", "run --db-password [REDACTED] --verbose"),
            ("Set-Cookie: a=b; Path=/", "Set-Cookie: [REDACTED]"),
            (concat!("AKIA", "IOSFODNN7EXAMPLE is a key"), "[REDACTED] is a key"),
            (&*format!("ghp_{long}"), "[REDACTED]"),
            (&*format!("sk-proj-{long}"), "[REDACTED]"),
            (
                concat!("-----BEGIN RSA PRIVATE ", "KEY-----\nabc\n-----END RSA PRIVATE ", "KEY----- rest"),
                "[REDACTED] rest",
            ),
            // Several in one text.
            ("Basic dXNlcjpwYXNz then Bearer abcdef123456", "Basic [REDACTED] then Bearer [REDACTED]"),
            ("Bearer abcdef123456 and Bearer ghijkl123456", "Bearer [REDACTED] and Bearer [REDACTED]"),
            ("Cookie: a=b; session=hunter22; c=d", "Cookie: [REDACTED]"),
            ("two https://a:b@h, http://c@i/", "two https://REDACTED:REDACTED@h, http://REDACTED@i/"),
            ("https://u:p@host:8/a?x=1&api_key=abc#f", "https://REDACTED:REDACTED@host:8/a?x=1&api_key=REDACTED#f"),
            ("Authorization: ApiKey hunter22", "Authorization: ApiKey [REDACTED]"),
            ("run --password x", "run --password [REDACTED]"),
            (&*format!("ghs_{long}, npm_{long}"), "[REDACTED], [REDACTED]"),
            (&*format!("rk_live_{long} xoxp-{long}"), "[REDACTED] [REDACTED]"),
            (&*format!("glpat-{long} hf_{long} AIza{long}"), "[REDACTED] [REDACTED] [REDACTED]"),
            (&*format!("ésk-{long}日本"), "é[REDACTED]日本"),
            (concat!("-----BEGIN PRIVATE ", "KEY-----\nabc, cut off"), "[REDACTED]"),
            ("GET https://h/a?sig=abc failed", "GET https://h/a?sig=REDACTED failed"),
            ("password=hunter2 user=me", "password=[REDACTED] user=me"),
            (r#"{"api_key": "abc", "n": 1}"#, r#"{"api_key": "[REDACTED]", "n": 1}"#),
        ] {
            assert_eq!(mask_text(text).as_deref(), Some(masked), "{text}");
            assert_eq!(mask_text(masked), None, "masked twice: {masked}");
        }
    }

    #[test]
    fn what_is_no_secret_stays() {
        for text in [
            "",
            "GET /ws",
            "complete /ws",
            "tokens: 12",
            "max_tokens=50",
            "token=true",
            "token=5 tokens",
            "the author's key idea",
            "http://router:8001/v1/completions?n=1",
            "the bearer of this",
            "gen_ai.usage.input_tokens",
            "mail anna@example.org",
            "0af7651916cd43dd8448eb211c80319c",
            "ratio: 0.1",
            "hello world",
            "é=ü: 日本",
            "auth: true",
            "::::",
            "a=b=c",
        ] {
            assert_eq!(mask_text(text), None, "{text}");
        }
        assert_eq!(mask_query("a=1;token=abc&sid=x&b=2").as_deref(), Some("a=1;token=REDACTED&sid=REDACTED&b=2"));
        assert_eq!(mask_query("a=1&b=é"), None);
    }

    /// Texts put together by chance, from a fixed seed.
    #[test]
    fn nothing_masked_is_unmasked() {
        const PIECES: [&str; 20] = [
            "password",
            "=",
            ":",
            "\"",
            "'",
            "\\",
            " ",
            "x",
            "é日",
            "Bearer ",
            "://",
            "?token=",
            "@",
            "--secret ",
            "\n",
            "Cookie: ",
            "sk-abcdefghijklmnop1234",
            "-----BEGIN PRIVATE KEY-----",
            "&",
            ";",
        ];
        let mut chance = StdRng::seed_from_u64(9);
        for _ in 0..5000 {
            let count = chance.random_range(1..12);
            let text: String = (0..count).map(|_| PIECES[chance.random_range(0..PIECES.len())]).collect();
            let once = mask_text(&text).unwrap_or_else(|| text.clone());
            let twice = mask_text(&once).unwrap_or_else(|| once.clone());
            let masks = |text: &str| text.matches(MASK).count();
            assert!(masks(&twice) >= masks(&once), "{text:?} became {once:?}, and then {twice:?}");
        }
    }
}
