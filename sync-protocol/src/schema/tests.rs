use super::*;
use crate::edit::{Edit, FieldEdit};
use crate::ids::{DeviceNumber, RecordId};
use crate::problem::Code;
use crate::stamp::Stamp;
use crate::value::Value;

#[test]
fn no_field_rates_ranks_tracks_or_profiles_people() {
    let forbidden = [
        "score",
        "rank",
        "points",
        "check_in",
        "checkin",
        "online",
        "login",
        "track",
        "risk",
        "key_person",
        "politic",
        "party_member",
        "religion",
        "ethnic",
        "petition",
        "tag",
    ];
    for kind in linli().kinds() {
        for name in kind.fields.iter().map(|field| field.name).chain([kind.name]) {
            let found = forbidden.iter().find(|word| name.contains(**word) && name != "stage");
            assert!(found.is_none(), "{}.{name} holds a forbidden word {found:?}", kind.name);
        }
    }
}

#[test]
fn every_kind_says_why_it_is_kept_and_for_how_long() {
    for kind in linli().kinds() {
        assert!(!kind.purpose.is_empty() && !kind.keeping.is_empty(), "{}", kind.name);
        assert!(!kind.writers.is_empty(), "nobody could write {}", kind.name);
        assert!(!kind.route.is_empty() || kind.name == "reveal", "{} would reach nobody", kind.name);
    }
}

#[test]
fn every_reference_names_a_kind_that_exists() {
    fn refs(ty: &FieldType) -> Vec<&'static str> {
        match ty {
            FieldType::Ref(kind) => vec![kind],
            FieldType::RefAny(kinds) => kinds.to_vec(),
            FieldType::List(of) => refs(of),
            _ => vec![],
        }
    }
    for kind in linli().kinds() {
        for field in &kind.fields {
            for target in refs(&field.ty) {
                assert!(linli().kind(target).is_some(), "{}.{} points to {target}", kind.name, field.name);
            }
        }
    }
}

#[test]
fn the_page_is_the_one_in_docs() {
    let held = include_str!("../../../docs/schema.md");
    assert!(held == page(linli()), "docs/schema.md is stale: run `make generate`");
}

fn resident(fields: &[(&str, Value)], create: bool) -> Edit {
    let fields = fields.iter().map(|(name, value)| ((*name).into(), FieldEdit { value: value.clone(), bases: vec![] }));
    Edit {
        kind: "resident".into(),
        record: RecordId::from_bytes([1; 16]),
        create,
        author: RecordId::from_bytes([2; 16]),
        device: DeviceNumber(1),
        number: 1,
        stamp: Stamp::ZERO,
        fields: fields.collect(),
    }
}

#[test]
fn bad_values_are_named_by_field_and_reason() {
    let faults = |fields: &[(&str, Value)], create| {
        let faults = linli().check(&resident(fields, create));
        faults.into_iter().map(|fault| (fault.code, fault.field, fault.reason)).collect::<Vec<_>>()
    };
    assert_eq!(faults(&[("name", "尉迟·阿依".into()), ("languages:皖语", true.into())], true), []);
    assert_eq!(faults(&[], true), [(Code::ValueInvalid, "name".into(), "empty")]);
    assert_eq!(faults(&[("phone", "1".repeat(21).into())], false), [(Code::ValueInvalid, "phone".into(), "too_long")]);
    assert_eq!(
        faults(&[("born_on", "2026-02-30".into())], false),
        [(Code::ValueInvalid, "born_on".into(), "bad_date")]
    );
    assert_eq!(faults(&[("gender", "x".into())], false)[0].2, "not one of the choices");
    assert_eq!(faults(&[("nickname", "x".into())], false)[0].0, Code::UnknownField);
    assert_eq!(faults(&[("languages", true.into())], false)[0].0, Code::UnknownField);
    assert_eq!(faults(&[], false)[0].2, "nothing is changed");
    assert_eq!(faults(&[("name", "\u{7}".into())], false)[0].2, "control characters");
}
