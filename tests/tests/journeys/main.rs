//! Journeys without windows: what people do, asked of the app as its screens ask it. See linli_tests::neighbourhood.

mod administration;
mod alone;
mod certificates;
mod clones;
mod conflicts;
mod console_page;
mod drafts;
mod enrolment;
mod erasing;
mod history;
mod import;
mod issues;
mod mending;
mod newer_store;
mod photos;
mod refill;
mod register;
mod review;
mod rights;
mod saving;
mod today;
mod words;
