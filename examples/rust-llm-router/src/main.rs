//! Starts the router as a program: settings from the environment, logs and spans out, requests in.

use std::process::ExitCode;

fn main() -> ExitCode {
    llm_router::run()
}
