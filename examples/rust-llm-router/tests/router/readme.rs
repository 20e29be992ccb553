//! The README's example runs, and its table has every variable.

use std::collections::BTreeSet;

use crate::support::Router;
use serde_json::Value;

const README: &str = include_str!("../../README.md");
const SOURCES: [&str; 5] = [
    include_str!("../../src/settings/mod.rs"),
    include_str!("../../src/settings/otlp_exporter.rs"),
    include_str!("../../src/settings/qdrant.rs"),
    include_str!("../../src/settings/sampling.rs"),
    include_str!("../../src/settings/traces.rs"),
];

#[tokio::test]
async fn the_example_is_answered() {
    let router = Router::start(&[]).await;
    let (_, after) = README.split_once("curl -X POST http://localhost:8001").expect("the example");
    let path = after.split_whitespace().next().expect("a path");
    let body = after.split_once("-d '").and_then(|(_, rest)| rest.split_once('\'')).expect("a body").0;
    let request = router.client.post(format!("{}{path}", router.url)).header("Content-Type", "application/json");
    let response = request.body(body).send().await.expect("an answer");
    assert_eq!(response.status(), 200);
    assert_eq!(response.json::<Value>().await.expect("JSON")["choices"][0]["text"], "Hello world");
}

#[tokio::test]
async fn the_providers_of_the_example_are_taken() {
    let (_, after) = README.split_once("```json").expect("the example");
    let (providers, _) = after.split_once("```").expect("its end");
    let router = Router::start(&[("ROUTER_PROVIDERS", providers), ("OPENAI_API_KEY", "key")]).await;
    let ready: Value =
        router.client.get(format!("{}/ready", router.url)).send().await.expect("an answer").json().await.expect("JSON");
    assert_eq!(ready["providers"], serde_json::json!(["echo", "openai", "local"]));
}

#[test]
fn every_variable_is_in_the_table_and_no_other() {
    let quoted = |text: &'static str, quote: char| -> BTreeSet<&'static str> {
        let is_variable = |word: &&str| {
            word.len() > 3
                && word.starts_with(|c: char| c.is_ascii_uppercase())
                && word.bytes().all(|byte| matches!(byte, b'A'..=b'Z' | b'_'))
        };
        text.split(quote).filter(is_variable).collect()
    };
    let (_, table) = README.split_once("## Settings").expect("the table");
    let (table, _) = table.split_once("## ").expect("its end");
    let described = quoted(table, '`');
    let read: BTreeSet<&str> = SOURCES
        .iter()
        .flat_map(|source| quoted(source, '"'))
        .filter(|name| !name.contains("_TRACES_ENDPOINT") && !name.starts_with("OTEL_EXPORTER_OTLP_TRACES_"))
        .collect();
    assert_eq!(described, read);
}
