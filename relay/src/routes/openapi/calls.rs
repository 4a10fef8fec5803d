//! The calls: their bodies, their answers, and the codes of their refusals.

use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use sync_protocol::Code;
use sync_protocol::messages::ASKER_HEADER;

/// A refusal: its status and code.
type Refusal = (u16, Code);

/// Any call may meet these: too many at once, a store that is busy or full, a fault of the relay's own.
const ALWAYS: &[Refusal] = &[(429, Code::TooManyRequests), (503, Code::Unavailable), (500, Code::Internal)];
/// A call in a device's name.
const DEVICE: &[Refusal] = &[(401, Code::NotSignedIn), (403, Code::DeviceRevoked)];
/// A call with a body: not of the form, too slow, too large, of another media type or packed otherwise.
const BODY: &[Refusal] = &[
    (400, Code::RequestInvalid),
    (408, Code::RequestInvalid),
    (413, Code::RequestTooLarge),
    (415, Code::RequestInvalid),
];

pub fn paths() -> Value {
    json!({
        "/healthz": { "get": open_call("healthz", "Whether the relay is alive.", ok(&schema("Health")), &[]) },
        "/readyz": { "get": open_call("readyz", "Whether the relay takes calls: not stopping, and its store takes writes.", ok(&schema("Ready")), &[]) },
        "/metrics": { "get": open_call(
            "metrics", "Figures about the relay in Prometheus' format, for its own machine only.",
            json!({ "200": { "description": "The figures.", "content": { "text/plain": { "schema": { "type": "string" } } } } }),
            &[(404, Code::NotThere)],
        ) },
        "/v1/openapi.json": { "get": open_call("openapi", "This document.", ok(&json!({ "type": "object" })), &[]) },
        "/v1/enrol": { "post": with_body("EnrolRequest", open_call(
            "enrol", "Turn a one-time code into a device. Repeated by the same device, it is answered anew.",
            ok(&schema("EnrolAnswer")),
            &[&[(404, Code::EnrolCodeUnknown), (409, Code::EnrolCodeUsed), (410, Code::EnrolCodeExpired)], BODY].concat(),
        )) },
        "/v1/trust": { "get": open_call(
            "trust", "Who may vouch for the relay's certificate, signed by the relay's own key.", ok(&schema("Trust")),
            &[(503, Code::ClockUnsure)],
        ) },
        "/v1/time": { "get": time() },
        "/v1/me": { "get": me() },
        "/v1/renew": { "post": device_call(
            "renew", "A code with which the device that asks enrols under a new number, as one does whose clock ran ahead.",
            ok(&schema("RenewAnswer")),
            &[(409, Code::ChainBroken)],
        ) },
        "/v1/push": { "post": with_body("PushRequest", device_call(
            "push", "Hand over edits in the order they were made; each gets one outcome, the same when repeated.",
            ok(&schema("PushAnswer")),
            &[&[(400, Code::SignatureInvalid), (409, Code::ChainBroken), (409, Code::EpochChanged)], BODY].concat(),
        )) },
        "/v1/pull": { "post": with_body("PullRequest", device_call(
            "pull", "The next page of what changed after the cursors.",
            ok(&schema("PullAnswer")),
            &[&[(409, Code::EpochChanged)], BODY].concat(),
        )) },
        "/v1/compare": { "post": with_body("CompareRequest", device_call(
            "compare", "All that the buckets hold in which a channel differs at its head.",
            ok(&schema("CompareAnswer")),
            &[&[(409, Code::EpochChanged)], BODY].concat(),
        )) },
        "/v1/erasures": { "post": with_body("ErasureRequest", erasures()) },
        "/v1/records/{kind}/{id}/history": { "get": history() },
        "/v1/blobs/{sha256}": {
            "parameters": [{ "name": "sha256", "in": "path", "required": true, "schema": schema("BlobHash") }],
            "get": get_blob(),
            "put": put_blob(),
        },
        "/v1/changes": { "get": device_call(
            "changes", "A stream of events named `heads`, each with a Heads object: at once, and whenever something moves.",
            json!({ "200": { "description": "The stream.", "content": { "text/event-stream": { "schema": { "type": "string" } } } } }),
            &[],
        ) },
        "/v1/devices/{number}/revoke": {
            "parameters": [{ "name": "number", "in": "path", "required": true, "schema": schema("DeviceNumber") }],
            "post": with_body("RevokeRequest", device_call(
                "revoke", "Remove a device for good, as an administrator signed in at the console that calls.",
                json!({ "204": { "description": "It is removed." } }),
                &[&[(401, Code::SessionEnded), (403, Code::NeverAllowed), (404, Code::NotThere)], BODY].concat(),
            )),
        },
        "/v1/sign-in": { "post": with_body("SignInRequest", device_call(
            "signIn", "Sign somebody in at the console that calls; to a tablet this call is not there.",
            ok(&schema("SignInAnswer")),
            &[&[(401, Code::SignInWrong), (404, Code::NotThere), (429, Code::SignInWait)], BODY].concat(),
        )) },
        "/v1/sign-out": { "post": with_body("SignOutRequest", device_call(
            "signOut", "End a session; one that has ended already is no error.",
            json!({ "204": { "description": "It has ended." } }),
            &[&[(404, Code::NotThere)], BODY].concat(),
        )) },
    })
}

fn time() -> Value {
    let words = "What time it is, signed by the relay's own key; refused while the relay doubts its own clock.";
    let refusals = [(400, Code::RequestInvalid), (503, Code::ClockUnsure)];
    let mut call = open_call("time", words, ok(&schema("TimeAnswer")), &refusals);
    let nonce = json!({ "type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$" });
    let words = "Random, so that an answer cannot be kept and given again.";
    call["parameters"] =
        json!([{ "name": "nonce", "in": "query", "required": true, "schema": nonce, "description": words }]);
    call
}

fn me() -> Value {
    let words = "What the relay knows of the device, and what it may be given.";
    let mut call = device_call("me", words, ok(&schema("Me")), &[(400, Code::RequestInvalid)]);
    let words =
        "The epoch that the device's cursors are of; where the store was restored since, the answer says how to go on.";
    call["parameters"] = json!([{ "name": "epoch", "in": "query", "schema": schema("Id"), "description": words }]);
    call
}

fn erasures() -> Value {
    let words = "Everything held on a resident goes, for ever: a supervisor of where they live may say so.";
    let refusals = &[(401, Code::SessionEnded), (403, Code::NeverAllowed), (404, Code::NotThere)];
    let mut call = device_call("erase", words, ok(&schema("ErasureAnswer")), &[refusals, BODY].concat());
    let asker = "At a console: the token that sign-in gave to the person who asks.";
    call["parameters"] =
        json!([{ "name": ASKER_HEADER, "in": "header", "schema": { "type": "string" }, "description": asker }]);
    call
}

fn history() -> Value {
    let words =
        "Who changed which field of a record, when, from what to what; to who may not read it, it is not there.";
    let mut call =
        device_call("history", words, ok(&schema("History")), &[(401, Code::SessionEnded), (404, Code::NotThere)]);
    let asker = "At a console: the token that sign-in gave to the person who asks. Their rights decide.";
    call["parameters"] = json!([
        { "name": "kind", "in": "path", "required": true, "schema": { "type": "string" } },
        { "name": "id", "in": "path", "required": true, "schema": schema("Id") },
        { "name": ASKER_HEADER, "in": "header", "schema": { "type": "string" }, "description": asker },
    ]);
    call
}

fn get_blob() -> Value {
    let bytes = |description: &str| json!({ "description": description, "content": { "image/jpeg": {} } });
    let mut part = bytes("A part, at most 1 MiB of it; the next one begins behind it.");
    part["headers"] = json!({ "Content-Range": { "required": true, "schema": { "type": "string" } } });
    let mut call = device_call(
        "getBlob",
        "A photo's bytes, for who may read an attachment that names it; to all others it is not there.",
        json!({ "200": bytes("All of it."), "206": part }),
        &[(404, Code::NotThere), (416, Code::RequestInvalid)],
    );
    let range = "`bytes=N-` gives the bytes from N on; any other form is not heeded.";
    call["parameters"] =
        json!([{ "name": "Range", "in": "header", "schema": { "type": "string" }, "description": range }]);
    call
}

fn put_blob() -> Value {
    let mut call = device_call(
        "putBlob",
        "Bytes of a photo, of at most 4 MiB. The answer says how many bytes from the start are there; go on from that one. \
         It is whole once all came, their hash was right and they are on durable storage.",
        ok(&schema("BlobAnswer")),
        &[
            (400, Code::RequestInvalid),
            (404, Code::NotThere),
            (408, Code::RequestInvalid),
            (413, Code::RequestTooLarge),
            (415, Code::BlobTypeWrong),
            (422, Code::BlobHashWrong),
        ],
    );
    let range = json!({ "type": "string", "pattern": "^bytes ([0-9]+-[0-9]+|\\*)/[0-9]+$" });
    let words = "`bytes FROM-TO/WHOLE`, or `bytes */WHOLE` to ask how far it has come.";
    call["parameters"] = json!([
        { "name": "Content-Range", "in": "header", "required": true, "schema": range, "description": words },
    ]);
    call["requestBody"] = json!({ "content": { "application/octet-stream": {} } });
    call
}

fn schema(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn ok(schema: &Value) -> Value {
    json!({ "200": { "description": "Done.", "content": { "application/json": { "schema": schema } } } })
}

fn open_call(name: &str, summary: &str, answers: Value, refusals: &[Refusal]) -> Value {
    call(name, summary, answers, &[refusals, ALWAYS].concat())
}

fn device_call(name: &str, summary: &str, answers: Value, refusals: &[Refusal]) -> Value {
    let mut call = call(name, summary, answers, &[refusals, DEVICE, ALWAYS].concat());
    call["security"] = json!([{ "device": [] }]);
    call
}

fn with_body(name: &str, mut call: Value) -> Value {
    call["requestBody"] = json!({ "required": true, "content": { "application/json": { "schema": schema(name) } } });
    call
}

fn call(name: &str, summary: &str, mut answers: Value, refusals: &[Refusal]) -> Value {
    let mut by_status: BTreeMap<u16, Vec<&str>> = BTreeMap::new();
    for (status, code) in refusals {
        by_status.entry(*status).or_default().push(code.name());
    }
    let refused = by_status.into_iter().map(|(status, codes)| (status.to_string(), refusal(status, &codes)));
    if let Some(answers) = answers.as_object_mut() {
        answers.extend(refused);
    }
    json!({ "operationId": name, "summary": summary, "responses": answers })
}

fn refusal(status: u16, codes: &[&str]) -> Value {
    let schema = json!({
        "allOf": [schema("Problem"), { "properties": { "code": { "enum": codes }, "status": { "const": status } } }],
    });
    let mut refusal = Map::from_iter([
        ("description".to_owned(), json!(codes.join(", "))),
        ("content".to_owned(), json!({ "application/problem+json": { "schema": schema } })),
    ]);
    if matches!(status, 429 | 503) {
        let seconds = json!({ "schema": { "type": "integer", "minimum": 0 }, "required": true,
            "description": "Seconds to wait; drawn anew for each caller, so that they do not all return at once." });
        refusal.insert("headers".to_owned(), json!({ "Retry-After": seconds }));
    }
    Value::Object(refusal)
}
