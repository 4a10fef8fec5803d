//! A tablet without a window: the app over a folder, asked line by line, so that a test can kill it at any moment.
//!
//! Each line of its input is `{"id": 1, "name": "save_visit", "input": {…}}`; each line of its output is the answer to one
//! of them, `{"id": 1, "done": …}` or `{"id": 1, "refused": {…}}`, written once what was asked is durable.

use app_core::{Core, Shell};
use serde_json::{Value, json};
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().unwrap_or_default());
    let core = Arc::new(Core::new(Shell::Tablet, &folder, arguments.next())?);
    // What goes on by itself, such as sync, does so on its threads while this one waits for the next line.
    let runtime = tokio::runtime::Runtime::new()?;
    let mut answers = std::io::stdout().lock();
    for line in std::io::stdin().lines() {
        let call: Value = serde_json::from_str(&line?)?;
        let name = call["name"].as_str().unwrap_or_default();
        let mut answer = match runtime.block_on(core.call(None, name, call["input"].clone())) {
            Ok(done) => json!({ "done": done }),
            Err(error) => json!({ "refused": error }),
        };
        answer["id"] = call["id"].clone();
        writeln!(answers, "{answer}")?;
        answers.flush()?;
    }
    Ok(())
}
