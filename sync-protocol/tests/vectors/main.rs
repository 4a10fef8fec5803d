//! The vectors beside `PROTOCOL.md`: what the code gives is what the committed files say, and every rule of the page is shown
//! by one of them.
//!
//! `LINLI_WRITE_VECTORS=1 cargo nextest run --workspace --test vectors` writes the files anew; each other run only compares.
#![allow(clippy::unwrap_used, clippy::type_complexity, reason = "tests")]

mod canonical;
mod channels;
mod checks;
mod columns;
mod conflicts;
mod edits;
mod files;
mod folds;
mod histories;
mod merges;
mod page;
mod proofs;
mod schema;
mod stamps;
mod values;
mod words;

use files::hold;

#[test]
fn stamps_and_clocks() {
    hold("stamps", "Stamps as text and bytes, their order, and what clocks give.", stamps::vectors());
}

#[test]
fn values_ids_and_days() {
    hold(
        "values",
        "Values, ids, days and times: what is one, what is none, and how values are ordered.",
        values::vectors(),
    );
}

#[test]
fn canonical_bytes() {
    hold("canonical", "Values and the canonical text that is hashed, with its SHA-256.", canonical::vectors());
}

#[test]
fn edits_and_their_chain() {
    hold("edits", "Runs of edits with the id before them, their canonical text and their ids.", edits::vectors());
}

#[test]
fn what_may_be_written() {
    hold(
        "checks",
        "Edits and the code by which they are refused (null: none), with every fault by field.",
        checks::vectors(),
    );
}

#[test]
fn merges() {
    hold(
        "merges",
        "Accepted edits of one record, and the state that follows in whatever order they come.",
        merges::vectors(),
    );
}

#[test]
fn histories_by_chance() {
    hold(
        "histories",
        "Histories by chance: states, digests, and the conflicts of `phone` and `deleted`.",
        histories::vectors(),
    );
}

#[test]
fn conflicts_and_deletions() {
    hold(
        "conflicts",
        "Accepted edits of one record, and what stands in the conflict record of a field.",
        conflicts::vectors(),
    );
}

#[test]
fn channels_grants_and_digests() {
    hold("channels", "Channels and facets: spelling and order; digests, buckets and standings.", channels::spelling());
    hold("routes", "Records of a small town, and where one of them is placed.", channels::routes());
    hold("grants", "Assignments of a person on a day, and what may be read for them.", channels::grants());
}

#[test]
fn folds() {
    hold("folds", "The steps of issues in any order of arrival, and where the issue then stands.", folds::vectors());
}

#[test]
fn columns() {
    hold("columns", "Edits and pages, plain and in columns; and columns that must be refused.", columns::vectors());
}

#[test]
fn proofs() {
    hold("proofs", "The texts that the relay signs, and pins.", proofs::vectors());
}

#[test]
fn the_schema_for_programs() {
    files::hold_json("schema", &schema::document());
}

#[test]
fn every_rule_of_the_page_is_shown_and_no_vector_names_another() {
    page::check();
}
