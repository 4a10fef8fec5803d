//! `linli-relay serve`: the relay itself.

use super::held::make_folder;
use crate::authorities::{Authorities, certificates};

use crate::control::{Office, Socket, StoreLock};
use crate::error::RelayError;
use crate::logs;
use crate::relay::Relay;
use crate::serving::{Listener, Tls, objection, watch_other_processes};
use crate::settings::{Given, Place, Settings};
use anyhow::{Context, Result, bail};
use clap::Args;
use std::io::ErrorKind;
use std::process::ExitCode;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

/// For scripts that start the relay: the port belongs to something else.
const PORT_TAKEN: u8 = 2;

#[derive(Args)]
pub struct Serve {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    given: Given,
}

impl Serve {
    pub fn run(self) -> Result<ExitCode> {
        let settings = Settings::read(&self.place, self.given)?;
        logs::begin(settings.log);
        let data = &self.place.data;
        if !settings.store.is_there()? {
            return Err(RelayError::NoStore(settings.store.to_string()).into());
        }
        // A database has one folder for each of its relays, and it may be the first time that this one is used.
        make_folder(data)?;
        let authorities = Authorities::read(&settings)?;
        let tls = settings.tls.as_ref().map(Tls::read).transpose()?;
        let _lock = match StoreLock::take(data)? {
            Ok(lock) => lock,
            Err(in_use) => {
                let process = in_use.0.map_or_else(String::new, |process| format!(" (process {process})"));
                bail!("another linli-relay{process} holds the store in {}; a store has one relay", data.display());
            }
        };
        let relay = Relay::open_set(&settings)?.with_authorities(authorities);
        tokio::runtime::Runtime::new()?.block_on(self::serve(&self.place, &settings, relay, tls))
    }
}

async fn serve(place: &Place, settings: &Settings, relay: Relay, tls: Option<Tls>) -> Result<ExitCode> {
    let listener = match TcpListener::bind(settings.listen).await {
        Ok(listener) => listener,
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            let port = settings.listen.port();
            eprintln!("linli-relay: port {port} is taken; stop what uses it or choose another with --listen");
            return Ok(ExitCode::from(PORT_TAKEN));
        }
        Err(error) => return Err(error).with_context(|| format!("cannot listen at {}", settings.listen)),
    };
    let address = listener.local_addr()?;
    let socket = Socket::open(&place.data).context("the socket for commands cannot be made")?;
    let office = Office { relay: relay.clone(), url_for_devices: settings.url_for_devices(address) };
    let commands = tokio::spawn(socket.answer_with(office));
    look_at_own_certificate(settings, &relay, address);
    tracing::info!(%address, tls = tls.is_some(), "serving");
    println!("linli-relay: serving at {}", settings.own_url(address));
    let watching = tokio::spawn(watch_other_processes(relay.clone()));
    let served = Listener { listener, tls }.serve(relay, stop_signal()?).await;
    for task in [commands, watching] {
        task.abort();
        // Until it is gone: the socket's file goes with it.
        drop(task.await);
    }
    served?;
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}

/// Said in the log rather than refused: a relay that cannot be reached under one name may be under another.
fn look_at_own_certificate(settings: &Settings, relay: &Relay, address: std::net::SocketAddr) {
    let (Some(tls), Some(url)) = (&settings.tls, settings.url_for_devices(address)) else { return };
    let Ok(chain) = certificates(&tls.certificate) else { return };
    if let Some(why) = objection(&chain, relay.authorities().certificates(), &url) {
        tracing::warn!(%url, why, "devices will not accept the relay's certificate");
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
