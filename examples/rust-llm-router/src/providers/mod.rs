//! Who answers: the built-in `echo`, or an OpenAI-compatible upstream.

pub mod config;
mod echo;
mod events;
mod failure;
mod openai;
mod upstream_body;

use futures_util::stream::BoxStream;
use serde_json::Value;

pub use echo::ECHO_MODEL;
pub use failure::ProviderFailure;
pub use openai::OpenAiProvider;

use crate::completion_request::CompletionRequest;
use crate::context::Passage;

pub enum Answer {
    /// An OpenAI-shaped completion.
    Whole(Value),
    /// OpenAI-shaped chunks, without the `[DONE]` at the end.
    Stream(BoxStream<'static, Result<Value, ProviderFailure>>),
}

pub enum Provider {
    Echo,
    OpenAi(Box<OpenAiProvider>),
}

/// A model as a provider knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServedModel {
    pub name: String,
    /// Whether the name is of the configuration: the caller's own, which `*` lets through, may be any.
    pub configured: bool,
}

impl Provider {
    /// `gen_ai.provider.name`.
    pub fn name(&self) -> &str {
        match self {
            Provider::Echo => "echo",
            Provider::OpenAi(provider) => &provider.name,
        }
    }

    /// None when it does not serve the model.
    pub fn model(&self, requested: &str) -> Option<ServedModel> {
        match self {
            Provider::Echo => {
                (requested == ECHO_MODEL).then(|| ServedModel { name: ECHO_MODEL.to_owned(), configured: true })
            }
            Provider::OpenAi(provider) => provider.model(requested),
        }
    }

    /// Where it is, and its port; None within this process.
    pub fn server(&self) -> Option<(&str, u16)> {
        match self {
            Provider::Echo => None,
            Provider::OpenAi(provider) => Some(provider.server()),
        }
    }

    pub async fn complete(
        &self,
        request: &CompletionRequest,
        model: &str,
        passages: &[Passage],
    ) -> Result<Answer, ProviderFailure> {
        match self {
            Provider::Echo => Ok(echo::complete(request)),
            Provider::OpenAi(provider) => provider.complete(request, model, passages).await,
        }
    }
}
