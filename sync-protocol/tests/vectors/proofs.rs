use serde_json::{Value as Json, json};
use sync_protocol::DeviceNumber;
use sync_protocol::messages::{EnrolRequest, certificate_pin, enrol_proof, key_pin, time_proof, trust_proof};

pub fn vectors() -> Vec<Json> {
    let key = "BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU";
    let request = EnrolRequest {
        code: "01234567".into(),
        device_key: key.into(),
        nonce: "bm9uY2UtbjAyMw".into(),
        app_version: "0".into(),
    };
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let authorities = ["MIIB".to_owned(), "MIIC".to_owned()];
    vec![
        json!({
            "shows": ["ENROL-3"], "nonce": request.nonce, "device_key": key, "device": 7,
            "text": text(enrol_proof(&request, DeviceNumber(7))),
        }),
        json!({ "shows": ["ENROL-3"], "relay_key": key, "pin": key_pin(key) }),
        json!({
            "shows": ["TRUST-2"], "authorities": authorities, "as_of_ms": 1_795_395_600_000_u64,
            "text": text(trust_proof(&authorities, 1_795_395_600_000)),
        }),
        json!({ "shows": ["TRUST-2"], "authorities": [], "as_of_ms": 1, "text": text(trust_proof(&[], 1)) }),
        json!({ "shows": ["TIME-1"], "nonce": "abc-_9", "time_ms": 7, "text": text(time_proof("abc-_9", 7)) }),
        json!({ "shows": ["TRUST-1"], "der": "00ff10", "pin": certificate_pin(&[0x00, 0xff, 0x10]) }),
    ]
}
