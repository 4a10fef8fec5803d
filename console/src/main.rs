//! The program: options, enrolment at the first start, then the server.

use anyhow::{Context, bail};
use app_core::{Core, Shell};
use clap::Parser;
use linli_console::server;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Parser)]
#[command(name = "linli-console", about = "The web console for supervisors", version)]
struct Options {
    /// Folder for this console's own copy of the records.
    #[arg(long, env = "LINLI_CONSOLE_DATA")]
    data: PathBuf,
    /// Where the page is served. Without TLS only this machine may be named.
    #[arg(long, default_value = "127.0.0.1:7401")]
    listen: SocketAddr,
    /// The link that `linli-relay code --console` printed; needed once.
    #[arg(long)]
    enrol: Option<String>,
    /// The relay's address, where it moved since enrolment.
    #[arg(long)]
    relay: Option<String>,
    /// Folder with the built pages.
    #[arg(long, default_value = "ui/dist")]
    pages: PathBuf,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_env_filter(tracing_subscriber::EnvFilter::from_default_env()).init();
    let options = Options::parse();
    if !options.listen.ip().is_loopback() {
        bail!("--listen {}: without TLS the console serves this machine only, such as 127.0.0.1:7401", options.listen);
    }
    if !options.pages.join("index.html").exists() {
        bail!("{} holds no index.html. Build the pages first: npm --prefix ui run build", options.pages.display());
    }
    let core =
        Arc::new(Core::new(Shell::Console, &options.data, options.relay).context("the data folder cannot be used")?);
    if !core.is_enrolled() {
        let Some(link) = options.enrol else {
            bail!(
                "this console is not enrolled: pass --enrol LINK with the link that `linli-relay code --console DIVISION` prints"
            );
        };
        core.enrol_console(&link).await.map_err(|error| anyhow::anyhow!("enrolment failed: {}", describe(&error)))?;
    }
    core.open_console().map_err(|error| match error.code.as_str() {
        "database_too_new" => anyhow::anyhow!(
            "控制台的资料由更新的版本写成，请更新；资料没有改动。 The console's records were written by a newer version: update \
             this program; nothing was changed. {}",
            describe(&error)
        ),
        _ => anyhow::anyhow!("控制台的资料打不开。 The console's records cannot be opened: {}", describe(&error)),
    })?;
    server::serve(core, options.listen, &options.pages).await
}

fn describe(error: &app_core::CommandError) -> String {
    let facts: Vec<String> = error.detail.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    if facts.is_empty() { error.code.clone() } else { format!("{} ({})", error.code, facts.join(", ")) }
}
