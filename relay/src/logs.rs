//! The log: one event per line, on standard error.
//!
//! Invariant: no event carries what people wrote, a name, a token, a code or an address; devices are named by number,
//! calls by their route. The tests search a log for canaries.

use crate::settings::LogFormat;
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

pub fn begin(format: Option<LogFormat>) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    // Its finer events hold the values of statements.
    let filter = "tokio_postgres=info".parse().into_iter().fold(filter, EnvFilter::add_directive);
    let is_terminal = std::io::stderr().is_terminal();
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match format.unwrap_or(if is_terminal { LogFormat::Text } else { LogFormat::Json }) {
        LogFormat::Text => log.with_ansi(is_terminal).init(),
        LogFormat::Json => log.json().flatten_event(true).with_current_span(false).with_span_list(false).init(),
    }
}
