//! Passages from Qdrant that go with a question.

mod passages;
mod store;
mod traced_call;

use serde_json::{Value, json};

pub use store::ContextStore;

#[derive(Debug, Clone, PartialEq)]
pub struct Passage {
    pub title: String,
    pub text: String,
    pub score: f32,
}

#[derive(Debug, Clone, PartialEq)]
pub enum FoundContext {
    Found(Vec<Passage>),
    /// Qdrant did not answer, or not in time: the request is answered without context.
    Unavailable,
}

impl FoundContext {
    pub fn passages(&self) -> &[Passage] {
        match self {
            FoundContext::Found(passages) => passages,
            FoundContext::Unavailable => &[],
        }
    }

    /// The answer's `context` field.
    pub fn to_json(&self) -> Value {
        match self {
            FoundContext::Found(passages) => json!({
                "status": "found",
                "passages": passages.iter().map(|passage| json!({ "title": passage.title, "score": passage.score })).collect::<Vec<_>>(),
            }),
            FoundContext::Unavailable => json!({ "status": "unavailable" }),
        }
    }
}
