//! Environment variables, and what is said of one that is wrong.

use std::time::Duration;

use url::Url;

use super::SettingError;
use crate::redaction::masked;

pub struct Variables<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
}

impl<'a> Variables<'a> {
    /// Values are trimmed; an empty one counts as unset.
    pub fn new(lookup: &'a dyn Fn(&str) -> Option<String>) -> Variables<'a> {
        Variables { lookup }
    }

    pub fn text(&self, name: &str) -> Option<String> {
        (self.lookup)(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    /// The first of two variables that is set, with its name.
    pub fn first_text<'n>(&self, names: [&'n str; 2]) -> Option<(&'n str, String)> {
        names.into_iter().find_map(|name| Some((name, self.text(name)?)))
    }

    pub fn is_true(&self, name: &str) -> Result<bool, SettingError> {
        match self.text(name) {
            None => Ok(false),
            Some(value) if value.eq_ignore_ascii_case("true") => Ok(true),
            Some(value) if value.eq_ignore_ascii_case("false") => Ok(false),
            Some(value) => Err(wrong(name, &value, "true or false")),
        }
    }

    pub fn number(&self, name: &str, default: u64, least: u64, most: u64) -> Result<u64, SettingError> {
        let Some(value) = self.text(name) else { return Ok(default) };
        match value.parse::<u64>() {
            Ok(number) if (least..=most).contains(&number) => Ok(number),
            _ => Err(wrong(name, &value, &format!("a whole number from {least} to {most}"))),
        }
    }

    pub fn millis(&self, name: &str, default: u64) -> Result<Duration, SettingError> {
        self.number(name, default, 1, 3_600_000).map(Duration::from_millis)
    }
}

pub fn wrong(name: &str, value: &str, allowed: &str) -> SettingError {
    let shown: String = masked(value).chars().take(80).collect();
    SettingError(format!("{name} is {shown:?}; allowed is {allowed}. Set it so, or remove the variable."))
}

pub fn read_file(variable: &str, path: &str) -> Result<String, SettingError> {
    std::fs::read_to_string(path).map_err(|error| {
        SettingError(format!(
            "{variable} is {path:?}, which cannot be read: {error}. Allowed is a file that this user may read."
        ))
    })
}

/// `example` is what an error shows of those that are allowed.
pub fn http_url(name: &str, value: &str, example: &str) -> Result<Url, SettingError> {
    match Url::parse(value) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => {
            if url.username().is_empty() && url.password().is_none() {
                Ok(url)
            } else {
                // Not shown: it holds a password.
                Err(SettingError(format!("{name} holds a user name or a password; allowed is a URL without them.")))
            }
        }
        _ => Err(wrong(name, value, &format!("an http:// or https:// URL, such as {example}"))),
    }
}
