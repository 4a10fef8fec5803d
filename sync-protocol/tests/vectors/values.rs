use serde_json::{Value as Json, json};
use sync_protocol::canonical::{hex, uuid8};
use sync_protocol::{RecordId, RecordKey, Value, day};

pub fn vectors() -> Vec<Json> {
    let mut vectors = Vec::new();
    for text in
        ["null", "true", "0", "-7", "9223372036854775807", "-9223372036854775808", "\"邻里\"", "[1,[]]", "{\"a\":null}"]
    {
        let value: Value = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&value).unwrap(), text);
        vectors.push(json!({ "shows": ["VALUE-1"], "json": text }));
    }
    for text in ["1.5", "1e3", "9223372036854775808", "-9223372036854775809", "[0.0]", "{\"a\":1.25}"] {
        assert!(serde_json::from_str::<Value>(text).is_err(), "{text}");
        vectors.push(json!({ "shows": ["VALUE-1"], "refuse": text, "as": "value" }));
    }
    vectors.push(json!({ "shows": ["VALUE-2"], "sorted": sorted() }));
    for bytes in [&b""[..], b"linli-relay", &[0xff; 40]] {
        vectors.push(json!({ "shows": ["ID-3"], "bytes": hex(bytes), "uuid8": uuid8(bytes) }));
    }
    for (ms, random) in [(0, [0; 10]), (1_795_395_600_000, [0x11; 10]), (1_795_395_600_001, [0xff; 10])] {
        let id = RecordId::mint(ms, random);
        vectors.push(json!({ "shows": ["ID-1", "ID-2"], "ms": ms, "random": hex(&random), "uuid7": id }));
    }
    let key = RecordKey::new("resident", RecordId::mint(1_795_395_600_000, [0x11; 10]));
    vectors.push(json!({ "shows": ["ID-4"], "kind": key.kind, "id": key.id, "key": key.to_string() }));
    for text in ["resident", "resident:7", "019b0000"] {
        assert!(text.parse::<RecordKey>().is_err());
        vectors.push(json!({ "shows": ["ID-4"], "refuse": text, "as": "key" }));
    }
    for ms in [0, 1_795_395_600_000, 1_795_363_199_999, 1_795_363_200_000] {
        vectors.push(json!({ "shows": ["DAY-1"], "ms": ms, "time": day::time_text(ms), "day": day::day_of(ms) }));
    }
    for text in [
        "2026-11-23T01:12:00Z",
        "2026-11-23T09:12:00.000+08:00",
        "2026-11-23 01:12:00.000Z",
        "2026-02-30T00:00:00.000Z",
    ] {
        assert!(day::time_ms(text).is_none());
        vectors.push(json!({ "shows": ["DAY-1"], "refuse": text, "as": "time" }));
    }
    for text in ["2026-2-3", "2026-02-30", "20261123", "2026-11-23 "] {
        assert!(day::parse_day(text).is_none());
        vectors.push(json!({ "shows": ["DAY-1"], "refuse": text, "as": "day" }));
    }
    vectors
}

/// Values in ascending order.
fn sorted() -> Vec<Value> {
    let from = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let sorted: Vec<Value> = [
        "null",
        "false",
        "true",
        "-5",
        "0",
        "12",
        "\"\"",
        "\"2026-09-01\"",
        "\"2026-11-23\"",
        "\"a\"",
        "\"邻\"",
        "[]",
        "[1]",
        "[1,0]",
        "[2]",
        "{}",
    ]
    .map(from)
    .into();
    assert!(sorted.is_sorted());
    sorted
}
