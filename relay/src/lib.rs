//! The relay: the central server that joins the tablets and consoles of a district.
//!
//! It accepts edits, merges them by the protocol's rules, places each record in its channels, and tells every device
//! what it may know. It knows no screens. Read in this order: [`routes`] (who calls), [`accept`] (what becomes of an
//! edit), [`placing`] (who gets the result), [`store`] (where it is kept), [`commands`] (what an operator runs).

pub mod accept;
pub mod audit;
pub mod authorities;
pub mod backups;
pub mod blobs;
pub mod certificates;
pub mod clock;
pub mod commands;
pub mod control;
pub mod digests;
pub mod district;
pub mod enrolment;
pub mod erasing;
pub mod error;
pub mod fairness;
pub mod gate;
pub mod heads;
pub mod history;
pub mod importing;
pub mod keys;
pub mod ledger;
pub mod loading;
pub mod logs;
pub mod measuring;
pub mod placing;
pub mod pull;
pub mod receipts;
pub mod relay;
pub mod removal;
pub mod retention;
pub mod rights;
pub mod routes;
pub mod serving;
pub mod sessions;
pub mod settings;
pub mod store;
pub mod traffic;
