//! The page and what shows it: nothing names an id that the page does not have.

use crate::files::folder;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

pub fn check() {
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
            for id in vector["shows"].as_array().unwrap() {
                shown.entry(id.as_str().unwrap().to_owned()).or_default().push(name.clone());
            }
        }
    }
    let unknown: Vec<_> = shown.iter().filter(|(id, _)| !rules.contains(*id)).collect();
    assert!(unknown.is_empty(), "vectors that show no rule of the page: {unknown:?}");
}
