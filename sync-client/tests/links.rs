//! Enrolment links for who builds another client: `sync-protocol/vectors/links.json`.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../../sync-protocol/tests/vectors/files.rs"]
mod files;

use serde_json::{Value as Json, json};
use sync_client::link::EnrolLink;

#[test]
fn links_and_what_is_none() {
    let pin = "00112233445566778899aabbccddeeff";
    let certificate = "0f".repeat(32);
    let good = [
        format!("linli:enrol?u=http%3A%2F%2F127.0.0.1%3A7400&c=01234567&p={pin}&d=1"),
        format!("  linli:enrol?u=http://localhost:7400/&c=01234567\n&p={pin}  "),
        format!("linli:enrol?u=https%3A%2F%2Frelay.example.org&c=01234567&p={pin}&t={certificate}"),
        format!("linli:enrol?u=https://relay.example.org&c=01234567&p={pin}&t={}", certificate.to_uppercase()),
        format!("linli:enrol?u=http://[::1]:1&c=01234567&p={pin}&later=x"),
    ];
    let bad = [
        "https://relay.example.org".to_owned(),
        format!("linli:enrol?c=01234567&p={pin}"),
        format!("linli:enrol?u=http://127.0.0.1&p={pin}"),
        "linli:enrol?u=http://127.0.0.1&c=01234567".to_owned(),
        format!("linli:enrol?u=http://relay.example.org&c=01234567&p={pin}"),
        format!("linli:enrol?u=http://127.0.0.1@example.org&c=01234567&p={pin}"),
        format!("linli:enrol?u=http://127.0.0.1:80@example.org&c=01234567&p={pin}"),
        format!("linli:enrol?u=http://localhost.example.org&c=01234567&p={pin}"),
        format!("linli:enrol?u=https://relay.example.org&c=01234567&p={pin}"),
        format!("linli:enrol?u=https://relay.example.org&c=01234567&p={pin}&t=0f0f"),
    ];
    let read = |text: &String| {
        let EnrolLink { relay, code, key_pin, certificate_pin, demonstration } = EnrolLink::parse(text).unwrap();
        json!({ "shows": ["ENROL-1"], "link": text, "parts": {
            "address": relay, "code": code, "pin": key_pin, "certificate_pin": certificate_pin, "demonstration": demonstration,
        } })
    };
    let refuse = |text: &String| {
        assert!(EnrolLink::parse(text).is_err(), "{text}");
        json!({ "shows": ["ENROL-1"], "refuse": text, "as": "link" })
    };
    let vectors: Vec<Json> = good.iter().map(read).chain(bad.iter().map(refuse)).collect();
    files::hold("links", "Enrolment links with their parts, and what is none.", vectors);
}
