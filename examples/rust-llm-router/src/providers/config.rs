//! Providers as JSON, of `ROUTER_PROVIDERS` or the file that `ROUTER_PROVIDERS_FILE` names:
//! `{"providers": [{"name": "openai", "base_url": "https://api.openai.com/v1", "api_key_env": "OPENAI_API_KEY", "models": ["gpt-4o"]}]}`.
//! A request goes to the first provider that serves its model, then to the next that does.

use std::collections::HashSet;
use std::fmt;
use std::time::Duration;

use serde::Deserialize;
use url::Url;

use crate::settings::SettingError;

#[derive(Clone)]
pub struct ProviderConfig {
    /// In spans and logs, unique.
    pub name: String,
    /// Before `/completions` and `/chat/completions`.
    pub base_url: Url,
    /// What the variable that `api_key_env` names holds.
    pub api_key: Option<String>,
    pub models: Vec<ModelConfig>,
    /// `timeout_ms`, default 30000: for one attempt until its head, and between two parts of its body.
    pub timeout: Duration,
    /// `max_retries`, default 2: attempts after the first, with growing pauses.
    pub max_retries: u32,
}

impl fmt::Debug for ProviderConfig {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("ProviderConfig")
            .field("name", &self.name)
            .field("base_url", &self.base_url.as_str())
            .finish_non_exhaustive()
    }
}

/// A name, or `{"name": "small", "upstream": "llama-3"}`; the name `*` is every model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelConfig {
    pub name: String,
    pub upstream: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    providers: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    base_url: String,
    api_key_env: Option<String>,
    models: Vec<ModelEntry>,
    #[serde(default = "default_timeout")]
    timeout_ms: u64,
    #[serde(default = "default_retries")]
    max_retries: u32,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "a model is a string, or {\"name\": \"…\", \"upstream\": \"…\"}")]
enum ModelEntry {
    Name(String),
    Renamed { name: String, upstream: String },
}

fn default_timeout() -> u64 {
    30_000
}

fn default_retries() -> u32 {
    2
}

/// `source` names where the JSON is from; `variable` reads API keys.
pub fn parse_providers(
    source: &str,
    json: &str,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Vec<ProviderConfig>, SettingError> {
    let file: File = serde_json::from_str(json).map_err(|error| {
        SettingError(format!(
            "{source}: {error}. Allowed is {{\"providers\": [{{\"name\", \"base_url\", \"models\", …}}]}}."
        ))
    })?;
    let mut names = HashSet::new();
    let mut providers = Vec::new();
    for (index, entry) in file.providers.into_iter().enumerate() {
        let wrong = |field: &str, allowed: &str| {
            SettingError(format!("{source}: providers[{index}].{field} is wrong; allowed is {allowed}."))
        };
        if entry.name.trim().is_empty() || entry.name == "echo" || !names.insert(entry.name.clone()) {
            return Err(wrong("name", "a name that no other provider has, and not 'echo', which is built in"));
        }
        let base_url = Url::parse(entry.base_url.trim_end_matches('/'))
            .ok()
            .filter(|url| {
                matches!(url.scheme(), "http" | "https")
                    && url.username().is_empty()
                    && url.password().is_none()
                    && url.query().is_none()
            })
            .ok_or_else(|| {
                wrong(
                    "base_url",
                    "an http:// or https:// URL without a password or a query, such as https://api.openai.com/v1",
                )
            })?;
        let api_key = match entry.api_key_env {
            None => None,
            Some(name) => match variable(&name) {
                Some(key) if key.bytes().all(|byte| byte.is_ascii_graphic()) => Some(key),
                _ => {
                    return Err(wrong(
                        "api_key_env",
                        &format!("a variable that is set to a key of visible ASCII characters; {name:?} is not"),
                    ));
                }
            },
        };
        if entry.models.is_empty() {
            return Err(wrong("models", "a list with one model or more; [\"*\"] is every model"));
        }
        if !(1..=600_000).contains(&entry.timeout_ms) {
            return Err(wrong("timeout_ms", "a whole number from 1 to 600000"));
        }
        if entry.max_retries > 10 {
            return Err(wrong("max_retries", "a whole number from 0 to 10"));
        }
        let models = entry.models.into_iter().map(|model| match model {
            ModelEntry::Name(name) => ModelConfig { name, upstream: None },
            ModelEntry::Renamed { name, upstream } => ModelConfig { name, upstream: Some(upstream) },
        });
        providers.push(ProviderConfig {
            name: entry.name,
            base_url,
            api_key,
            models: models.collect(),
            timeout: Duration::from_millis(entry.timeout_ms),
            max_retries: entry.max_retries,
        });
    }
    Ok(providers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(json: &str) -> Result<Vec<ProviderConfig>, SettingError> {
        parse_providers("ROUTER_PROVIDERS", json, &|name| (name == "KEY").then(|| "sk-value".to_owned()))
    }

    #[test]
    fn providers_are_read_with_their_defaults() {
        let providers = parse(
            r#"{"providers": [
                {"name": "one", "base_url": "http://127.0.0.1:1/v1/", "api_key_env": "KEY", "models": ["m", {"name": "small", "upstream": "llama"}]},
                {"name": "two", "base_url": "https://h/v1", "models": ["*"], "timeout_ms": 5, "max_retries": 0}
            ]}"#,
        )
        .expect("valid");
        assert_eq!(providers[0].api_key.as_deref(), Some("sk-value"));
        assert_eq!((providers[0].timeout.as_millis(), providers[0].max_retries), (30_000, 2));
        assert_eq!(
            providers[0].models[1],
            ModelConfig { name: "small".to_owned(), upstream: Some("llama".to_owned()) }
        );
        assert_eq!((providers[1].timeout.as_millis(), providers[1].max_retries), (5, 0));
        assert!(!format!("{providers:?}").contains("sk-value"), "no key in a debug text");
    }

    #[test]
    fn what_is_wrong_is_named() {
        let entry = |fields: &str| {
            format!(r#"{{"providers": [{{"name": "one", "base_url": "http://h/v1", "models": ["m"]{fields}}}]}}"#)
        };
        for (json, said) in [
            ("nonsense".to_owned(), "expected"),
            ("{}".to_owned(), "missing field `providers`"),
            (entry(r#", "unknown": 1"#), "unknown field `unknown`"),
            (entry(r#", "timeout_ms": 0"#), "timeout_ms"),
            (entry(r#", "max_retries": 11"#), "max_retries"),
            (entry(r#", "api_key_env": "NONE""#), "api_key_env"),
            (entry("").replace(r#"["m"]"#, "[]"), "models"),
            (entry("").replace(r#"["m"]"#, "[5]"), "a model is a string"),
            (entry("").replace("one", "echo"), "name"),
            (entry("").replace("http://h", "ftp://h"), "base_url"),
            (entry("").replace("http://h", "http://u:p@h"), "base_url"),
        ] {
            let SettingError(text) = parse(&json).expect_err(&json);
            assert!(text.starts_with("ROUTER_PROVIDERS: ") && text.contains(said), "{json}: {text}");
        }
    }
}
