//! What screens are told of conflicts.

use crate::words::words;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

words! {
    /// How a value of one's own is entered.
    ValueInput { Text, Words, Phone, Date, Number, Choice, None }
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct ConflictQuery {
    pub scope: Option<String>,
    /// Those settled in the last 30 days rather than the open ones.
    pub settled: bool,
}

/// What a record is, in the words of the register; nothing where it is not held here.
#[derive(Clone, Debug, Default, Serialize, TS)]
pub struct AboutRecord {
    /// `kind:id`.
    pub record: String,
    pub kind: String,
    pub title: Option<String>,
    pub door_label: Option<String>,
    pub building: Option<String>,
    pub dwelling: Option<String>,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct ConflictLine {
    pub about: AboutRecord,
    pub field: String,
    pub sides: Vec<ConflictSide>,
    pub settled: Option<SettledBy>,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct SettledBy {
    pub by: String,
    pub at: String,
    pub shown: Option<String>,
    /// Until the field was changed again.
    pub can_undo: bool,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct ConflictRef {
    pub record: String,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct ConflictCard {
    pub about: AboutRecord,
    pub fields: Vec<ConflictField>,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct ConflictField {
    pub field: String,
    /// What stood there before, where it is known.
    pub base: Option<String>,
    pub base_known: bool,
    pub sides: Vec<ConflictSide>,
    /// How many more there are in the history.
    pub more: u32,
    /// The field that can keep the second value.
    pub second: Option<String>,
    pub input: ValueInput,
    pub choices: Vec<String>,
    /// Opaque: given back with a choice, it says what its author was shown.
    pub seen: Vec<String>,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct ConflictSide {
    /// Names this side in a choice.
    pub side: String,
    pub shown: Option<String>,
    pub by: String,
    pub at: String,
    pub device: u32,
    /// Written on this device.
    pub here: bool,
    /// What is shown everywhere until somebody chooses.
    pub wins: bool,
    /// Of a deleted record: the fields that were changed meanwhile. Choosing this side restores it.
    pub changed: Vec<String>,
    /// Of a deleted record: what stands if this side is chosen.
    pub restores: bool,
    /// Differs from the side that wins only in what the mask hides.
    pub differs_hidden: bool,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct Settlement {
    pub record: String,
    pub field: String,
    /// The side that is right, or else a value typed by hand.
    pub side: Option<String>,
    pub value: Option<String>,
    /// Also keep the other side in the second field.
    pub keep_both: bool,
    pub seen: Vec<String>,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct SettledRef {
    pub record: String,
    pub field: String,
}
