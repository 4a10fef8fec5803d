//! Names of things. Ids are made by whoever writes first and are never given twice.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
            pub fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0.hyphenated())
            }
        }
        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    };
}

uuid_id! {
    /// The id of a record: a UUIDv7, minted by the device that creates it.
    RecordId
}
uuid_id! {
    /// The id of an edit: a UUIDv8 over its bytes and the id before it in the device's chain (see [`crate::edit`]).
    EditId
}
uuid_id! {
    /// One life of a relay store. A restored or emptied store has a new one.
    Epoch
}

impl RecordId {
    /// A new id from a time in milliseconds and 74 random bits (the rest of `random` is ignored).
    pub fn mint(now_ms: u64, random: [u8; 10]) -> Self {
        let id = uuid::Builder::from_unix_timestamp_millis(now_ms, &random).into_uuid();
        Self(id)
    }
}

/// The number the relay gave a device at enrolment. Never given to another device, not even after a restore.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Debug)]
#[serde(transparent)]
pub struct DeviceNumber(pub u32);

impl fmt::Display for DeviceNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The key of a record everywhere: its kind and its id. Kinds marked "same id" in the schema share ids.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Debug)]
pub struct RecordKey {
    pub kind: String,
    pub id: RecordId,
}

impl RecordKey {
    pub fn new(kind: impl Into<String>, id: RecordId) -> Self {
        Self { kind: kind.into(), id }
    }
}

impl fmt::Display for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.id)
    }
}

impl FromStr for RecordKey {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (kind, id) = text.split_once(':').ok_or_else(|| format!("{text:?} is not kind:id"))?;
        let id = id.parse().map_err(|_| format!("{id:?} is not an id"))?;
        Ok(Self::new(kind, id))
    }
}
