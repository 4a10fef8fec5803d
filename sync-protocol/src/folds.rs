//! Derived fields: pure functions of records, computed alike on every replica and never sent.

pub mod visit_state;
