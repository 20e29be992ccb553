//! Fields of a JSON object, each of a type and within bounds; the error names the field.

use serde_json::{Map, Value};

use crate::api_error::ApiError;

const MAX_STOPS: usize = 4;

impl ApiError {
    pub fn within(self, outer: &str) -> ApiError {
        ApiError { param: self.param.map(|param| format!("{outer}.{param}")), ..self }
    }
}

/// `null` counts as absent, as OpenAI's own clients send it.
pub struct Fields<'a>(pub &'a Map<String, Value>);

impl<'a> Fields<'a> {
    pub fn get(&self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    pub fn text(&self, name: &str) -> Result<Option<&'a str>, ApiError> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(must_be(name, "a string", other)),
        }
    }

    pub fn flag(&self, name: &str) -> Result<bool, ApiError> {
        match self.get(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(other) => Err(must_be(name, "true or false", other)),
        }
    }

    pub fn object(&self, name: &str) -> Result<Option<&'a Map<String, Value>>, ApiError> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Object(object)) => Ok(Some(object)),
            Some(other) => Err(must_be(name, "an object", other)),
        }
    }

    pub fn whole(&self, name: &str, least: u64, most: u64) -> Result<Option<u64>, ApiError> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let wanted = if least == most { format!("{least}") } else { format!("a whole number from {least} to {most}") };
        match value.as_u64().filter(|number| (least..=most).contains(number)) {
            Some(number) => Ok(Some(number)),
            None => Err(must_be(name, &wanted, value)),
        }
    }

    pub fn number(&self, name: &str, least: f64, most: f64) -> Result<Option<f64>, ApiError> {
        let Some(value) = self.get(name) else { return Ok(None) };
        match value.as_f64().filter(|number| (least..=most).contains(number)) {
            Some(number) => Ok(Some(number)),
            None => Err(must_be(name, &format!("a number from {least} to {most}"), value)),
        }
    }

    pub fn stops(&self) -> Result<(), ApiError> {
        match self.get("stop") {
            None | Some(Value::String(_)) => Ok(()),
            Some(Value::Array(stops)) if stops.len() <= MAX_STOPS && stops.iter().all(Value::is_string) => Ok(()),
            Some(other) => Err(must_be("stop", &format!("a string or up to {MAX_STOPS} strings"), other)),
        }
    }
}

/// Says what kind of value it is, and a number itself; never a text, which may be private.
pub fn must_be(name: &str, wanted: &str, value: &Value) -> ApiError {
    let given = match value {
        Value::Null => "missing".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(_) => "a string".to_owned(),
        Value::Array(items) => format!("a list of {}", items.len()),
        Value::Object(_) => "an object".to_owned(),
    };
    ApiError::invalid(name, format!("'{name}' must be {wanted}; it is {given}"))
}
