//! The real program, started and ended as a parent process does it.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use reqwest::{RequestBuilder, Response};
use serde_json::Value;
use tokio::sync::watch;

use super::{PATIENCE, TRACE, traceparent_in};

pub struct Router {
    pub url: String,
    pub client: reqwest::Client,
    child: Child,
    logs: Arc<Mutex<Vec<Value>>>,
    lines: watch::Receiver<usize>,
}

impl Drop for Router {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Of its environment, the program gets nothing but `variables`.
fn program(variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_llm-router"));
    command.env_clear().envs([("PORT", "0"), ("QDRANT_URL", "http://127.0.0.1:1"), ("OTEL_TRACES_EXPORTER", "none")]);
    command.envs(variables.iter().copied()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Exit code and standard error of a program that does not start.
pub fn settings_error(variables: &[(&str, &str)]) -> (Option<i32>, String) {
    let mut child = program(variables).spawn().expect("the program starts");
    let mut text = String::new();
    // Ends when the program does.
    child.stderr.take().expect("piped").read_to_string(&mut text).expect("text");
    (child.wait().expect("it ends").code(), text)
}

impl Router {
    pub async fn start(variables: &[(&str, &str)]) -> Router {
        // The settings of TLS are the process's own.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut child = program(variables).stderr(Stdio::inherit()).spawn().expect("the program starts");
        let stdout = child.stdout.take().expect("piped");
        let logs: Arc<Mutex<Vec<Value>>> = Arc::default();
        let (count, mut lines) = watch::channel(0);
        let kept = logs.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                let entry = serde_json::from_str(&line)
                    .unwrap_or_else(|error| panic!("a log line is no JSON ({error}): {line}"));
                kept.lock().expect("not poisoned").push(entry);
                count.send_modify(|count| *count += 1);
            }
        });
        let url =
            |logs: &[Value]| logs.iter().find(|entry| entry["msg"] == "listening")?["url"].as_str().map(str::to_owned);
        let listening = lines.wait_for(|_| url(&logs.lock().expect("not poisoned")).is_some());
        let listening = tokio::time::timeout(PATIENCE, listening).await.is_ok_and(|waited| waited.is_ok());
        assert!(listening, "the router does not listen: {:?}", logs.lock());
        let url = url(&logs.lock().expect("not poisoned")).expect("it listens");
        Router { url, client: reqwest::Client::builder().no_proxy().build().expect("a client"), child, logs, lines }
    }

    /// With an OTLP backend on `port`.
    pub async fn start_traced(port: u16, variables: &[(&str, &str)]) -> Router {
        let endpoint = format!("http://127.0.0.1:{port}");
        let mut all = vec![
            ("OTEL_TRACES_EXPORTER", "otlp"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()),
            ("OTEL_BSP_SCHEDULE_DELAY", "50"),
        ];
        all.extend_from_slice(variables);
        Router::start(&all).await
    }

    pub fn post(&self, path: &str, body: Value) -> RequestBuilder {
        self.client.post(format!("{}{path}", self.url)).json(&body)
    }

    /// `POST /v1/completions`.
    pub async fn ask(&self, body: Value) -> Response {
        self.post("/v1/completions", body).send().await.expect("an answer")
    }

    /// `POST /v1/completions` within the trace of the tests.
    pub async fn ask_traced(&self, body: Value) -> Response {
        self.post_traced("/v1/completions", body).send().await.expect("an answer")
    }

    /// `POST /v1/completions` within the trace `id`.
    pub async fn ask_within(&self, id: &str, body: Value) -> Response {
        let request = self.post("/v1/completions", body).header("traceparent", traceparent_in(id));
        request.send().await.expect("an answer")
    }

    pub fn post_traced(&self, path: &str, body: Value) -> RequestBuilder {
        self.post(path, body).header("traceparent", traceparent_in(TRACE))
    }

    pub fn address(&self) -> &str {
        self.url.strip_prefix("http://").expect("an http URL")
    }

    /// The most that it has had in memory so far.
    #[cfg(target_os = "linux")]
    pub fn peak_mebibytes(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") / 1024
    }

    pub fn logs(&self) -> Vec<Value> {
        self.logs.lock().expect("not poisoned").clone()
    }

    pub async fn log(&self, message: &str) -> Value {
        let found = || {
            self.logs().into_iter().find(|entry| entry["msg"].as_str().is_some_and(|text| text.starts_with(message)))
        };
        let mut lines = self.lines.clone();
        let waited = tokio::time::timeout(PATIENCE, lines.wait_for(|_| found().is_some())).await;
        assert!(matches!(waited, Ok(Ok(_))), "no log line {message:?}: {:#?}", self.logs());
        found().expect("it was there")
    }

    pub fn terminate(&self) {
        let status = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().expect("kill runs");
        assert!(status.success());
    }

    /// SIGTERM, and the exit code.
    pub async fn stop(mut self) -> (Option<i32>, Vec<Value>) {
        self.terminate();
        let code = tokio::task::spawn_blocking(move || {
            let code = self.child.wait().expect("it ends").code();
            (code, self)
        });
        let (code, router) = tokio::time::timeout(PATIENCE, code).await.expect("it ends in time").expect("no panic");
        // The last lines are read when the sender has gone.
        let mut lines = router.lines.clone();
        let _ = tokio::time::timeout(PATIENCE, async { while lines.changed().await.is_ok() {} }).await;
        (code, router.logs())
    }
}
