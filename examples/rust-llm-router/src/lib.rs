//! An OpenAI-compatible router of completions, traced with OpenTelemetry, with its context in Qdrant.

mod api_error;
mod body_budget;
mod completion_request;
mod context;
mod export;
mod gen_ai_answer;
mod json_size;
mod limits;
mod log_format;
mod outage;
mod providers;
mod redaction;
mod retry_after;
mod routes;
mod routing;
mod sampling;
mod server;
mod server_span;
mod settings;
mod spanned_body;
mod telemetry;
mod text_vector;
mod trace_context;
mod words;

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};

use body_budget::BodyBudget;
use context::ContextStore;
use limits::Limits;
use providers::{OpenAiProvider, Provider};
use routes::App;
use routing::Routing;
use settings::{SettingError, Settings};
use telemetry::Telemetry;

/// For what cannot be cancelled: everything else has ended before.
const LAST_TASKS_TIMEOUT: Duration = Duration::from_secs(1);

/// Exit codes: 0 after SIGTERM or SIGINT, 2 for a wrong setting, 1 for anything else.
pub fn run() -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(1, &format!("no threads can be started: {error}")),
    };
    let settings = match Settings::from_environment() {
        Ok(settings) => settings,
        Err(error) => return fail(2, &error.to_string()),
    };
    let code = runtime.block_on(start(settings));
    end(runtime);
    code
}

/// A look-up of a name in the DNS cannot be cancelled, and would hold the program's end for as long as its server is silent.
fn end(runtime: Runtime) {
    runtime.shutdown_timeout(LAST_TASKS_TIMEOUT);
}

fn fail(code: u8, message: &str) -> ExitCode {
    eprintln!("llm-router: {message}");
    ExitCode::from(code)
}

async fn start(settings: Settings) -> ExitCode {
    // Both TLS clients take the process's provider; a second installation would be the only error.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (mut terminate, mut interrupt) = match signals() {
        Ok(signals) => signals,
        Err(error) => return fail(1, &format!("signals cannot be awaited: {error}")),
    };
    let address = (settings.host.as_str(), settings.port);
    let listener = match TcpListener::bind(address).await {
        Ok(listener) => listener,
        Err(error) => {
            let (host, port) = address;
            return fail(
                1,
                &format!(
                    "cannot listen on {host}:{port} (HOST, PORT): {error}. Is another program there? PORT=0 takes a free port."
                ),
            );
        }
    };
    let telemetry = match Telemetry::start(&settings.tracing, settings.log_level) {
        Ok(telemetry) => telemetry,
        Err(error) => return fail(2, &error.to_string()),
    };
    let app = match app(settings) {
        Ok(app) => app,
        Err(error) => return fail(2, &error.to_string()),
    };
    let seeding = tokio::spawn(app.context.clone().keep_seeded());
    if let Ok(address) = listener.local_addr() {
        tracing::info!(url = format!("http://{address}"), "listening");
    }
    server::serve(listener, app, async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
    .await;
    seeding.abort();
    // Its span ends with it.
    let _ = seeding.await;
    telemetry.shutdown().await;
    ExitCode::SUCCESS
}

fn signals() -> std::io::Result<(Signal, Signal)> {
    Ok((signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?))
}

fn app(settings: Settings) -> Result<Arc<App>, SettingError> {
    let context = ContextStore::new(settings.qdrant.clone()).map_err(|error| {
        SettingError(format!("QDRANT_URL is {:?}, which the client refuses: {error}.", settings.qdrant.url.as_str()))
    })?;
    let mut providers = vec![Provider::Echo];
    for config in settings.providers.clone() {
        let name = config.name.clone();
        let provider = OpenAiProvider::new(config)
            .map_err(|error| SettingError(format!("provider {name:?} cannot be set up: {error}.")))?;
        providers.push(Provider::OpenAi(Box::new(provider)));
    }
    Ok(Arc::new(App {
        bodies: BodyBudget::new(settings.max_bodies_bytes),
        limits: Limits::new(settings.max_concurrent_requests, settings.rate_per_second),
        routing: Routing::new(providers, settings.request_timeout, settings.tracing.capture_message_content),
        context,
        stopping: AtomicBool::new(false),
        settings,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;
    use std::time::Instant;

    #[test]
    fn a_look_up_that_gets_no_answer_does_not_hold_the_end() {
        const SILENCE: Duration = Duration::from_secs(60);
        let runtime = Runtime::new().expect("a runtime");
        let (asked, asking) = mpsc::channel();
        let (answer, awaited) = mpsc::channel::<()>();
        // As tokio looks up a name: in a thread that waits for the system.
        runtime.spawn_blocking(move || {
            asked.send(()).expect("the test waits");
            let _ = awaited.recv_timeout(SILENCE);
        });
        asking.recv().expect("it is under way");
        let started = Instant::now();
        end(runtime);
        assert!(started.elapsed() < SILENCE / 2, "{:?}", started.elapsed());
        drop(answer);
    }
}
