//! Faults of the field, made on purpose, by their numbers in docs/faults.md. `LINLI_SEED` repeats a run and `LINLI_SOAK`
//! multiplies how often each is made (scripts/soak).
#![allow(clippy::unwrap_used, reason = "tests")]

mod answers;
mod apart;
mod full;
mod kills;
mod lines;
mod medium;
mod migrating;
mod poison;
mod replica;
