//! Spans on their way: flushed at the end, kept while the OTLP endpoint is away, and all of them under load.

use crate::support::{
    Connections, FakeQdrant, FakeUpstream, Manner, OtlpReceiver, ReceivedSpan, Reply, Router, TRACE, named,
};
use opentelemetry_proto::tonic::trace::v1::{span::SpanKind, status::StatusCode};
use serde_json::json;

#[tokio::test]
async fn an_overloaded_otlp_endpoint_gets_the_spans_later() {
    let otlp = OtlpReceiver::start().await;
    let router = Router::start_traced(otlp.port(), &[]).await;
    otlp.behave(Manner::Refuses(14));
    router.ask_traced(json!({ "prompt": "hi" })).await;
    router.log("the OTLP endpoint takes no spans").await;
    otlp.behave(Manner::Takes);
    assert_eq!(otlp.whole_trace(TRACE).await.len(), 3);
}

/// INTERNAL, and RESOURCE_EXHAUSTED without a RetryInfo, will not change.
#[tokio::test]
async fn what_the_otlp_endpoint_refuses_is_lost_at_once_said_once_and_counted() {
    for (status, name) in [(13, "Internal"), (8, "ResourceExhausted")] {
        let otlp = OtlpReceiver::start().await;
        let router = Router::start_traced(otlp.port(), &[]).await;
        otlp.behave(Manner::Refuses(status));
        router.ask_traced(json!({ "prompt": "hi" })).await;
        let refused = otlp.refused().await;
        let entry = router.log("spans are lost").await;
        assert_eq!(entry["reason"], format!("gRPC {name}: not so"));
        otlp.behave(Manner::Takes);
        let later = TRACE.replace("4b", "5c");
        router.ask_within(&later, json!({ "prompt": "hi" })).await;
        otlp.whole_trace(&later).await;
        let (code, logs) = router.stop().await;
        assert_eq!(code, Some(0));
        assert!(!otlp.spans().iter().any(|span| span.trace_id == TRACE), "sent again");
        let end = logs.last().expect("a last line");
        assert_eq!(end["lost"].as_u64(), Some(refused.len() as u64), "{end}");
        assert_eq!(logs.iter().filter(|entry| entry["msg"] == "spans are lost").count(), 1, "{logs:#?}");
    }
}

#[tokio::test]
async fn what_the_otlp_endpoint_rejects_of_a_batch_is_said_and_counted() {
    let otlp = OtlpReceiver::start().await;
    otlp.behave(Manner::Rejects(1));
    // One batch, at the end.
    let router = Router::start_traced(otlp.port(), &[("OTEL_BSP_SCHEDULE_DELAY", "3600000")]).await;
    router.ask_traced(json!({ "prompt": "hi" })).await;
    let (code, logs) = router.stop().await;
    assert_eq!(code, Some(0));
    let said = logs.iter().find(|entry| entry["msg"] == "the OTLP endpoint took a batch in part").expect("said");
    assert_eq!((&said["rejected"], &said["reason"]), (&json!(1), &json!("too old")));
    let end = logs.last().expect("a last line");
    assert_eq!((&end["lost"], &end["delivered"]), (&json!(1), &json!(otlp.spans().len() - 1)), "{end}");
}

#[tokio::test]
async fn a_request_that_is_cut_off_at_the_end_has_its_spans() {
    let otlp = OtlpReceiver::start().await;
    let upstream = FakeUpstream::start([Reply::Nothing]).await;
    let providers = json!({ "providers": [{ "name": "slow", "base_url": upstream.base_url(), "models": ["m"], "timeout_ms": 600000 }] });
    let variables = [("ROUTER_SHUTDOWN_TIMEOUT_MS", "300"), ("ROUTER_PROVIDERS", &*providers.to_string())];
    let router = Router::start_traced(otlp.port(), &variables).await;
    let request = router.post_traced("/v1/completions", json!({ "prompt": "hi", "model": "m" }));
    let under_way = tokio::spawn(request.send());
    while upstream.asked().is_empty() {
        tokio::task::yield_now().await;
    }
    let (code, logs) = router.stop().await;
    assert_eq!(code, Some(0), "{logs:#?}");
    assert!(under_way.await.expect("no panic").is_err(), "cut off");
    let cut = logs.iter().find(|entry| entry["msg"].as_str().is_some_and(|text| text.starts_with("requests are cut")));
    assert_eq!(cut.expect("said")["connections"], 1);
    let spans: Vec<ReceivedSpan> = otlp.spans().into_iter().filter(|span| span.trace_id == TRACE).collect();
    named(&spans, "POST /v1/completions").assert_attributes(&[("http.response.cut_off", "true")]);
    named(&spans, "text_completion m").assert_attributes(&[("error.type", "cancelled")]);
    let flushed = logs.iter().find(|entry| entry["msg"] == "spans flushed").expect("said");
    assert_eq!(flushed["delivered"].as_u64(), Some(otlp.spans().len() as u64));
}

#[tokio::test]
async fn everything_that_ended_is_flushed_at_sigterm_and_a_request_under_way_is_answered() {
    let otlp = OtlpReceiver::start().await;
    let upstream = FakeUpstream::start([Reply::Nothing]).await;
    let providers = json!({ "providers": [{ "name": "slow", "base_url": upstream.base_url(), "models": ["m"], "timeout_ms": 700, "max_retries": 0 }] });
    // Nothing would be sent for an hour.
    let variables = [("OTEL_BSP_SCHEDULE_DELAY", "3600000"), ("ROUTER_PROVIDERS", &*providers.to_string())];
    let router = Router::start_traced(otlp.port(), &variables).await;
    for _ in 0..20 {
        router.ask(json!({ "prompt": "hi" })).await;
    }
    let under_way = tokio::spawn(router.post_traced("/v1/completions", json!({ "prompt": "hi", "model": "m" })).send());
    while upstream.asked().is_empty() {
        tokio::task::yield_now().await;
    }
    let (code, logs) = router.stop().await;
    assert_eq!(code, Some(0), "{logs:#?}");
    let answered = under_way.await.expect("no panic").expect("an answer");
    assert_eq!(answered.status(), 504);
    let servers: Vec<ReceivedSpan> = otlp.spans().into_iter().filter(|span| span.kind == SpanKind::Server).collect();
    assert_eq!(servers.len(), 21);
    let failed = servers.iter().find(|span| span.trace_id == TRACE).expect("the one under way");
    assert_eq!((failed.status, failed.attribute("error.type")), (StatusCode::Error, Some("upstream_timeout")));
    assert!(!logs.iter().any(|entry| entry["msg"].as_str().is_some_and(|text| text.starts_with("requests are cut"))));
    let flushed = logs.iter().find(|entry| entry["msg"] == "spans flushed").expect("said");
    assert_eq!(flushed["delivered"].as_u64(), Some(otlp.spans().len() as u64));
}

#[tokio::test]
async fn an_otlp_endpoint_that_is_away_does_no_harm_is_said_once_and_loses_nothing() {
    let gone = OtlpReceiver::start().await;
    let port = gone.port();
    drop(gone);
    let router = Router::start_traced(port, &[]).await;
    let mut ids = Vec::new();
    for _ in 0..50 {
        let response = router.ask(json!({ "prompt": "hi" })).await;
        assert_eq!(response.status(), 200);
        ids.push(response.headers()["x-trace-id"].to_str().expect("text").to_owned());
    }
    router.log("the OTLP endpoint takes no spans").await;
    let back = OtlpReceiver::start_on(port).await;
    for id in &ids {
        back.whole_trace(id).await;
    }
    router.log("the OTLP endpoint takes spans again").await;
    let said = router
        .logs()
        .iter()
        .filter(|entry| entry["msg"].as_str().is_some_and(|text| text.contains("takes no spans")))
        .count();
    assert_eq!(said, 1);
    let (code, logs) = router.stop().await;
    assert_eq!(code, Some(0));
    assert!(logs.iter().any(|entry| entry["msg"] == "spans flushed"), "{logs:#?}");
}

#[tokio::test]
async fn an_otlp_endpoint_that_stays_away_does_not_keep_the_program_and_the_loss_is_said() {
    let gone = OtlpReceiver::start().await;
    let port = gone.port();
    drop(gone);
    let router = Router::start_traced(port, &[("ROUTER_FLUSH_TIMEOUT_MS", "300")]).await;
    router.ask(json!({ "prompt": "hi" })).await;
    let (code, logs) = router.stop().await;
    assert_eq!(code, Some(0));
    let lost = logs
        .iter()
        .find(|entry| entry["msg"].as_str().is_some_and(|text| text.starts_with("spans were lost")))
        .expect("said");
    assert!(lost["lost"].as_u64() >= Some(3), "{lost}");
}

/// The clients of the issue, in one burst: every answer right, every span there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_clients_at_once_lose_no_span() {
    let (otlp, qdrant) = (OtlpReceiver::start().await, FakeQdrant::start().await);
    let router =
        Router::start_traced(otlp.port(), &[("QDRANT_GRPC_URL", &qdrant.url()), ("QDRANT_TIMEOUT_MS", "20000")]).await;
    qdrant.seeded().await;
    let sent: Vec<_> = (0..1000)
        .map(|index| {
            let body = json!({ "prompt": format!("question {index}"), "stream": index % 2 == 0 });
            tokio::spawn(router.post("/v1/completions", body).send())
        })
        .collect();
    let mut ids = Vec::new();
    for (index, request) in sent.into_iter().enumerate() {
        let response = request.await.expect("no panic").expect("an answer");
        assert_eq!(response.status(), 200);
        ids.push(response.headers()["x-trace-id"].to_str().expect("text").to_owned());
        let text = response.text().await.expect("a body");
        assert!(text.contains(&index.to_string()) && text.contains(r#""status":"found""#), "{text}");
    }
    let (code, logs) = router.stop().await;
    assert_eq!(code, Some(0));
    assert!(logs.iter().any(|entry| entry["msg"] == "spans flushed"), "{logs:#?}");
    let spans = otlp.spans();
    let mut count = std::collections::HashMap::new();
    for span in &spans {
        *count.entry(span.trace_id.as_str()).or_insert(0) += 1;
    }
    // Server, Qdrant and model.
    let wrong: Vec<_> = ids.iter().filter(|id| count.get(id.as_str()) != Some(&3)).collect();
    assert!(wrong.is_empty(), "{} traces are not whole", wrong.len());
}

#[tokio::test]
async fn an_otlp_connection_that_falls_silent_is_given_up_for_a_new_one() {
    let otlp = OtlpReceiver::start().await;
    let connections = Connections::to(otlp.port()).await;
    let router = Router::start_traced(connections.port(), &[("OTEL_EXPORTER_OTLP_TIMEOUT", "300")]).await;
    router.ask_traced(json!({ "prompt": "hi" })).await;
    otlp.whole_trace(TRACE).await;
    let before = connections.accepted();
    connections.fall_silent();
    let later = TRACE.replace("4b", "5c");
    router.ask_within(&later, json!({ "prompt": "hi" })).await;
    otlp.whole_trace(&later).await;
    assert!(connections.accepted() > before);
    let (code, logs) = router.stop().await;
    assert_eq!((code, &logs.last().expect("a last line")["msg"]), (Some(0), &json!("spans flushed")));
}

#[tokio::test]
async fn an_otlp_endpoint_that_takes_in_part_and_then_refuses_is_said_to_do_both() {
    let otlp = OtlpReceiver::start().await;
    let router = Router::start_traced(otlp.port(), &[]).await;
    otlp.behave(Manner::Rejects(1));
    router.ask_traced(json!({ "prompt": "hi" })).await;
    router.log("the OTLP endpoint took a batch in part").await;
    otlp.behave(Manner::Refuses(13));
    router.ask_within(&TRACE.replace("4b", "5c"), json!({ "prompt": "hi" })).await;
    router.log("spans are lost").await;
}
