//! The collection: made and seeded when it is not there, asked for each request.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use qdrant_client::qdrant::{
    CountPointsBuilder, CreateCollectionBuilder, Distance, PointStruct, QueryPointsBuilder, ScoredPoint,
    UpsertPointsBuilder, VectorParamsBuilder, value::Kind,
};
use qdrant_client::{Payload, Qdrant, QdrantError};
use tokio::sync::Notify;
use tracing::Instrument;

use super::passages::PASSAGES;
use super::traced_call::{CallFailure, Target, call};
use super::{FoundContext, Passage};
use crate::outage::Outage;
use crate::settings::QdrantSettings;
use crate::text_vector::{VECTOR_SIZE, text_vector};

const PASSAGES_PER_REQUEST: u64 = 3;
/// Between attempts to make the collection.
const FIRST_DELAY: Duration = Duration::from_secs(1);
const LONGEST_DELAY: Duration = Duration::from_secs(30);
/// Making a collection takes longer than a search.
const SEED_TIMEOUT: Duration = Duration::from_secs(10);

pub struct ContextStore {
    client: Qdrant,
    settings: QdrantSettings,
    address: String,
    port: u16,
    /// A search found no collection: someone deleted it.
    missing: Notify,
    available: AtomicBool,
    outage: Outage,
}

impl ContextStore {
    /// Connects with the first call.
    pub fn new(settings: QdrantSettings) -> Result<Arc<ContextStore>, QdrantError> {
        let client = Qdrant::from_url(settings.url.as_str())
            .api_key(settings.api_key.clone())
            .timeout(SEED_TIMEOUT)
            .connect_timeout(settings.timeout)
            .skip_compatibility_check()
            .build()?;
        let address = settings.url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let port = settings.url.port_or_known_default().unwrap_or(6334);
        Ok(Arc::new(ContextStore {
            client,
            settings,
            address,
            port,
            missing: Notify::new(),
            available: AtomicBool::new(false),
            outage: Outage::default(),
        }))
    }

    /// As the last call found it.
    pub fn is_available(&self) -> bool {
        self.available.load(Ordering::Relaxed)
    }

    fn target(&self, operation: &'static str) -> Target<'_> {
        Target { operation, collection: &self.settings.collection, address: &self.address, port: self.port }
    }

    fn noted<T>(&self, outcome: Result<T, CallFailure>) -> Result<T, CallFailure> {
        self.available.store(outcome.is_ok(), Ordering::Relaxed);
        match &outcome {
            Ok(_) => {
                if self.outage.recovered() {
                    tracing::info!("Qdrant answers again");
                }
            }
            Err(failure) => {
                if self.outage.failed() {
                    tracing::warn!(
                        error_type = failure.error_type,
                        reason = failure.message,
                        "Qdrant does not answer as it should; requests are answered without context"
                    );
                }
            }
        }
        outcome
    }

    /// Never fails and never waits longer than the time-out.
    pub async fn find(&self, question: &str) -> FoundContext {
        let query = QueryPointsBuilder::new(&self.settings.collection)
            .query(text_vector(question))
            .limit(PASSAGES_PER_REQUEST)
            .with_payload(true);
        let search = call(
            &self.client,
            self.target("query"),
            self.settings.timeout,
            |client| async move { client.query(query).await },
            |answer| Some(answer.result.len()),
        );
        match self.noted(search.await) {
            Ok(answer) => FoundContext::Found(answer.result.into_iter().map(passage).collect()),
            Err(failure) => {
                if failure.error_type == "NOT_FOUND" {
                    self.missing.notify_one();
                }
                FoundContext::Unavailable
            }
        }
    }

    /// Runs for the program's life: makes the collection, again when it has gone.
    pub async fn keep_seeded(self: Arc<Self>) {
        let mut delay = FIRST_DELAY;
        loop {
            let span =
                tracing::info_span!(parent: None, "seed", otel.name = format!("seed {}", self.settings.collection));
            if self.noted(self.seed().instrument(span).await).is_ok() {
                delay = FIRST_DELAY;
                self.missing.notified().await;
            } else {
                tokio::time::sleep(delay).await;
                delay = (delay * 2).min(LONGEST_DELAY);
            }
        }
    }

    async fn create(&self) -> Result<(), CallFailure> {
        let create = CreateCollectionBuilder::new(&self.settings.collection)
            .vectors_config(VectorParamsBuilder::new(VECTOR_SIZE as u64, Distance::Cosine));
        let created = call(
            &self.client,
            self.target("create_collection"),
            SEED_TIMEOUT,
            |client| async move { client.create_collection(create).await },
            |_| None,
        );
        match created.await {
            // Another router was faster; the points have fixed ids, so seeding twice does no harm.
            Err(failure) if failure.error_type != "ALREADY_EXISTS" => Err(failure),
            _ => Ok(()),
        }
    }

    async fn count(&self) -> Result<u64, CallFailure> {
        let count = CountPointsBuilder::new(&self.settings.collection).exact(true);
        let counted = call(
            &self.client,
            self.target("count"),
            SEED_TIMEOUT,
            |client| async move { client.count(count).await },
            |_| None,
        );
        Ok(counted.await?.result.map_or(0, |result| result.count))
    }

    /// Also a collection that is empty: whoever made it did not come to fill it.
    async fn seed(&self) -> Result<(), CallFailure> {
        let collection = &self.settings.collection;
        let name = collection.clone();
        let exists = call(
            &self.client,
            self.target("collection_exists"),
            SEED_TIMEOUT,
            |client| async move { client.collection_exists(name).await },
            |_| None,
        );
        if !exists.await? {
            self.create().await?;
        } else if self.count().await? > 0 {
            return Ok(());
        }
        let points: Vec<PointStruct> = PASSAGES
            .iter()
            .zip(1u64..)
            .map(|((title, text), id)| {
                let mut payload = Payload::new();
                payload.insert("title", *title);
                payload.insert("text", *text);
                PointStruct::new(id, text_vector(&format!("{title} {text}")), payload)
            })
            .collect();
        let count = points.len();
        let upsert = UpsertPointsBuilder::new(collection, points).wait(true);
        call(
            &self.client,
            self.target("upsert"),
            SEED_TIMEOUT,
            |client| async move { client.upsert_points(upsert).await },
            |_| None,
        )
        .await?;
        tracing::info!(collection, points = count, "collection seeded");
        Ok(())
    }
}

fn passage(point: ScoredPoint) -> Passage {
    let text = |name: &str| match point.payload.get(name).and_then(|value| value.kind.as_ref()) {
        Some(Kind::StringValue(text)) => text.clone(),
        _ => String::new(),
    };
    Passage { title: text("title"), text: text("text"), score: point.score }
}
