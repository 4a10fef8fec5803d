//! What becomes of edits and who is given them, once more over PostgreSQL: the rest of the relay must not know which store
//! it has.
#![allow(clippy::duplicate_mod, reason = "each part brings the support it needs, as it does when it runs alone")]

#[path = "accepting.rs"]
mod accepting;
#[path = "issue_steps.rs"]
mod issue_steps;
#[path = "pulling.rs"]
mod pulling;
#[path = "review.rs"]
mod review;
