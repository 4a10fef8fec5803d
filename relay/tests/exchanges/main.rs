//! Whole exchanges with a relay, recorded for who builds another client: `sync-protocol/vectors/exchanges.json`.
//!
//! The relay is the real one over a real store; its clock, keys and ids are given, so that every run records the same. HTTP
//! itself is left out: what crosses it is what stands here.
#![allow(clippy::unwrap_used, clippy::type_complexity, reason = "tests")]

#[path = "../../../sync-protocol/tests/vectors/files.rs"]
mod files;
mod stage;
mod story;

use linli_relay::error::RelayError;
use serde_json::{Value as Json, json};
use sync_protocol::Code;

#[test]
fn recorded_exchanges_are_what_the_relay_says() {
    let (about, exchanges) = story::recorded();
    let mut file = json!({ "vectors": exchanges });
    for (name, value) in about.as_object().unwrap() {
        file[name] = value.clone();
    }
    files::hold_json("exchanges", &file);
}

#[test]
fn codes_and_their_statuses() {
    let one = |code: &Code| {
        let problem = RelayError::refused(*code, "").problem();
        json!({ "shows": ["ERR-1"], "code": code, "status": problem.status })
    };
    let all: Vec<Json> = Code::ALL.iter().map(one).collect();
    files::hold(
        "errors",
        "Every code of a problem or an outcome, and the status of a call that is refused with it.",
        all,
    );
}
