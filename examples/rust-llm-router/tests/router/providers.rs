//! Upstreams: retry, fallback, time-outs, streams, and what the caller and the spans are told.

use std::time::Duration;

use crate::support::{FakeUpstream, OtlpReceiver, ReceivedSpan, Reply, Router, TRACE, named};
use opentelemetry_proto::tonic::trace::v1::{span::SpanKind, status::StatusCode};
use serde_json::{Value, json};

async fn router(otlp: &OtlpReceiver, providers: Value) -> Router {
    let variables =
        [("ROUTER_PROVIDERS", &*json!({ "providers": providers }).to_string()), ("KEY", "upstream-key-value")];
    Router::start_traced(otlp.port(), &variables).await
}

async fn ask(router: &Router, body: Value) -> (u16, Option<String>, Value) {
    let response = router.ask_traced(body).await;
    let retry_after = response.headers().get("retry-after").map(|value| value.to_str().expect("text").to_owned());
    (response.status().as_u16(), retry_after, response.json().await.expect("JSON"))
}

fn of_kind<'a>(spans: &'a [ReceivedSpan], prefix: &str) -> Vec<&'a ReceivedSpan> {
    spans.iter().filter(|span| span.name.starts_with(prefix) && span.kind == SpanKind::Client).collect()
}

#[tokio::test]
async fn a_refused_request_is_sent_again_after_retry_after_then_the_next_provider_answers() {
    let otlp = OtlpReceiver::start().await;
    let first = FakeUpstream::start([
        Reply::Status(429, Some("1"), "slow down, sk-abcdefghijklmnop1234"),
        Reply::Status(500, None, "broken"),
    ])
    .await;
    let second = FakeUpstream::start([Reply::Completion]).await;
    let router = router(
        &otlp,
        json!([
            { "name": "first", "base_url": first.base_url(), "api_key_env": "KEY", "models": ["m"], "max_retries": 1 },
            { "name": "second", "base_url": second.base_url(), "models": [{ "name": "m", "upstream": "real-m" }] },
        ]),
    )
    .await;
    let (status, _, answer) = ask(&router, json!({ "prompt": "hi", "model": "m", "max_tokens": 5, "seed": 7 })).await;
    assert_eq!((status, &answer["choices"][0]["text"]), (200, &json!("from upstream")));

    let asked = first.asked();
    assert_eq!(asked.len(), 2);
    assert!(asked[1].at - asked[0].at >= Duration::from_secs(1), "Retry-After is honoured");
    assert_eq!(asked[0].headers["authorization"], "Bearer upstream-key-value");
    let last = second.asked().pop().expect("asked");
    assert_eq!(
        (last.path.as_str(), &last.body["model"], &last.body["seed"]),
        ("/v1/completions", &json!("real-m"), &json!(7))
    );
    assert!(!last.headers.contains_key("authorization"));

    let spans = otlp.whole_trace(TRACE).await;
    let attempts = of_kind(&spans, "POST");
    assert_eq!(attempts.len(), 3, "{spans:#?}");
    for (attempt, sent) in attempts.iter().zip(asked.iter().chain([&last])) {
        assert_eq!(sent.headers["traceparent"], attempt.traceparent());
    }
    let described: Vec<_> = attempts
        .iter()
        .map(|span| {
            (
                span.attribute("http.response.status_code"),
                span.attribute("error.type"),
                span.attribute("http.request.resend_count"),
                span.status,
            )
        })
        .collect();
    assert_eq!(
        described,
        [
            (Some("429"), Some("429"), None, StatusCode::Error),
            (Some("500"), Some("500"), Some("1"), StatusCode::Error),
            (Some("200"), None, None, StatusCode::Unset),
        ]
    );
    let models = of_kind(&spans, "text_completion");
    assert_eq!(models.len(), 2);
    let by_provider =
        |name: &str| models.iter().find(|span| span.attribute("gen_ai.provider.name") == Some(name)).expect(name);
    let (failed, answered) = (by_provider("first"), by_provider("second"));
    assert_eq!((failed.status, failed.attribute("error.type")), (StatusCode::Error, Some("500")));
    assert!(
        attempts[..2].iter().all(|span| span.parent_id == failed.span_id) && attempts[2].parent_id == answered.span_id
    );
    for (key, value) in [
        ("gen_ai.request.model", "real-m"),
        ("gen_ai.response.model", "upstream-model-2026"),
        ("gen_ai.response.id", "cmpl-1"),
        ("gen_ai.usage.input_tokens", "11"),
        ("gen_ai.usage.output_tokens", "3"),
        ("server.address", "127.0.0.1"),
        ("server.port", &second.port().to_string()),
    ] {
        assert_eq!(answered.attribute(key), Some(value), "{key}");
    }
    let server = spans.iter().find(|span| span.kind == SpanKind::Server).expect("a server span");
    assert_eq!(server.status, StatusCode::Unset);
    let told = format!("{spans:?} {:?}", router.logs());
    for secret in ["upstream-key-value", "sk-abcdefghijklmnop1234"] {
        assert!(!told.contains(secret), "{secret} was told");
    }
}

#[tokio::test]
async fn what_no_provider_answers_is_told_with_the_reason() {
    let closed = FakeUpstream::start([Reply::Completion]).await;
    let closed_url = closed.base_url();
    drop(closed);
    for (reply, told, code, error_type) in [
        (Reply::Status(500, None, "broken"), 502, "upstream_error", "500"),
        (Reply::Status(401, None, "who are you"), 502, "upstream_error", "401"),
        (Reply::Status(503, Some("7"), "later"), 503, "upstream_unavailable", "503"),
        (Reply::Status(429, Some("60"), "slow down"), 429, "upstream_rate_limit", "429"),
        (Reply::Status(400, None, "no such field"), 400, "upstream_refused", "400"),
        (Reply::Nothing, 504, "upstream_timeout", "timeout"),
        (Reply::Events("data: {}\n\n"), 502, "upstream_error", "malformed_response"),
    ] {
        let otlp = OtlpReceiver::start().await;
        let upstream = FakeUpstream::start([reply]).await;
        let router = router(&otlp, json!([{ "name": "p", "base_url": upstream.base_url(), "models": ["*"], "timeout_ms": 400, "max_retries": 0 }])).await;
        let (status, retry_after, answer) = ask(&router, json!({ "prompt": "hi", "model": "any" })).await;
        assert_eq!((status, &answer["error"]["code"]), (told, &json!(code)), "{answer}");
        assert!(answer["error"]["message"].as_str().expect("text").starts_with("provider 'p' "));
        let expected = match told {
            503 => Some("7"),
            429 => Some("60"),
            _ => None,
        };
        assert_eq!(retry_after.as_deref(), expected, "{code}");
        let spans = otlp.whole_trace(TRACE).await;
        let model = of_kind(&spans, "text_completion")[0];
        assert_eq!((model.status, model.attribute("error.type")), (StatusCode::Error, Some(error_type)));
        // A server span is an error only where the server is at fault.
        let server = spans.iter().find(|span| span.kind == SpanKind::Server).expect("a server span");
        let expected = if told >= 500 { StatusCode::Error } else { StatusCode::Unset };
        assert_eq!((server.status, server.attribute("error.type")), (expected, Some(code)));
    }
    let otlp = OtlpReceiver::start().await;
    let router =
        router(&otlp, json!([{ "name": "p", "base_url": closed_url, "models": ["*"], "max_retries": 1 }])).await;
    let (status, _, answer) = ask(&router, json!({ "prompt": "hi", "model": "any" })).await;
    assert_eq!((status, &answer["error"]["code"]), (502, &json!("upstream_error")), "{answer}");
    let spans = otlp.whole_trace(TRACE).await;
    assert_eq!(of_kind(&spans, "POST").len(), 2, "one retry");
    // The built-in model goes on answering.
    assert_eq!(ask(&router, json!({ "prompt": "hi" })).await.0, 200);
}

/// Anyone can make up models: their names are in an attribute, and not in the names of spans.
#[tokio::test]
async fn a_model_that_only_the_caller_knows_is_in_no_name() {
    let otlp = OtlpReceiver::start().await;
    let upstream = FakeUpstream::start([Reply::Completion]).await;
    let models = json!(["known", { "name": "small", "upstream": "llama" }, "*"]);
    let router = router(&otlp, json!([{ "name": "p", "base_url": upstream.base_url(), "models": models }])).await;
    for (index, (model, name, asked)) in [
        ("known", "text_completion known", "known"),
        ("small", "text_completion llama", "llama"),
        ("made-up", "text_completion", "made-up"),
    ]
    .into_iter()
    .enumerate()
    {
        let id = TRACE.replace("4b", &format!("4{index}"));
        assert_eq!(router.ask_within(&id, json!({ "prompt": "hi", "model": model })).await.status(), 200);
        let spans = otlp.whole_trace(&id).await;
        named(&spans, name).assert_attributes(&[("gen_ai.request.model", asked)]);
    }
}

const EVENTS: &str = concat!(
    "data: {\"id\":\"c1\",\"model\":\"big\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hel\"}}]}\n\n",
    "data: {\"id\":\"c1\",\"model\":\"big\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"lo\"},\"finish_reason\":\"stop\"}]}\r\n\r\n",
    "data: {\"id\":\"c1\",\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2}}\n\n",
    "data: [DONE]\n\n",
);

async fn stream(router: &Router, options: Value) -> (u16, Vec<String>) {
    let body = json!({ "model": "big", "stream": true, "stream_options": options, "messages": [{ "role": "user", "content": "hi" }] });
    let response = router.post_traced("/v1/chat/completions", body).send().await.expect("an answer");
    let status = response.status().as_u16();
    let text = response.text().await.expect("a body");
    (status, text.split("\n\n").filter_map(|event| event.strip_prefix("data: ")).map(str::to_owned).collect())
}

#[tokio::test]
async fn a_stream_travels_through_and_is_counted() {
    let otlp = OtlpReceiver::start().await;
    let upstream = FakeUpstream::start([Reply::Events(EVENTS)]).await;
    let router = router(&otlp, json!([{ "name": "p", "base_url": upstream.base_url(), "models": ["big"] }])).await;
    let (status, events) = stream(&router, Value::Null).await;
    assert_eq!((status, events.len(), events.last().map(String::as_str)), (200, 3, Some("[DONE]")), "{events:?}");
    assert!(events[0].contains("Hel") && events[0].contains("context"));
    assert_eq!(upstream.asked()[0].body["stream_options"]["include_usage"], true);
    let spans = otlp.whole_trace(TRACE).await;
    let model = of_kind(&spans, "chat big")[0];
    for (key, value) in [
        ("gen_ai.usage.input_tokens", "9"),
        ("gen_ai.usage.output_tokens", "2"),
        ("gen_ai.response.finish_reasons", "stop"),
    ] {
        assert_eq!(model.attribute(key), Some(value), "{key}");
    }
    assert_eq!(model.status, StatusCode::Unset);
    let (_, events) = stream(&router, json!({ "include_usage": true })).await;
    assert_eq!(events.len(), 4, "{events:?}");
}

#[tokio::test]
async fn a_stream_that_breaks_says_so_and_one_that_never_begins_goes_to_the_next() {
    let otlp = OtlpReceiver::start().await;
    let breaks = FakeUpstream::start([Reply::Events(
        "data: {\"id\":\"c1\",\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\n\n",
    )])
    .await;
    let empty = FakeUpstream::start([Reply::Events("")]).await;
    let router = router(
        &otlp,
        json!([
            { "name": "empty", "base_url": empty.base_url(), "models": ["big"] },
            { "name": "breaks", "base_url": breaks.base_url(), "models": ["big"] },
        ]),
    )
    .await;
    let (status, events) = stream(&router, Value::Null).await;
    assert_eq!((status, events.len()), (200, 2), "{events:?}");
    assert!(events[0].contains("Hel") && events[1].contains(r#""code":"upstream_error""#), "{events:?}");
    let spans = otlp.whole_trace(TRACE).await;
    let statuses: Vec<_> = of_kind(&spans, "chat big")
        .iter()
        .map(|span| (span.status, span.attribute("error.type").map(str::to_owned)))
        .collect();
    assert_eq!(statuses, vec![(StatusCode::Error, Some("connection_error".to_owned())); 2]);
}

#[tokio::test]
async fn a_caller_who_goes_ends_the_work() {
    let otlp = OtlpReceiver::start().await;
    let upstream = FakeUpstream::start([Reply::Nothing]).await;
    let router =
        router(&otlp, json!([{ "name": "p", "base_url": upstream.base_url(), "models": ["*"], "timeout_ms": 600000 }]))
            .await;
    let request = router.post_traced("/v1/completions", json!({ "prompt": "hi", "model": "m" }));
    let sent = tokio::spawn(request.send());
    while upstream.asked().is_empty() {
        tokio::task::yield_now().await;
    }
    sent.abort();
    let spans = otlp.trace(TRACE, |spans| spans.iter().any(|span| span.name.starts_with("text_completion"))).await;
    let model = of_kind(&spans, "text_completion")[0];
    assert_eq!((model.status, model.attribute("error.type")), (StatusCode::Error, Some("cancelled")));
}
