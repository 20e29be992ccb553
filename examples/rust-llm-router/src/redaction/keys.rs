//! Keys that say that their value is a secret. The words, pairs and exceptions of @uat/tracing-sdk
//! (packages/tracing-sdk/src/redaction/sensitive-keys.ts), which the Go example has as well.

/// Sensitive as whole words of a key: `http.request.header.authorization`, `db.userPassword`; not `author`,
/// `tokenizer.name`, `gen_ai.usage.input_tokens`.
const WORDS: [&str; 24] = [
    "apikey",
    "auth",
    "authorization",
    "cookie",
    "cookies",
    "credential",
    "credentials",
    "dsn",
    "jwt",
    "pass",
    "passcode",
    "passphrase",
    "passwd",
    "password",
    "passwords",
    "pin",
    "privatekey",
    "pwd",
    "secret",
    "secrets",
    "sessionid",
    "sid",
    "ssn",
    "token",
];
/// Sensitive beside each other: `api_key`, `accessKey`.
const PAIRS: [&str; 14] = [
    "access key",
    "account key",
    "api key",
    "api keys",
    "auth key",
    "client key",
    "connection string",
    "encryption key",
    "master key",
    "private key",
    "session id",
    "shared key",
    "signing key",
    "storage key",
];
/// Run together with another word, or numbered: `accesstoken`, `PGPASSWORD`, `password2`.
const GLUED: [&str; 6] = ["password", "passwd", "passphrase", "secret", "token", "apikey"];
/// Keys of the conventions that hold such a word and no secret.
const HARMLESS: [&str; 6] = [
    "gen_ai.token.type",
    "gen_ai.usage.token",
    "k8s.secret.name",
    "k8s.secret.uid",
    "secret.name",
    "telemetry.auto.version",
];

pub fn is_sensitive_key(key: &str) -> bool {
    if HARMLESS.iter().any(|harmless| harmless.eq_ignore_ascii_case(key)) {
        return false;
    }
    let words = words_of(key);
    let sensitive = |word: &String| {
        let bare = word.trim_end_matches(|last: char| last.is_ascii_digit());
        WORDS.contains(&word.as_str()) || GLUED.iter().any(|glued| bare.ends_with(glued))
    };
    words.iter().any(sensitive)
        || words.windows(2).any(|pair| PAIRS.contains(&format!("{} {}", pair[0], pair[1]).as_str()))
}

/// Lower-case words: `aws.secretAccessKey` is aws, secret, access, key; `SIDValue` is sid, value.
fn words_of(key: &str) -> Vec<String> {
    let characters: Vec<char> = key.chars().collect();
    let mut words = vec![String::new()];
    for (index, character) in characters.iter().copied().enumerate() {
        let before = index.checked_sub(1).map(|before| characters[before]);
        let after_lower = before.is_some_and(|before| before.is_ascii_lowercase() || before.is_ascii_digit());
        let after_acronym = before.is_some_and(|before| before.is_ascii_uppercase())
            && characters.get(index + 1).is_some_and(char::is_ascii_lowercase);
        if !character.is_ascii_alphanumeric() || (character.is_ascii_uppercase() && (after_lower || after_acronym)) {
            words.push(String::new());
        }
        if character.is_ascii_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.push(character.to_ascii_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_tell_secrets_from_what_only_sounds_like_one() {
        for key in [
            "http.request.header.authorization",
            "authorization",
            "api_key",
            "apiKey",
            "APIKey",
            "openai.api-key",
            "password",
            "db.userPassword",
            "PGPASSWORD",
            "accesstoken",
            "access_token",
            "clientsecret",
            "aws.secretAccessKey",
            "set-cookie",
            "x-api-key",
            "password2",
            "SIDValue",
            "session.id",
            "client_secret",
            "storage.encryption_key",
        ] {
            assert!(is_sensitive_key(key), "{key}");
        }
        for key in [
            "gen_ai.usage.input_tokens",
            "gen_ai.usage.output_tokens",
            "gen_ai.request.max_tokens",
            "gen_ai.token.type",
            "K8s.Secret.Name",
            "author",
            "tokenizer.name",
            "monkey",
            "db.collection.name",
            "messaging.message.id",
            "url.full",
            "keyboard",
            "http.route",
        ] {
            assert!(!is_sensitive_key(key), "{key}");
        }
    }
}
