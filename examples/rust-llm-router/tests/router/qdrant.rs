//! Context from Qdrant: the collection, and what happens without it.

use crate::support::{FakeQdrant, OtlpReceiver, Router, TRACE, named};
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use serde_json::{Value, json};

#[tokio::test]
async fn the_collection_is_made_and_made_again_when_it_has_gone() {
    let (otlp, qdrant) = (OtlpReceiver::start().await, FakeQdrant::start().await);
    let router = Router::start_traced(otlp.port(), &[("QDRANT_GRPC_URL", &qdrant.url())]).await;
    qdrant.seeded().await;
    // Each call carries its own span.
    for method in ["CollectionExists", "Create", "Upsert"] {
        let metadata = qdrant.calls(method).pop().expect(method);
        assert!(metadata.contains_key("traceparent"), "{method}: {metadata:?}");
    }
    qdrant.lose_collection();
    let send = async |id: &str| {
        let response = router.ask_within(id, json!({ "prompt": "sampling" })).await;
        response.json::<Value>().await.expect("JSON")
    };
    assert_eq!(send(TRACE).await["context"], json!({ "status": "unavailable" }));
    let spans = otlp.whole_trace(TRACE).await;
    let query = named(&spans, "query router-context");
    assert_eq!(query.status, StatusCode::Error);
    query.assert_attributes(&[("error.type", "NOT_FOUND"), ("db.response.status_code", "NOT_FOUND")]);
    assert_eq!(named(&spans, "POST /v1/completions").status, StatusCode::Unset);
    qdrant.seeded().await;
    assert_eq!(send(&TRACE.replace("4b", "5c")).await["context"]["status"], "found");
}

#[tokio::test]
async fn a_collection_that_is_empty_is_filled() {
    let qdrant = FakeQdrant::start().await;
    qdrant.have_empty_collection("mine");
    let router = Router::start(&[("QDRANT_GRPC_URL", &qdrant.url()), ("QDRANT_COLLECTION", "mine")]).await;
    qdrant.seeded().await;
    assert!(qdrant.calls("Create").is_empty());
    router.log("collection seeded").await;
}

/// A server that answers and refuses, and one that is too slow.
#[tokio::test]
async fn what_qdrant_says_is_in_its_span_alone() {
    let (otlp, qdrant) = (OtlpReceiver::start().await, FakeQdrant::start().await);
    let router = Router::start_traced(otlp.port(), &[("QDRANT_GRPC_URL", &qdrant.url())]).await;
    qdrant.seeded().await;
    for (index, code, name) in
        [(0, 8, "RESOURCE_EXHAUSTED"), (1, 13, "INTERNAL"), (2, 16, "UNAUTHENTICATED"), (3, 14, "UNAVAILABLE")]
    {
        qdrant.fail_with(Some((code, "refused: api_key=secret-of-the-message")));
        let id = TRACE.replace("4b", &format!("4{index}"));
        let response = router.ask_within(&id, json!({ "prompt": "hi" })).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.json::<Value>().await.expect("JSON")["context"], json!({ "status": "unavailable" }));
        let spans = otlp.whole_trace(&id).await;
        let query = named(&spans, "query router-context");
        assert_eq!(query.status, StatusCode::Error);
        query.assert_attributes(&[("error.type", name), ("db.response.status_code", name)]);
        assert_eq!(named(&spans, "POST /v1/completions").status, StatusCode::Unset);
    }
    qdrant.fail_with(None);
    let answer = router.ask(json!({ "prompt": "hi" })).await;
    assert_eq!(answer.json::<Value>().await.expect("JSON")["context"]["status"], "found");
    router.log("Qdrant answers again").await;
    assert!(!format!("{:?} {:?}", otlp.spans(), router.logs()).contains("secret-of-the-message"));
}

#[tokio::test]
async fn without_qdrant_the_answer_comes_without_context() {
    let otlp = OtlpReceiver::start().await;
    let router = Router::start_traced(otlp.port(), &[]).await;
    let body = json!({ "messages": [{ "role": "user", "content": "hi" }] });
    let response = router.post_traced("/v1/chat/completions", body).send().await.expect("an answer");
    assert_eq!(response.status(), 200);
    let answer: Value = response.json().await.expect("JSON");
    assert_eq!(answer["context"], json!({ "status": "unavailable" }));
    assert_eq!(answer["choices"][0]["message"]["content"], "hi");
    let spans = otlp.whole_trace(TRACE).await;
    let query = named(&spans, "query router-context");
    assert_eq!((query.status, query.attribute("error.type")), (StatusCode::Error, Some("UNAVAILABLE")));
    assert_eq!(named(&spans, "POST /v1/chat/completions").status, StatusCode::Unset);
    assert_eq!(named(&spans, "chat echo").status, StatusCode::Unset);
    let ready = router.client.get(format!("{}/ready", router.url)).send().await.expect("an answer");
    assert_eq!(ready.status(), 200);
    router.log("Qdrant does not answer").await;
}
