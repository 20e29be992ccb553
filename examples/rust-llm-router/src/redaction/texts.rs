//! Secrets within texts: in URLs and queries, after `Bearer`, as `name=value`, and keys known by how they begin.

use super::MASK;
use super::keys::is_sensitive_key;

/// In a URL, which stays one that parses. The conventions' word for it.
const URL_MASK: &str = "REDACTED";

/// Query parameters whose value is a credential.
const PARAMETERS: [&str; 16] = [
    "awsaccesskeyid",
    "signature",
    "sig",
    "x-goog-signature",
    "x-goog-credential",
    "x-amz-signature",
    "x-amz-credential",
    "x-amz-security-token",
    "key",
    "code",
    "state",
    "jwt",
    "access_token",
    "auth",
    "pwd",
    "sid",
];
const SCHEMES: [&str; 2] = ["bearer ", "basic "];
/// Beginnings of keys of well-known services, with how many characters follow at least.
const KEY_PREFIXES: [(&str, usize); 10] = [
    ("sk-", 16),
    ("sk_", 16),
    ("ghp_", 20),
    ("gho_", 20),
    ("github_pat_", 20),
    ("xoxb-", 10),
    ("AKIA", 16),
    ("AIza", 30),
    ("hf_", 20),
    ("glpat-", 16),
];

/// None where there is nothing to mask: most texts.
pub fn mask_text(text: &str) -> Option<String> {
    let mut masked: Option<String> = None;
    for step in [mask_urls, mask_schemes, mask_pairs, mask_known_keys] {
        if let Some(next) = step(masked.as_deref().unwrap_or(text)) {
            masked = Some(next);
        }
    }
    masked
}

/// User name and password, and secret parameters, of every URL in a text.
fn mask_urls(text: &str) -> Option<String> {
    if !text.contains("://") {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("://") {
        let (before, after) = rest.split_at(start + 3);
        out.push_str(before);
        let end =
            after.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '`')).unwrap_or(after.len());
        let (url, tail) = after.split_at(end);
        let authority_end = url.find(['/', '?', '#']).unwrap_or(url.len());
        let (authority, path) = url.split_at(authority_end);
        match authority.rsplit_once('@') {
            Some((_, host)) => {
                out.push_str("REDACTED:REDACTED@");
                out.push_str(host);
            }
            None => out.push_str(authority),
        }
        match path.split_once('?') {
            Some((path, query)) => {
                out.push_str(path);
                out.push('?');
                out.push_str(mask_query(query).as_deref().unwrap_or(query));
            }
            None => out.push_str(path),
        }
        rest = tail;
    }
    out.push_str(rest);
    (out != text).then_some(out)
}

/// Secret parameters of a query, each looked at by its name.
pub fn mask_query(query: &str) -> Option<String> {
    let (query, fragment) = query.split_once('#').map_or((query, None), |(query, fragment)| (query, Some(fragment)));
    let mut changed = false;
    let masked: Vec<String> = query
        .split('&')
        .map(|parameter| match parameter.split_once('=') {
            Some((name, value)) if !value.is_empty() && value != URL_MASK && is_secret_parameter(name) => {
                changed = true;
                format!("{name}={URL_MASK}")
            }
            _ => parameter.to_owned(),
        })
        .collect();
    changed.then(|| {
        let fragment = fragment.map(|fragment| format!("#{fragment}")).unwrap_or_default();
        masked.join("&") + &fragment
    })
}

fn is_secret_parameter(name: &str) -> bool {
    PARAMETERS.contains(&name.to_ascii_lowercase().as_str()) || is_sensitive_key(name)
}

/// `Bearer …`, `Basic …`.
fn mask_schemes(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let mut out: Option<String> = None;
    let mut copied = 0;
    for scheme in SCHEMES {
        for (start, _) in lower.match_indices(scheme) {
            let begin = start + scheme.len();
            let value = &text[begin..];
            let length =
                value.find(|c: char| !(c.is_ascii_alphanumeric() || "._~+/=-".contains(c))).unwrap_or(value.len());
            if length < 6 || begin < copied {
                continue;
            }
            let target = out.get_or_insert_with(String::new);
            target.push_str(&text[copied..begin]);
            target.push_str(MASK);
            copied = begin + length;
        }
    }
    out.map(|out| out + &text[copied..])
}

/// `password=…`, `"api_key": "…"` within longer texts. Numbers and booleans are counts and switches.
fn mask_pairs(text: &str) -> Option<String> {
    if !text.contains(['=', ':']) {
        return None;
    }
    let mut out = String::new();
    let mut copied = 0;
    for (at, _) in text.match_indices(['=', ':']) {
        if at < copied || text[at..].starts_with("://") {
            continue;
        }
        let name = text[copied..at].trim_end_matches(['"', '\'', '\\', ' ']);
        let name_start = name
            .rfind(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')))
            .map_or(0, |index| index + name[index..].chars().next().map_or(1, char::len_utf8));
        if !is_sensitive_key(&name[name_start..]) {
            continue;
        }
        let after = &text[at + 1..];
        let value = after.trim_start_matches([' ', '"', '\'', '\\']);
        let begin = at + 1 + (after.len() - value.len());
        let length = value
            .find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '\\' | '&' | ';' | ',' | ')' | '}' | ']'))
            .unwrap_or(value.len());
        let value = &value[..length];
        let harmless = value.is_empty() || value.parse::<f64>().is_ok() || matches!(value, "true" | "false" | "null")
            || value.starts_with("[REDACTED") || value.starts_with(URL_MASK)
            // `Authorization: Bearer [REDACTED]`, which has been masked.
            || SCHEMES.iter().any(|scheme| scheme.trim_end().eq_ignore_ascii_case(value));
        if harmless {
            continue;
        }
        out.push_str(&text[copied..begin]);
        out.push_str(MASK);
        copied = begin + length;
    }
    (copied > 0).then(|| out + &text[copied..])
}

/// Keys known by how they begin, and JSON Web Tokens.
fn mask_known_keys(text: &str) -> Option<String> {
    let is_key = |word: &str| {
        let jwt = word.starts_with("eyJ") && word.len() > 20 && word.contains('.');
        jwt || KEY_PREFIXES.iter().any(|(prefix, least)| word.starts_with(prefix) && word.len() >= prefix.len() + least)
    };
    let boundary = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
    if !text.split(boundary).any(is_key) {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    for part in text.split_inclusive(boundary) {
        let word = part.trim_end_matches(boundary);
        out.push_str(if is_key(word) { MASK } else { word });
        out.push_str(&part[word.len()..]);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_lose_their_secrets_and_keep_the_rest() {
        for (text, masked) in [
            ("https://u:p@host:8/a?x=1&api_key=abc#f", "https://REDACTED:REDACTED@host:8/a?x=1&api_key=REDACTED#f"),
            ("GET https://h/a?sig=abc failed", "GET https://h/a?sig=REDACTED failed"),
            ("two https://a:b@h, http://c@i/", "two https://REDACTED:REDACTED@h, http://REDACTED:REDACTED@i/"),
            ("Authorization: Bearer abcdef123456 x", "Authorization: Bearer [REDACTED] x"),
            ("sent Basic dXNlcjpwYXNz", "sent Basic [REDACTED]"),
            ("password=hunter2 user=me", "password=[REDACTED] user=me"),
            (r#"{"api_key": "abc", "n": 1}"#, r#"{"api_key": "[REDACTED]", "n": 1}"#),
            (r#"{\"token\":\"abc\"}"#, r#"{\"token\":\"[REDACTED]\"}"#),
            ("bad key sk-abcdefghijklmnop1234 given", "bad key [REDACTED] given"),
            ("(eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx.abc)", "([REDACTED])"),
        ] {
            assert_eq!(mask_text(text).as_deref(), Some(masked), "{text}");
            assert_eq!(mask_text(masked), None, "masked twice: {masked}");
        }
        for text in [
            "",
            "hello world",
            "a: b",
            "token=5 tokens",
            "https://host/path?q=1",
            "é=ü: 日本",
            "auth: true",
            "::::",
            "a=b=c",
        ] {
            assert_eq!(mask_text(text), None, "{text}");
        }
    }
}
