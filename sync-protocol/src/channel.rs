//! Channels, facets and grants: which records a device is given.
//!
//! A channel is a scope with a name, a facet is the privacy group of a record in it, and a grant is a channel with the
//! facets that may be read. The relay sends nothing outside a grant.

use crate::ids::RecordId;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Channel {
    /// A district, street or community, by its 6-, 9- or 12-digit code.
    Division(String),
    /// A grid, by its 15-digit code.
    Grid(String),
    Building(RecordId),
    Unit(RecordId),
    Person(RecordId),
}

impl Channel {
    /// The channel of a division or grid code; `None` when it is not 6, 9, 12 or 15 digits.
    pub fn of_code(code: &str) -> Option<Self> {
        if !code.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        match code.len() {
            6 | 9 | 12 => Some(Self::Division(code.to_owned())),
            15 => Some(Self::Grid(code.to_owned())),
            _ => None,
        }
    }

    /// The division code behind a division or grid channel.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Division(code) | Self::Grid(code) => Some(code),
            _ => None,
        }
    }
}

/// The codes above a division, nearest first: a grid's community, street and district.
pub fn codes_above(code: &str) -> Vec<&str> {
    [12, 9, 6].into_iter().filter(|length| *length < code.len()).filter_map(|length| code.get(..length)).collect()
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Division(code) => write!(f, "division:{code}"),
            Self::Grid(code) => write!(f, "grid:{code}"),
            Self::Building(id) => write!(f, "building:{id}"),
            Self::Unit(id) => write!(f, "unit:{id}"),
            Self::Person(id) => write!(f, "person:{id}"),
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not a channel")]
pub struct NotAChannel(String);

impl FromStr for Channel {
    type Err = NotAChannel;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || NotAChannel(text.chars().take(80).collect());
        let (scope, name) = text.split_once(':').ok_or_else(wrong)?;
        let id = || name.parse().map_err(|_| wrong());
        let channel = match scope {
            "division" | "grid" => Self::of_code(name).ok_or_else(wrong)?,
            "building" => Self::Building(id()?),
            "unit" => Self::Unit(id()?),
            "person" => Self::Person(id()?),
            _ => return Err(wrong()),
        };
        // One spelling only: a cursor for "grid:" with a community's code must not open a second channel.
        if channel.to_string() == text { Ok(channel) } else { Err(wrong()) }
    }
}

impl Serialize for Channel {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Channel {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Facet {
    /// Places, doors, shared matters, public duties; nothing about a resident.
    Open,
    /// Residents from 14 on, households, visits, needs, private issues.
    Personal,
    /// Under-14s, guardians, consents, care wanted.
    Guarded,
    /// Identity numbers.
    Identity,
    /// Held edits and complaints.
    Review,
}

impl Facet {
    pub const ALL: [Facet; 5] = [Self::Open, Self::Personal, Self::Guarded, Self::Identity, Self::Review];

    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Personal => "personal",
            Self::Guarded => "guarded",
            Self::Identity => "identity",
            Self::Review => "review",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|facet| facet.name() == name)
    }
}

/// One facet of one channel: what a cursor, a head and a digest belong to.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct ChannelFacet {
    pub channel: Channel,
    pub facet: Facet,
}

/// What somebody may read of a channel.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Grant {
    pub channel: Channel,
    pub facets: BTreeSet<Facet>,
}

impl Grant {
    pub fn new(channel: Channel, facets: &[Facet]) -> Self {
        Self { channel, facets: facets.iter().copied().collect() }
    }

    pub fn channel_facets(&self) -> impl Iterator<Item = ChannelFacet> + '_ {
        self.facets.iter().map(|facet| ChannelFacet { channel: self.channel.clone(), facet: *facet })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_has_one_spelling() {
        for good in ["division:340603", "division:340603002001", "grid:340603002001003"] {
            assert_eq!(good.parse::<Channel>().unwrap().to_string(), good);
        }
        for bad in ["grid:340603", "division:340603002001003", "division:34060", "person:1", "street:340603002", ""] {
            assert!(bad.parse::<Channel>().is_err(), "{bad}");
        }
    }

    #[test]
    fn above_a_grid_are_its_community_street_and_district() {
        assert_eq!(codes_above("340603002001003"), ["340603002001", "340603002", "340603"]);
        assert!(codes_above("340603").is_empty());
    }
}
