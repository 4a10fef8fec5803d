//! How facets, channels, fates and JSON are spelled in the columns of either store.

use crate::error::{RelayError, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;
use sync_protocol::messages::Fate;
use sync_protocol::{Channel, Facet};

/// Facets are stored by their place in [`Facet::ALL`], which therefore only ever grows at the end.
pub fn facet_number(facet: Facet) -> i64 {
    Facet::ALL.iter().position(|one| *one == facet).unwrap_or_default() as i64
}

pub fn facet(number: i64) -> Result<Facet> {
    let facet = usize::try_from(number).ok().and_then(|at| Facet::ALL.get(at).copied());
    facet.ok_or_else(|| RelayError::Damaged(format!("facet {number}")))
}

pub fn channel_names(channels: &BTreeSet<Channel>) -> String {
    channels.iter().map(Channel::to_string).collect::<Vec<_>>().join(" ")
}

pub fn channels(names: &str) -> Result<BTreeSet<Channel>> {
    names.split_ascii_whitespace().map(channel).collect()
}

pub fn channel(name: &str) -> Result<Channel> {
    name.parse().map_err(|_| RelayError::Damaged("a channel's name".to_owned()))
}

/// As the column `fate` spells it; `accepted_edits` reads two of these words.
pub fn fate_name(fate: Fate) -> &'static str {
    match fate {
        Fate::Merged => "merged",
        Fate::Conflict => "conflict",
        Fate::Held => "held",
        Fate::Waiting => "waiting",
        Fate::Refused => "refused",
        Fate::Later => "later",
        Fate::Erased => "erased",
    }
}

pub fn to_json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| RelayError::Damaged(error.to_string()))
}

/// Only the place of a fault is named: the text itself may hold personal values.
pub fn from_json<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text)
        .map_err(|error| RelayError::Damaged(format!("JSON, line {} column {}", error.line(), error.column())))
}
