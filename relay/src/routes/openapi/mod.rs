//! `GET /v1/openapi.json`: every call, what it takes, and every answer it gives.
//!
//! Written by hand beside the routes, because the types on the wire stay free of what describes them. The tests hold
//! it true: real requests and answers validate against it, and `scripts/contract-test` looks for answers it leaves out.

mod calls;
mod schemas;

use axum::Json;
use serde_json::{Value, json};
use std::sync::LazyLock;

static DOCUMENT: LazyLock<Value> = LazyLock::new(build);

pub async fn document() -> Json<&'static Value> {
    Json(&DOCUMENT)
}

/// The whole document.
pub fn build() -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "邻里 Linli relay",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later" },
            "description": "Every call may be repeated: pushes are recognised by edit id, pulls by cursor, enrolment \
                by its one-time code. Bodies are at most 8 MiB, also once unpacked, and may be packed with zstd. \
                `now_ms` is 0 while the relay doubts its own clock. A device may say what its own clock shows in the \
                header `linli-clock`, in milliseconds since 1970. \
                Answers in JSON carry their SHA-256, taken before they are packed, in `linli-body-sha256`.",
        },
        "paths": calls::paths(),
        "components": {
            "schemas": schemas::schemas(),
            "securitySchemes": {
                "device": { "type": "http", "scheme": "bearer", "description": "The token given at enrolment." },
            },
        },
    })
}
