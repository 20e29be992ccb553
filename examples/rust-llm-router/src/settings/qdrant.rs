//! Where Qdrant is.

use std::fmt;
use std::time::Duration;

use url::Url;

use super::SettingError;
use super::variables::{Variables, http_url, read_file, wrong};

#[derive(Clone)]
pub struct QdrantSettings {
    /// `QDRANT_GRPC_URL`; else `QDRANT_URL` (default `http://127.0.0.1:6333`) with port 6333 replaced by 6334.
    pub url: Url,
    /// `QDRANT_API_KEY`, or `QDRANT_API_KEY_FILE` with it, default none.
    pub api_key: Option<String>,
    /// `QDRANT_COLLECTION`, default `router-context`.
    pub collection: String,
    /// `QDRANT_TIMEOUT_MS`, default 1000: afterwards the request is answered without context.
    pub timeout: Duration,
}

impl fmt::Debug for QdrantSettings {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("QdrantSettings")
            .field("url", &self.url.as_str())
            .field("collection", &self.collection)
            .finish_non_exhaustive()
    }
}

pub fn read(env: &Variables) -> Result<QdrantSettings, SettingError> {
    let url = match env.text("QDRANT_GRPC_URL") {
        Some(value) => http_url("QDRANT_GRPC_URL", &value, "http://127.0.0.1:6334")?,
        None => {
            let value = env.text("QDRANT_URL").unwrap_or_else(|| "http://127.0.0.1:6333".to_owned());
            let mut url = http_url("QDRANT_URL", &value, "http://127.0.0.1:6333")?;
            if url.port() == Some(6333) {
                // Cannot fail: the URL has a host.
                let _ = url.set_port(Some(6334));
            }
            url
        }
    };
    let api_key = match (env.text("QDRANT_API_KEY"), env.text("QDRANT_API_KEY_FILE")) {
        (Some(key), _) => Some(("QDRANT_API_KEY", key)),
        (None, Some(path)) => Some(("QDRANT_API_KEY_FILE", read_file("QDRANT_API_KEY_FILE", &path)?.trim().to_owned()))
            .filter(|(_, key)| !key.is_empty()),
        (None, None) => None,
    };
    if let Some((name, key)) = &api_key
        && !key.bytes().all(|byte| byte.is_ascii_graphic())
    {
        return Err(SettingError(format!(
            "{name} holds white space or characters outside ASCII; allowed is a key of visible ASCII characters."
        )));
    }
    let collection = env.text("QDRANT_COLLECTION").unwrap_or_else(|| "router-context".to_owned());
    if collection.len() > 255 || collection.contains('/') {
        return Err(wrong("QDRANT_COLLECTION", &collection, "a name of up to 255 characters without a slash"));
    }
    Ok(QdrantSettings {
        url,
        api_key: api_key.map(|(_, key)| key),
        collection,
        timeout: env.millis("QDRANT_TIMEOUT_MS", 1000)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grpc_is_beside_rest_unless_said_otherwise() {
        for (rest, grpc, expected) in [
            ("", "", "http://127.0.0.1:6334/"),
            ("http://qdrant:6333", "", "http://qdrant:6334/"),
            ("http://qdrant:7000", "", "http://qdrant:7000/"),
            ("https://cloud.example:6333", "", "https://cloud.example:6334/"),
            ("http://qdrant:6333", "http://other:1", "http://other:1/"),
            ("http://[::1]:6333", "", "http://[::1]:6334/"),
        ] {
            let lookup = |name: &str| match name {
                "QDRANT_URL" => Some(rest.to_owned()),
                "QDRANT_GRPC_URL" => Some(grpc.to_owned()),
                _ => None,
            };
            assert_eq!(read(&Variables::new(&lookup)).expect("valid").url.as_str(), expected);
        }
    }

    #[test]
    fn no_secret_is_in_an_error_or_a_debug_text() {
        let lookup = |name: &str| (name == "QDRANT_URL").then(|| "http://me:hunter2@qdrant:6333".to_owned());
        let SettingError(text) = read(&Variables::new(&lookup)).expect_err("a password");
        assert!(text.contains("QDRANT_URL") && !text.contains("hunter2"), "{text}");
        let lookup = |name: &str| (name == "QDRANT_API_KEY").then(|| "hunter2".to_owned());
        let settings = read(&Variables::new(&lookup)).expect("valid");
        assert_eq!(settings.api_key.as_deref(), Some("hunter2"));
        assert!(!format!("{settings:?}").contains("hunter2"));
    }
}
