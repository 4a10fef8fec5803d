//! The declarations as a document for programs.

use serde_json::{Value as Json, json};
use sync_protocol::Facet;
use sync_protocol::folds::steps::{State, Step, TABLE};
use sync_protocol::policy::ROLE_NAMES;
use sync_protocol::schema::{FacetRule, Field, FieldType, Hop, Kind, Rule, Writer, linli};

pub fn document() -> Json {
    let steps: Vec<Json> = TABLE.iter().map(step).collect();
    json!({
        "about": "Every kind of record: fields, merge rules, facets, routes, writers. Made from the declarations; see PROTOCOL.md.",
        "version": 1,
        "roles": ROLE_NAMES,
        "facets": Facet::ALL.map(Facet::name),
        "kinds": linli().kinds().map(kind).collect::<Vec<_>>(),
        "issue_steps": steps,
    })
}

/// Every state of an issue.
const STATES: [State; 12] = [
    State::Reported,
    State::Accepted,
    State::Returned,
    State::Opened,
    State::Dispatched,
    State::Signed,
    State::Handled,
    State::Checked,
    State::Closed,
    State::Suspended,
    State::Merged,
    State::Void,
];

fn step(step: &Step) -> Json {
    json!({
        "name": step.name,
        "may_follow": STATES.iter().filter(|state| step.may_follow(**state)).collect::<Vec<_>>(),
        "leads_to": step.to,
        "by": step.by.iter().map(snake).collect::<Vec<_>>(),
        "must_carry": step.must.iter().map(snake).collect::<Vec<_>>(),
        "starts_limit": step.starts.as_ref().map(snake),
    })
}

/// `GridWorkerForOthers` as `grid_worker_for_others`.
fn snake(name: impl std::fmt::Debug) -> String {
    let mut out = String::new();
    for letter in format!("{name:?}").chars() {
        if letter.is_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

fn kind(kind: &Kind) -> Json {
    let writer = |writer: &Writer| match writer {
        Writer::Role(role) => role.name(),
        Writer::Relay => "relay",
        Writer::Anyone => "anyone",
    };
    json!({
        "name": kind.name, "zh": kind.zh, "en": kind.en, "same_id_as": kind.same_id_as, "facet": facet(&kind.facet),
        "route": kind.route.iter().map(hop).collect::<Vec<_>>(),
        "writers": kind.writers.iter().map(writer).collect::<Vec<_>>(),
        "fields": kind.fields.iter().map(field).collect::<Vec<_>>(),
    })
}

fn field(field: &Field) -> Json {
    let rule = match field.rule {
        Rule::Once => "once",
        Rule::Latest => "latest",
        Rule::Set => "set",
        Rule::Greatest => "greatest",
    };
    json!({
        "name": field.name, "rule": rule, "type": of_type(&field.ty), "optional": field.optional, "masked": field.masked,
    })
}

fn of_type(ty: &FieldType) -> Json {
    match ty {
        FieldType::Text(most) => json!({ "name": "text", "most": most }),
        FieldType::Words => json!({ "name": "words" }),
        FieldType::Int => json!({ "name": "int" }),
        FieldType::Bool => json!({ "name": "bool" }),
        FieldType::Date => json!({ "name": "date" }),
        FieldType::Time => json!({ "name": "time" }),
        FieldType::Code => json!({ "name": "code" }),
        FieldType::OneOf(choices) => json!({ "name": "one_of", "choices": choices }),
        FieldType::Hash => json!({ "name": "hash" }),
        FieldType::Ref(kind) => json!({ "name": "ref", "kinds": [kind] }),
        FieldType::RefAny(kinds) => json!({ "name": "ref_any", "kinds": kinds }),
        FieldType::List(of) => json!({ "name": "list", "of": of_type(of) }),
        FieldType::Structure => json!({ "name": "structure" }),
    }
}

fn facet(rule: &FacetRule) -> Json {
    match rule {
        FacetRule::Fixed(facet) => json!(["fixed", facet]),
        FacetRule::GuardedWhileMinor => json!(["guarded_while_minor"]),
        FacetRule::PersonalWhilePrivate => json!(["personal_while_private"]),
        FacetRule::As(field) => json!(["as", field]),
        FacetRule::GuardedForCare(field) => json!(["guarded_for_care", field]),
        FacetRule::AsQuestionnaire(field) => json!(["as_questionnaire", field]),
    }
}

fn hop(hop: &Hop) -> Json {
    match hop {
        Hop::District => json!(["district"]),
        Hop::Division(field) => json!(["division", field]),
        Hop::DivisionAndCommunity(field) => json!(["division_and_community", field]),
        Hop::Unit(field) => json!(["unit", field]),
        Hop::Units(field) => json!(["units", field]),
        Hop::Person(field) => json!(["person", field]),
        Hop::Author => json!(["author"]),
        Hop::OwnBuilding => json!(["own_building"]),
        Hop::OwnUnit => json!(["own_unit"]),
        Hop::OwnPerson => json!(["own_person"]),
        Hop::Parent(field) => json!(["parent", field]),
        Hop::EverySide(field) => json!(["every_side", field]),
        Hop::CommunitiesOf(field) => json!(["communities_of", field]),
        Hop::ParentInGridOnly(field) => json!(["parent_in_grid_only", field]),
        Hop::ParentWhile(field, absent) => json!(["parent_while", field, absent]),
        Hop::ParentUnlessPrivate(field, private) => json!(["parent_unless_private", field, private]),
        Hop::FirstOf(hops) => json!(["first_of", hops.iter().map(self::hop).collect::<Vec<_>>()]),
        Hop::SameId(kind) => json!(["same_id", kind]),
        Hop::Homes => json!(["homes"]),
        Hop::Handling(field) => json!(["handling", field]),
        Hop::Assignments => json!(["assignments"]),
    }
}
