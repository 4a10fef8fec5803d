//! What Rust can say, the screens can call and put into words.

use anyhow::{Context, Result};
use app_core::calls::{NAMES, typescript};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use sync_protocol::Code;

fn ui(path: &str) -> Result<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/src").join(path);
    fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))
}

/// The names that an object in a TypeScript file gives at this depth of indentation, each with what follows it.
fn names(file: &str, indent: usize) -> BTreeSet<String> {
    let is_word = |name: &str| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    let name = |line: &str| {
        let text = line.strip_prefix(&" ".repeat(indent))?;
        let (name, words) = text.split_once(": ")?;
        (is_word(name) && words.len() > 4).then(|| name.to_owned())
    };
    file.lines().filter_map(name).collect()
}

#[test]
fn every_use_case_has_its_function_in_the_generated_typescript() -> Result<()> {
    let generated = ui("backend/generated.ts")?;
    assert!(generated == typescript(), "generated.ts is stale: run `make generate`");
    for name in NAMES {
        assert_eq!(generated.matches(&format!(">('{name}', ")).count(), 1, "{name}");
    }
    Ok(())
}

#[test]
fn everything_that_can_go_wrong_has_a_sentence_in_both_languages() -> Result<()> {
    let own = app_core::error::CODES.iter().copied();
    // A wrong value is worded by its reason, further down.
    let codes: BTreeSet<&str> =
        own.chain(Code::ALL.iter().map(|code| code.name())).filter(|code| *code != "value_invalid").collect();
    let mut missing = Vec::new();
    for language in ["zh-CN", "en"] {
        let file = ui(&format!("locales/{language}/errors.ts"))?;
        let worded = names(&file, 2);
        missing.extend(codes.iter().filter(|code| !worded.contains(**code)).map(|code| format!("{language}: {code}")));
        let reasons = names(&file, 4);
        let given = ["empty", "too_long", "bad_phone", "bad_date", "in_past", "unknown"];
        missing
            .extend(given.iter().filter(|one| !reasons.contains(**one)).map(|one| format!("{language}: reason {one}")));
    }
    assert_eq!(missing, Vec::<String>::new(), "errors.ts has no sentence for these");
    Ok(())
}
