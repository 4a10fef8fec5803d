//! A command's question, answered by the relay that runs or, where none does, by ourselves under the store's lock.

use crate::authorities::Authorities;
use crate::control::{Answer, Ask, Holder, Office, ask, reach};
use crate::error::RelayError;
use crate::relay::Relay;
use crate::settings::{Given, Place, Settings};
use anyhow::Result;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

/// Whether a store must be there before the command, or may be made by it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Held {
    Before,
    Made,
}

pub fn answer(place: &Place, held: Held, question: Ask) -> Result<Answer> {
    let settings = Settings::read(place, Given::from_environment()?)?;
    if held == Held::Before && !settings.store.is_there()? {
        return Err(RelayError::NoStore(settings.store.to_string()).into());
    }
    make_folder(&place.data)?;
    match reach(&place.data)? {
        Holder::Running(stream) => ask(stream, &question),
        Holder::Ourselves(_lock) => {
            let relay = Relay::open_set(&settings)?.with_authorities(Authorities::read(&settings)?);
            Office { relay, url_for_devices: settings.url_for_devices(settings.listen) }.answer(question)
        }
    }
}

/// The folder holds people's data: only its owner may look into it.
pub fn make_folder(data: &Path) -> Result<()> {
    if !data.exists() {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(data).map_err(RelayError::Io)?;
    }
    Ok(())
}
