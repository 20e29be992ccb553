//! Keys that say that their value is a secret.

/// Sensitive as whole words of a key: `http.request.header.authorization`, `db.userPassword`; not `author`,
/// `tokenizer.name`, `gen_ai.usage.input_tokens`.
const WORDS: [&str; 22] = [
    "apikey",
    "auth",
    "authorization",
    "cookie",
    "cookies",
    "credential",
    "credentials",
    "dsn",
    "jwt",
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
    "token",
];
/// Sensitive beside each other: `api_key`, `accessKey`.
const PAIRS: [&str; 10] = [
    "access key",
    "account key",
    "api key",
    "api keys",
    "auth key",
    "client key",
    "connection string",
    "private key",
    "session id",
    "signing key",
];
/// Run together with another word: `accesstoken`, `PGPASSWORD`.
const GLUED: [&str; 5] = ["password", "passwd", "secret", "token", "apikey"];
/// Keys of the conventions that hold such a word and no secret.
const HARMLESS: [&str; 1] = ["gen_ai.token.type"];

pub fn is_sensitive_key(key: &str) -> bool {
    if HARMLESS.contains(&key) {
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

/// Lower-case words: `aws.secretAccessKey` is aws, secret, access, key.
fn words_of(key: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut previous_lower = false;
    for character in key.chars() {
        let starts_word = character.is_uppercase() && previous_lower;
        previous_lower = character.is_lowercase() || character.is_ascii_digit();
        if starts_word || !character.is_alphanumeric() {
            words.push(String::new());
        }
        if character.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(character.to_lowercase());
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
            "openai.api-key",
            "password",
            "db.userPassword",
            "PGPASSWORD",
            "accesstoken",
            "access_token",
            "aws.secretAccessKey",
            "set-cookie",
            "x-api-key",
            "password2",
            "session.id",
            "client_secret",
        ] {
            assert!(is_sensitive_key(key), "{key}");
        }
        for key in [
            "gen_ai.usage.input_tokens",
            "gen_ai.usage.output_tokens",
            "gen_ai.request.max_tokens",
            "gen_ai.token.type",
            "author",
            "tokenizer.name",
            "monkey",
            "db.collection.name",
            "url.full",
            "keyboard",
            "http.route",
        ] {
            assert!(!is_sensitive_key(key), "{key}");
        }
    }
}
