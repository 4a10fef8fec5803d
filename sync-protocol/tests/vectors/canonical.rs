use serde_json::{Value as Json, json};
use sync_protocol::canonical::{bytes, hex, sha256};

pub fn vectors() -> Vec<Json> {
    let all = [
        (vec!["CANON-1"], json!({})),
        (vec!["CANON-1"], json!({ "b": 1, "a": [true, null, -3], "B": "", "aa": {} })),
        (vec!["CANON-1"], json!({ "9": 9, "10": 10, "邻": "里", "z": 0 })),
        (vec!["CANON-1"], json!({ "～": "U+FF5E", "😀": "U+1F600", "~": "U+7E" })),
        (vec!["CANON-2"], json!("邻里 / \"quoted\" \\ back")),
        (vec!["CANON-2"], json!("\u{8}\t\n\u{c}\r\u{1}\u{1f}\u{7f}\u{2028}😀")),
        (vec!["CANON-1", "CANON-2"], json!({ "a\n": ["\u{0}", 9_223_372_036_854_775_807_i64] })),
    ];
    let one = |(shows, value): (Vec<&str>, Json)| {
        let text = bytes(&value);
        json!({
            "shows": shows, "value": value, "sha256": hex(&sha256(&text)), "canonical": String::from_utf8(text).unwrap(),
        })
    };
    all.into_iter().map(one).collect()
}
