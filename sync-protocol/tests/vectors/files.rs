//! Committed files of vectors: compared in every run, written where the environment asks for it.

use serde_json::{Value as Json, json};
use std::path::PathBuf;

pub fn folder() -> PathBuf {
    // Also for other crates' tests that write vectors: all stand in one folder.
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(&here).join("sync-protocol/vectors")
}

/// Holds a list of vectors to the file of this name.
pub fn hold(name: &str, about: &str, vectors: Vec<Json>) {
    assert!(!vectors.is_empty());
    for vector in &vectors {
        assert!(vector["shows"].as_array().is_some_and(|ids| !ids.is_empty()), "{vector} shows nothing");
    }
    hold_json(name, &json!({ "about": about, "vectors": vectors }));
}

pub fn hold_json(name: &str, given: &Json) {
    let path = folder().join(format!("{name}.json"));
    if std::env::var_os("LINLI_WRITE_VECTORS").is_some() {
        std::fs::write(&path, written(given)).unwrap();
        return;
    }
    let text = std::fs::read_to_string(&path).unwrap();
    let held: Json = serde_json::from_str(&text).unwrap();
    // Named one by one: two long files that differ somewhere tell nobody where.
    if let (Some(held), Some(given)) = (held["vectors"].as_array(), given["vectors"].as_array()) {
        for (held, given) in held.iter().zip(given) {
            assert_eq!(held, given, "{name}.json says otherwise; LINLI_WRITE_VECTORS=1 writes it anew");
        }
    }
    assert!(held == *given, "{name}.json says otherwise; LINLI_WRITE_VECTORS=1 writes it anew");
}

/// One vector a line: what changes is then seen in a diff.
fn written(given: &Json) -> String {
    let Some(vectors) = given["vectors"].as_array() else {
        return serde_json::to_string_pretty(given).unwrap() + "\n";
    };
    let beside = given.as_object().unwrap().iter().filter(|(name, _)| *name != "vectors");
    let beside: String = beside.map(|(name, value)| format!("{}: {value},\n", Json::from(name.as_str()))).collect();
    let lines: Vec<String> = vectors.iter().map(Json::to_string).collect();
    format!("{{\n{beside}\"vectors\": [\n{}\n]}}\n", lines.join(",\n"))
}
