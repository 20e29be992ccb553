//! Qdrant as far as the router asks: one collection of points in memory, ranked by their cosine.

use std::sync::{Arc, Mutex};

use http::HeaderMap;
use prost::Message;
use qdrant_client::qdrant::vector::Vector as VectorKind;
use qdrant_client::qdrant::vectors::VectorsOptions;
use qdrant_client::qdrant::{
    CollectionExists, CollectionExistsRequest, CollectionExistsResponse, CollectionOperationResponse, CountPoints,
    CountResponse, CountResult, CreateCollection, PointStruct, PointsOperationResponse, QueryPoints, QueryResponse,
    ScoredPoint, UpsertPoints, Vector, query, vector_input,
};
use tokio::sync::watch;

use super::PATIENCE;
use super::grpc_server::{GrpcCall, GrpcReply, GrpcServer};

#[derive(Default)]
struct Store {
    collection: Option<String>,
    points: Vec<PointStruct>,
    /// Answered instead of the work.
    failure: Option<(u32, String)>,
    calls: Vec<(String, HeaderMap)>,
}

pub struct FakeQdrant {
    server: GrpcServer,
    store: Arc<Mutex<Store>>,
    points: watch::Sender<usize>,
}

impl FakeQdrant {
    pub async fn start() -> FakeQdrant {
        let store = Arc::new(Mutex::new(Store::default()));
        let points = watch::Sender::new(0);
        let (kept, counted) = (store.clone(), points.clone());
        let server = GrpcServer::start(0, move |call| {
            let reply = {
                let mut store = kept.lock().expect("not poisoned");
                let reply = store.answer(&call);
                counted.send_replace(store.points.len());
                store.calls.push((call.path, call.metadata));
                reply
            };
            async move { reply }
        })
        .await;
        FakeQdrant { server, store, points }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.server.address)
    }

    pub async fn seeded(&self) {
        let mut points = self.points.subscribe();
        let waited = tokio::time::timeout(PATIENCE, points.wait_for(|points| *points > 0)).await;
        assert!(matches!(waited, Ok(Ok(_))), "the collection was not seeded");
    }

    pub fn fail_with(&self, failure: Option<(u32, &str)>) {
        self.store.lock().expect("not poisoned").failure = failure.map(|(code, text)| (code, text.to_owned()));
    }

    /// As someone who made it and did not come to fill it.
    pub fn have_empty_collection(&self, name: &str) {
        self.store.lock().expect("not poisoned").collection = Some(name.to_owned());
    }

    /// As someone who deletes it.
    pub fn lose_collection(&self) {
        let mut store = self.store.lock().expect("not poisoned");
        store.collection = None;
        store.points.clear();
        self.points.send_replace(0);
    }

    /// Metadata of each call of `method`, such as `Query`.
    pub fn calls(&self, method: &str) -> Vec<HeaderMap> {
        let store = self.store.lock().expect("not poisoned");
        store
            .calls
            .iter()
            .filter(|(path, _)| path.ends_with(&format!("/{method}")))
            .map(|(_, metadata)| metadata.clone())
            .collect()
    }
}

impl Store {
    fn answer(&mut self, call: &GrpcCall) -> GrpcReply {
        if let Some(failure) = &self.failure {
            return Err(failure.clone());
        }
        let message = call.message.clone();
        match call.path.as_str() {
            "/qdrant.Collections/CollectionExists" => {
                let request = CollectionExistsRequest::decode(message).expect("a request");
                let exists = self.collection.as_deref() == Some(request.collection_name.as_str());
                Ok(CollectionExistsResponse { result: Some(CollectionExists { exists }), time: 0.0 }.encode_to_vec())
            }
            "/qdrant.Collections/Create" => {
                self.collection = Some(CreateCollection::decode(message).expect("a request").collection_name);
                Ok(CollectionOperationResponse { result: true, time: 0.0 }.encode_to_vec())
            }
            "/qdrant.Points/Upsert" => {
                let request = UpsertPoints::decode(message).expect("a request");
                self.known(&request.collection_name)?;
                self.points = request.points;
                Ok(PointsOperationResponse::default().encode_to_vec())
            }
            "/qdrant.Points/Count" => {
                self.known(&CountPoints::decode(message).expect("a request").collection_name)?;
                let result = Some(CountResult { count: self.points.len() as u64 });
                Ok(CountResponse { result, ..Default::default() }.encode_to_vec())
            }
            "/qdrant.Points/Query" => {
                let request = QueryPoints::decode(message).expect("a request");
                self.known(&request.collection_name)?;
                let result = self.nearest(&request);
                Ok(QueryResponse { result, ..Default::default() }.encode_to_vec())
            }
            other => Err((12, format!("{other} is not known here"))),
        }
    }

    fn known(&self, name: &str) -> Result<(), (u32, String)> {
        if self.collection.as_deref() == Some(name) {
            return Ok(());
        }
        Err((5, format!("Not found: Collection `{name}` doesn't exist!")))
    }

    fn nearest(&self, request: &QueryPoints) -> Vec<ScoredPoint> {
        let Some(query::Variant::Nearest(input)) = request.query.as_ref().and_then(|query| query.variant.as_ref())
        else {
            panic!("no nearest query: {request:?}")
        };
        let Some(vector_input::Variant::Dense(wanted)) = &input.variant else { panic!("no dense vector: {input:?}") };
        let mut found: Vec<ScoredPoint> = self
            .points
            .iter()
            .map(|point| ScoredPoint {
                id: point.id.clone(),
                payload: point.payload.clone(),
                score: dense(point).iter().zip(&wanted.data).map(|(one, other)| one * other).sum(),
                ..Default::default()
            })
            .collect();
        found.sort_by(|one, other| other.score.total_cmp(&one.score));
        found.truncate(request.limit.unwrap_or(10) as usize);
        found
    }
}

fn dense(point: &PointStruct) -> Vec<f32> {
    let options = point.vectors.as_ref().and_then(|vectors| vectors.vectors_options.clone());
    match options {
        Some(VectorsOptions::Vector(Vector { vector: Some(VectorKind::Dense(dense)), .. })) => dense.data,
        #[allow(deprecated, reason = "older clients fill it in, and this one might")]
        Some(VectorsOptions::Vector(Vector { data, .. })) => data,
        other => panic!("no single vector: {other:?}"),
    }
}
