//! The one table of what may be written: every record kind, field, type, merge rule, privacy class, purpose and route.
//!
//! Validation on both ends, the tablet's tables, the routes at the relay and the page `docs/schema.md` all come from it.
//! A schema is a value, so that a simulation or a benchmark may declare a smaller one ([`testing`]); [`linli`] is ours.

mod check;
mod declare;
mod field;
mod page;
mod route;

// One file a group of nouns, in the order of the district's own words.
mod helping;
mod issues;
mod people;
mod places;
mod review;
mod staff;
mod visits;

pub use check::Fault;
pub use field::{Class, Field, FieldType, Rule};
pub use issues::STEPS;
pub use page::page;
pub use route::{FacetRule, Hop};

use crate::policy::Role;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Why records of a kind may be kept at all (PIPL articles 13 and 34).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Basis {
    /// The statutory duty of the body that runs the deployment.
    Duty,
    Consent,
    /// The questionnaire names its own basis.
    AsQuestionnaire,
}

/// Who may write a kind beside people in their roles.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Writer {
    Role(Role),
    /// The relay itself: imports, conflicts, flags that follow from dates.
    Relay,
    /// Anybody who is signed in.
    Anyone,
}

/// One record kind.
#[derive(Clone, Debug)]
pub struct Kind {
    pub name: &'static str,
    pub zh: &'static str,
    pub en: &'static str,
    pub class: Class,
    pub facet: FacetRule,
    pub route: Vec<Hop>,
    pub writers: Vec<Writer>,
    pub purpose: &'static str,
    pub basis: Basis,
    pub keeping: &'static str,
    /// The id is that of the record it belongs to, of this kind.
    pub same_id_as: Option<&'static str>,
    pub fields: Vec<Field>,
}

impl Kind {
    /// The declaration behind a written field name, which may be an element of a set.
    pub fn field(&self, written: &str) -> Option<&Field> {
        let name = crate::edit::declared_field(written);
        self.fields.iter().find(|field| field.name == name && (field.rule == Rule::Set) == (name != written))
    }

    /// The merge rule of a written field; every kind also has the field `deleted`.
    pub fn rule(&self, written: &str) -> Option<Rule> {
        if written == crate::edit::DELETED { Some(Rule::Latest) } else { self.field(written).map(|field| field.rule) }
    }

    /// Kinds without a field that changes are only ever added to: visits, steps, notes.
    pub fn is_append_only(&self) -> bool {
        self.fields.iter().all(|field| field.rule == Rule::Once)
    }
}

/// A set of kinds, found by name.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    kinds: BTreeMap<&'static str, Kind>,
}

impl Schema {
    pub fn new(kinds: impl IntoIterator<Item = Kind>) -> Self {
        Self { kinds: kinds.into_iter().map(|kind| (kind.name, kind)).collect() }
    }

    pub fn kind(&self, name: &str) -> Option<&Kind> {
        self.kinds.get(name)
    }

    pub fn kinds(&self) -> impl Iterator<Item = &Kind> {
        self.kinds.values()
    }
}

/// The product's own schema.
pub fn linli() -> &'static Schema {
    static SCHEMA: OnceLock<Schema> = OnceLock::new();
    SCHEMA.get_or_init(|| {
        let groups = [
            places::kinds(),
            staff::kinds(),
            people::kinds(),
            visits::kinds(),
            issues::kinds(),
            helping::kinds(),
            review::kinds(),
        ];
        Schema::new(groups.into_iter().flatten())
    })
}

/// Small schemas for tests, simulations and benchmarks.
pub mod testing {
    use super::declare::{kind as declare, text};
    use super::{Class, Hop, Kind};
    use crate::channel::Facet;

    /// A kind with plain text fields under the three rules that merge, routed by a text field `grid`.
    pub fn kind(name: &'static str, latest: &[&'static str], sets: &[&'static str], greatest: &[&'static str]) -> Kind {
        let mut kind = declare(name, name, name).class(Class::Plain, Facet::Open).route([Hop::Division("grid")]);
        for field in latest {
            kind = kind.latest(field, text(4_000).optional());
        }
        for field in sets {
            kind = kind.set(field, text(60));
        }
        for field in greatest {
            kind = kind.greatest(field, text(60).optional());
        }
        kind.purpose("a test").keep("while the test runs").build()
    }
}

#[cfg(test)]
mod tests;
