//! `linli-relay serve`: the relay itself.

use crate::relay::Relay;
use crate::serving::{run_until_stopped, watch_other_processes};
use anyhow::{Context, Result, bail};
use clap::Args;
use std::io::{ErrorKind, IsTerminal};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// For scripts that start the relay: the port belongs to something else.
const PORT_TAKEN: u8 = 2;

#[derive(Args)]
pub struct Serve {
    /// The folder with the store.
    #[arg(long)]
    data: PathBuf,
    /// Where to listen. Without TLS only addresses of this machine.
    #[arg(long, default_value = "127.0.0.1:7400")]
    listen: SocketAddr,
}

impl Serve {
    pub fn run(self) -> Result<ExitCode> {
        let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
        let ansi = std::io::stderr().is_terminal();
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(ansi).init();
        if !self.listen.ip().is_loopback() {
            bail!(
                "{} can be reached from other machines, and without TLS anybody there could read along; use 127.0.0.1",
                self.listen
            );
        }
        let relay = Relay::open(&self.data)?;
        tokio::runtime::Runtime::new()?.block_on(self.serve(relay))
    }

    async fn serve(self, relay: Relay) -> Result<ExitCode> {
        let listener = match TcpListener::bind(self.listen).await {
            Ok(listener) => listener,
            Err(error) if error.kind() == ErrorKind::AddrInUse => {
                let port = self.listen.port();
                eprintln!("linli-relay: port {port} is taken; stop what uses it or choose another with --listen");
                return Ok(ExitCode::from(PORT_TAKEN));
            }
            Err(error) => return Err(error).with_context(|| format!("cannot listen at {}", self.listen)),
        };
        let address = listener.local_addr()?;
        tracing::info!(%address, "serving");
        println!("linli-relay: serving at http://{address}");
        tokio::spawn(watch_other_processes(relay.clone()));
        run_until_stopped(listener, relay, stop_signal()?).await?;
        tracing::info!("stopped");
        Ok(ExitCode::SUCCESS)
    }
}

fn stop_signal() -> Result<impl Future<Output = ()> + Send + 'static> {
    let (mut terminated, mut interrupted) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminated.recv() => {}
            _ = interrupted.recv() => {}
        }
    })
}
