//! The fixed words of fields as types, so that Rust and TypeScript know the choices.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A stored word as its type. A word that only a newer app knows becomes `otherwise`.
pub fn read<T: DeserializeOwned>(word: &str, otherwise: T) -> T {
    serde_json::from_value(word.into()).unwrap_or(otherwise)
}

/// As [`read`], for a field that may be absent.
pub fn read_or_none<T: DeserializeOwned>(word: Option<&str>) -> Option<T> {
    serde_json::from_value(word?.into()).ok()
}

/// A type's word as it is stored.
pub fn word<T: Serialize>(of: &T) -> String {
    serde_json::to_value(of).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Declares types of fixed words.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($variant:ident),+ $(,)? })+) => {
        $($(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, ts_rs::TS)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($variant),+ })+
    };
}
pub(crate) use words;

words! {
    VisitOutcome { Met, Nobody, Appointment, Refused, Vacant, Moved }
    DwellingUse { OwnerOccupied, Let, Commercial, Vacant, Other }
    Tenure { Owned, LongLet, ShortLet, Borrowed, Public }
    ContactBy { Phone, Message, Door, Family }
    Rhythm { Week, Month, Quarter, HalfYear, OnRequest }
    Gender { Female, Male }
    Stays { Main, Second, Seasonal, Away }
    Relation { Head, Spouse, Child, Parent, Grandchild, Relative, Tenant, CoTenant, Helper, Other }
    Level { District, Street, Community, Grid }
    Role { GridWorker, BuildingLead, Handler, Supervisor, Volunteer, Administrator, Auditor }
    /// Where a door stands in the round (sync_protocol::folds::visit_state).
    VisitState { Unvisited, Visited, Revisit, Nobody, Refused, Vacant }
    /// How far what is shown has come: on this device only, sent, or in need of somebody.
    SyncMark { SavedHere, Sent, NeedsAttention }
}

impl SyncMark {
    /// The mark of a record or a group of records.
    pub fn of(unsent: u32, needs_somebody: bool) -> Self {
        match (needs_somebody, unsent) {
            (true, _) => Self::NeedsAttention,
            (false, 0) => Self::Sent,
            (false, _) => Self::SavedHere,
        }
    }
}

impl From<sync_protocol::folds::visit_state::VisitState> for VisitState {
    fn from(state: sync_protocol::folds::visit_state::VisitState) -> Self {
        use sync_protocol::folds::visit_state::VisitState as Fold;
        match state {
            Fold::Unvisited => Self::Unvisited,
            Fold::Visited => Self::Visited,
            Fold::Revisit => Self::Revisit,
            Fold::Nobody => Self::Nobody,
            Fold::Refused => Self::Refused,
            Fold::Vacant => Self::Vacant,
        }
    }
}
