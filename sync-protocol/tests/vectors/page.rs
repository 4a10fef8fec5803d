//! The page and what shows it: every id of a rule is named by a vector, by a recorded exchange or by a step of the
//! independent client's journey, and nothing names an id that the page does not have.

use crate::files::folder;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

pub fn check() {
    if std::env::var_os("LINLI_WRITE_VECTORS").is_some() {
        // The files are being written beside this test: the next run looks at them.
        return;
    }
    let page = std::fs::read_to_string(folder().join("../PROTOCOL.md")).unwrap();
    let mut rules = BTreeSet::new();
    for line in page.lines().filter_map(|line| line.strip_prefix("- **")) {
        let (id, _) = line.split_once("**").unwrap();
        assert!(rules.insert(id.to_owned()), "{id} stands twice in PROTOCOL.md");
    }
    assert!(rules.len() > 100, "rules are list items that begin with their id in bold");
    let mut shown: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in std::fs::read_dir(folder()).unwrap() {
        let path = file.unwrap().path();
        let file: Json = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        for vector in file["vectors"].as_array().into_iter().flatten() {
            is_there(vector);
            for id in vector["shows"].as_array().unwrap() {
                shown.entry(id.as_str().unwrap().to_owned()).or_default().push(name.clone());
            }
        }
    }
    let unknown: Vec<_> = shown.iter().filter(|(id, _)| !rules.contains(*id)).collect();
    assert!(unknown.is_empty(), "vectors that show no rule of the page: {unknown:?}");
    let bare: Vec<_> = rules.iter().filter(|id| !shown.contains_key(*id)).collect();
    assert!(
        bare.is_empty(),
        "rules that nothing shows; a vector, a step of the journey or elsewhere.json has to: {bare:?}"
    );
}

/// What only the product's own tests can show, such as a wrong machine clock under TLS, is named by file and test.
fn is_there(vector: &Json) {
    let (Some(file), Some(test)) = (vector["file"].as_str(), vector["test"].as_str()) else { return };
    let text = std::fs::read_to_string(folder().join("../..").join(file)).unwrap();
    assert!(text.contains(&format!("fn {test}(")), "{file} has no test {test}");
}
