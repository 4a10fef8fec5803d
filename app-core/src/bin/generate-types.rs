//! Writes `ui/src/backend/generated.ts` and `docs/schema.md`; with `--check` says whether they are as they should be.

use std::process::ExitCode;

fn main() -> ExitCode {
    let pages = [
        ("ui/src/backend/generated.ts", app_core::calls::typescript()),
        ("docs/schema.md", sync_protocol::schema::page(sync_protocol::schema::linli())),
    ];
    let check = std::env::args().any(|argument| argument == "--check");
    let mut stale = false;
    for (path, text) in pages {
        if check {
            if std::fs::read_to_string(path).unwrap_or_default() != text {
                eprintln!("{path} is stale: run `make generate` and commit the result");
                stale = true;
            }
        } else if let Err(error) = std::fs::write(path, text) {
            eprintln!("{path}: {error}. Run this from the project's folder.");
            return ExitCode::FAILURE;
        }
    }
    if stale { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
