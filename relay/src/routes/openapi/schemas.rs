//! The shapes on the wire: those of `sync_protocol::messages`, and what they are made of.

use serde_json::{Value, json};
use sync_protocol::policy::ROLE_NAMES;
use sync_protocol::{Code, Facet};

const UUID: &str = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$";
const CHANNEL: &str = "^(division:([0-9]{6}|[0-9]{9}|[0-9]{12})|grid:[0-9]{15}|(building|unit|person):[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$";
const FATES: [&str; 7] = ["merged", "conflict", "held", "waiting", "refused", "later", "erased"];

pub fn schemas() -> Value {
    let mut all = small();
    for more in [enrolling(), columns(), pushing(), pulling(), people()] {
        if let (Some(all), Value::Object(more)) = (all.as_object_mut(), more) {
            all.extend(more);
        }
    }
    all
}

fn at(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn list(of: Value) -> Value {
    json!({ "type": "array", "items": of })
}

/// An object: the first properties are always there, the others may be left out.
fn object(always: Value, sometimes: Value) -> Value {
    let required: Vec<String> = always.as_object().map(|all| all.keys().cloned().collect()).unwrap_or_default();
    let mut properties = always;
    if let (Some(all), Value::Object(more)) = (properties.as_object_mut(), sometimes) {
        all.extend(more);
    }
    json!({ "type": "object", "required": required, "properties": properties })
}

fn or_null(schema: Value) -> Value {
    json!({ "anyOf": [schema, { "type": "null" }] })
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn number() -> Value {
    json!({ "type": "integer", "minimum": 0, "maximum": u64::MAX })
}

fn small() -> Value {
    let codes: Vec<&str> = Code::ALL.iter().map(|code| code.name()).collect();
    json!({
        "Id": { "type": "string", "pattern": UUID },
        "Stamp": { "type": "string", "pattern": "^[0-9a-f]{24}$",
            "description": "48 bits of milliseconds, 16 of a counter, 32 of a device number, in hex." },
        "DeviceNumber": { "type": "integer", "minimum": 0, "maximum": u32::MAX },
        "Channel": { "type": "string", "pattern": CHANNEL },
        "Facet": { "enum": Facet::ALL.map(Facet::name) },
        "Grant": object(json!({ "channel": at("Channel"), "facets": list(at("Facet")) }), json!({})),
        "Code": { "enum": codes },
        "Problem": object(
            json!({ "code": at("Code"), "title": text(), "status": { "type": "integer" } }),
            json!({ "retry_after_s": number() }),
        ),
        "Division": object(json!({ "code": text(), "name": text() }), json!({})),
        "Person": object(json!({ "id": at("Id"), "name": text() }), json!({})),
        "RecordKey": object(json!({ "kind": text(), "id": at("Id") }), json!({})),
        "Value": { "description": "JSON without fractions, eight levels deep at most.",
            "anyOf": [
                { "type": ["null", "boolean", "string"] },
                { "type": "integer", "minimum": i64::MIN, "maximum": i64::MAX },
                { "type": "array", "items": at("Value") },
                { "type": "object", "additionalProperties": at("Value") },
            ] },
        "Health": object(json!({ "status": { "const": "ok" }, "service": text(), "version": text() }), json!({})),
        "BlobHash": { "type": "string", "pattern": "^[0-9a-f]{64}$", "description": "The SHA-256 of a photo's bytes." },
        "BlobAnswer": object(json!({ "held": number(), "whole": { "type": "boolean" } }), json!({})),
        "Ready": object(json!({ "status": { "const": "ready" } }), json!({ "alarm": text() })),
    })
}

fn enrolling() -> Value {
    json!({
        "EnrolRequest": object(json!({
            "code": text(),
            "device_key": { "type": "string", "description": "P-256, SEC1 uncompressed, base64url without padding." },
            "nonce": { "type": "string", "minLength": 1, "maxLength": 200 },
            "app_version": { "type": "string", "maxLength": 60 },
        }), json!({})),
        "EnrolAnswer": object(json!({
            "device": at("DeviceNumber"), "token": text(), "epoch": at("Id"), "district": at("Division"),
            "person": or_null(at("Person")), "demonstration": { "type": "boolean" }, "relay_key": text(),
            "proof": text(), "now_ms": number(),
        }), json!({})),
        "Trust": object(json!({
            "authorities": { "type": "array", "items": text(), "description": "Certificates in DER, base64url." },
            "as_of_ms": number(), "proof": text(),
        }), json!({})),
        "RenewAnswer": object(json!({ "code": text() }), json!({})),
        "TimeAnswer": object(json!({
            "nonce": text(), "time_ms": number(), "relay_key": text(), "proof": text(),
        }), json!({})),
        "Me": object(json!({
            "device": at("DeviceNumber"), "person": or_null(at("Person")), "epoch": at("Id"),
            "demonstration": { "type": "boolean" }, "grants": list(at("Grant")), "grants_version": text(),
            "now_ms": number(),
        }), json!({
            "last": at("ChainEnd"), "restored": at("Restored"), "backed_up": number(), "enrol_again": { "type": "boolean" },
        })),
        "ChainEnd": object(json!({ "number": at("Count"), "edit": at("Id") }), json!({})),
        "Restored": object(json!({ "heads": list(at("Head")) }), json!({})),
    })
}

fn pushing() -> Value {
    json!({
        "Edits": object(json!({
            "kinds": runs(text()), "records": at("Ids"), "creates": runs(json!({ "type": "boolean" })),
            "authors": runs(at("Id")), "devices": runs(at("DeviceNumber")), "numbers": at("Steps"),
            "stamps": at("Stamps"), "fields": { "type": "object", "additionalProperties": at("EditColumn") },
        }), json!({})),
        "EditColumn": object(
            json!({ "column": at("Column"), "bases": runs(at("Count")) }), json!({ "stamps": at("Stamps") }),
        ),
        "PushRequest": object(
            json!({ "edits": at("Edits"), "signature": text() }),
            json!({
                "before": or_null(at("Id")),
                "epoch": or_null(at("Id")),
                "erased": { "type": "object", "propertyNames": { "pattern": "^[0-9]{1,10}$" }, "additionalProperties": at("Id") },
                "decided": { "type": "object", "propertyNames": { "pattern": "^[0-9]{1,10}$" }, "additionalProperties": at("Outcome") },
                "author_tokens": { "type": "object", "propertyNames": { "pattern": UUID }, "additionalProperties": text() },
            }),
        ),
        "PushAnswer": object(
            json!({ "epoch": at("Id"), "outcomes": list(at("Outcome")), "now_ms": number() }), json!({ "enrol_again": { "type": "boolean" } }),
        ),
        "Fate": { "enum": FATES },
        "FieldOutcome": object(json!({ "result": at("Fate") }), json!({ "code": or_null(at("Code")) })),
        "Outcome": object(
            json!({ "number": at("Count"), "edit": at("Id"), "result": at("Fate") }),
            json!({
                "fields": { "type": "object", "additionalProperties": at("FieldOutcome") },
                "code": or_null(at("Code")), "revision": or_null(number()), "order": or_null(at("Stamp")),
                "receipt": or_null(text()),
            }),
        ),
    })
}

/// What columns are made of; `sync_protocol::columns` says what they mean.
fn columns() -> Value {
    json!({
        "Count": { "type": "integer", "minimum": 0, "maximum": u32::MAX },
        "Step": { "type": "integer", "minimum": i64::MIN, "maximum": i64::MAX },
        "Steps": runs(at("Step")),
        "Ids": { "type": "array", "items": { "type": "string", "pattern": "^[0-9a-f]{0,32}$" },
            "description": "32 hex digits each, less those at the front that the one before has too." },
        "Stamps": object(
            json!({ "ms": at("Steps"), "counters": at("Steps"), "devices": runs(at("DeviceNumber")) }), json!({}),
        ),
        "Column": object(json!({ "rows": at("Steps"), "values": list(at("Value")) }), json!({})),
        "Numbers": { "type": "array", "prefixItems": [at("Count"), at("Steps")], "minItems": 2, "maxItems": 2,
            "description": "How many keys, and their numbers on the page as differences." },
    })
}

/// A list in which `[value, count]` stands for that many times the value.
fn runs(of: Value) -> Value {
    let many = json!({ "type": "array", "prefixItems": [of, at("Count")], "minItems": 2, "maxItems": 2 });
    list(json!({ "anyOf": [of, many] }))
}

fn pulling() -> Value {
    let place = || json!({ "channel": at("Channel"), "facet": at("Facet"), "position": number() });
    let version = json!({ "type": "array", "prefixItems": [number(), at("Value")], "minItems": 2, "maxItems": 2 });
    json!({
        "Digest": { "type": "string", "pattern": "^[0-9a-f]{32}$" },
        "Cursor": object(place(), json!({ "digest": or_null(at("Digest")) })),
        "Head": object(place(), json!({})),
        "Heads": object(json!({ "heads": list(at("Head")), "grants_version": text() }), json!({})),
        "PullRequest": object(
            json!({}),
            json!({
                "cursors": list(at("Cursor")),
                "standing": { "type": ["string", "null"], "description": "The hash of sorted cursors, in their place." },
                "epoch": or_null(at("Id")),
                "limit": { "type": ["integer", "null"], "minimum": 0, "maximum": u32::MAX },
            }),
        ),
        "ChannelPage": object(
            place(), json!({ "listed": at("Numbers"), "departed": at("Numbers"), "erased": at("Numbers"), "digest": at("Digest") }),
        ),
        "Records": object(json!({
            "kind": text(), "ids": at("Ids"), "revisions": at("Steps"), "marks": runs(at("Count")),
            "stamps": at("Stamps"), "edits": text(), "authors": runs(at("Id")),
            "fields": { "type": "object", "additionalProperties": at("Column") },
        }), json!({
            "orders": object(json!({ "rows": at("Steps"), "values": list(at("Stamp")) }), json!({})),
            "apart": object(json!({
                "rows": at("Steps"),
                "values": list(json!({ "type": "object", "additionalProperties": list(version) })),
            }), json!({})),
        })),
        "PullAnswer": object(json!({
            "epoch": at("Id"), "channels": list(at("ChannelPage")), "records": list(at("Records")),
            "more": { "type": "boolean" }, "remaining": number(), "grants_version": text(), "now_ms": number(),
        }), json!({ "keys": { "type": "object", "additionalProperties": at("Ids") } })),
        "ErasureRequest": object(
            json!({ "resident": at("Id"), "reason": { "enum": ["request", "expired", "mistake"] } }), json!({}),
        ),
        "ErasureAnswer": object(json!({ "records": number() }), json!({})),
        "FieldChange": object(json!({ "before": at("Value"), "after": at("Value") }), json!({})),
        "Change": object(
            json!({
                "edit": at("Id"), "at_ms": number(), "author": at("Id"), "device": at("DeviceNumber"),
                "fields": { "type": "object", "additionalProperties": at("FieldChange") },
            }),
            json!({ "author_name": text(), "created": { "type": "boolean" } }),
        ),
        "History": object(json!({ "changes": list(at("Change")), "earlier": number() }), json!({})),
        "CompareRequest": object(json!({
            "epoch": at("Id"), "channel": at("Channel"), "facet": at("Facet"), "position": number(),
            "buckets": { "type": "array", "items": at("Digest"), "minItems": 256, "maxItems": 256 },
        }), json!({})),
        "CompareAnswer": object(json!({
            "buckets": list(json!({ "type": "integer", "minimum": 0, "maximum": 255 })), "page": at("PullAnswer"),
        }), json!({})),
    })
}

fn people() -> Value {
    json!({
        "SignInRequest": object(json!({ "name": text(), "password": text() }), json!({})),
        "RoleAt": object(json!({ "role": { "enum": ROLE_NAMES }, "place": text() }), json!({})),
        "SignInAnswer": object(json!({
            "person": at("Person"), "token": text(), "ends_ms": number(), "grants": list(at("Grant")),
            "roles": list(at("RoleAt")),
        }), json!({})),
        "RevokeRequest": object(json!({ "token": text() }), json!({})),
        "SignOutRequest": object(json!({ "token": text() }), json!({})),
    })
}
