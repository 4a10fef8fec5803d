//! Derived fields: pure functions of records, computed alike on every replica and never sent.

pub mod calendar;
pub mod due;
pub mod issue;
pub mod steps;
pub mod visit_state;
