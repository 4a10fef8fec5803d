//! Canonical bytes: the one spelling of a value that hashes and signatures are taken over.
//!
//! It is the JSON Canonicalization Scheme (RFC 8785) for the part of JSON we use: object keys sorted, no white space, no
//! fractions. Keys stand in the order of their bytes, which is that of code points; the scheme's own order differs only
//! beyond U+FFFF, where a structure's keys might go and no field's do.

use serde::Serialize;
use sha2::{Digest, Sha256};

/// The canonical JSON of anything that serialises to JSON without fractions.
pub fn bytes<T: Serialize>(value: &T) -> Vec<u8> {
    let mut out = Vec::new();
    write(&serde_json::to_value(value).unwrap_or_default(), &mut out);
    out
}

/// Sorts keys itself: whether serde_json's own map does depends on a feature that any crate in the build may switch on.
fn write(value: &serde_json::Value, out: &mut Vec<u8>) {
    match value {
        serde_json::Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(key, _)| key.as_str());
            out.push(b'{');
            for (index, (key, value)) in entries.into_iter().enumerate() {
                separate(index, out);
                out.extend_from_slice(serde_json::Value::from(key.as_str()).to_string().as_bytes());
                out.push(b':');
                write(value, out);
            }
            out.push(b'}');
        }
        serde_json::Value::Array(list) => {
            out.push(b'[');
            for (index, value) in list.iter().enumerate() {
                separate(index, out);
                write(value, out);
            }
            out.push(b']');
        }
        plain => out.extend_from_slice(plain.to_string().as_bytes()),
    }
}

fn separate(index: usize, out: &mut Vec<u8>) {
    if index > 0 {
        out.push(b',');
    }
}

pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Bytes as lower-case hex digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A UUIDv8 (RFC 9562) made of the first 16 bytes of a SHA-256.
pub fn uuid8(bytes: &[u8]) -> uuid::Uuid {
    let mut first = [0; 16];
    first.copy_from_slice(&sha256(bytes)[..16]);
    uuid::Builder::from_custom_bytes(first).into_uuid()
}

#[cfg(test)]
mod tests {
    #[test]
    fn keys_are_sorted_and_nothing_is_escaped_needlessly() {
        #[derive(serde::Serialize)]
        struct Sample {
            words: &'static str,
            door: u8,
        }
        let bytes = super::bytes(&Sample { words: "邻里\n\u{1}\"/", door: 3 });
        assert_eq!(String::from_utf8(bytes).unwrap(), "{\"door\":3,\"words\":\"邻里\\n\\u0001\\\"/\"}");
    }
}
