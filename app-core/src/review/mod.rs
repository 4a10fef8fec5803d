//! What needs somebody: fields on which people disagree, edits that did not come through, edits held for a decision.

mod about;
mod attention;
mod cards;
mod conflicts;
mod held;
mod settling;

pub(crate) use about::shown;
pub use attention::{AttentionFate, AttentionItem, EditRef, EnteredField, list_attention, mark_read, retry_edit};
pub use cards::*;
pub(crate) use conflicts::open_count;
pub use conflicts::{conflict_card, list_conflicts};
pub use held::{Decision, HeldCard, HeldDecision, HeldField, HeldQuery, decide_held, list_held};
pub use settling::{settle_conflict, undo_settlement};
