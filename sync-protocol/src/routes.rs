//! Where a record goes: its channels and its facet, from its fields and its parents. No clock is read.

use crate::channel::{Channel, Facet, codes_above};
use crate::conflict::Conflict;
use crate::folds::issue::{IssueFold, Level};
use crate::ids::{RecordId, RecordKey};
use crate::record::{FieldVersion, RecordState};
use crate::schema::{FacetRule, FieldType, Hop, Kind, Schema};
use crate::value::Value;
use std::collections::BTreeSet;

/// Where a record is: the channels that list it, and the facet it has in each.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Placement {
    pub channels: BTreeSet<Channel>,
    pub facet: Facet,
}

/// What a route needs to know of other records. The relay answers from its store.
pub trait Parents {
    type Error;
    fn schema(&self) -> &Schema;
    /// Where a record is now; `None` when it is unknown here.
    fn placement(&self, key: &RecordKey) -> Result<Option<Placement>, Self::Error>;
    fn record(&self, key: &RecordKey) -> Result<Option<RecordState>, Self::Error>;
    /// The records of a kind whose field points at an id.
    fn pointing(&self, kind: &str, field: &str, at: RecordId) -> Result<Vec<RecordState>, Self::Error>;
}

/// The channels and facet of a record.
pub fn place<P: Parents>(
    schema: &Schema,
    district: &str,
    record: &RecordState,
    parents: &P,
) -> Result<Placement, P::Error> {
    let Some(kind) = schema.kind(&record.kind) else {
        return Ok(Placement { channels: BTreeSet::new(), facet: Facet::Review });
    };
    let mut channels = BTreeSet::new();
    for hop in &kind.route {
        walk(hop, kind, district, record, parents, &mut channels)?;
    }
    Ok(Placement { channels, facet: facet(kind, record, parents)? })
}

fn walk<P: Parents>(
    hop: &Hop,
    kind: &Kind,
    district: &str,
    record: &RecordState,
    parents: &P,
    into: &mut BTreeSet<Channel>,
) -> Result<(), P::Error> {
    match hop {
        Hop::District => into.extend(Channel::of_code(district)),
        Hop::Division(field) => into.extend(record.text(field).and_then(Channel::of_code)),
        Hop::DivisionAndCommunity(field) => {
            if let Some(code) = record.text(field) {
                into.extend(Channel::of_code(code));
                if code.len() == 15 {
                    into.extend(codes_above(code).first().copied().and_then(Channel::of_code));
                }
            }
        }
        Hop::Unit(field) => into.extend(record.reference(field).map(Channel::Unit)),
        Hop::Units(field) => {
            let units = record.value(field).as_list().iter().filter_map(Value::as_text);
            into.extend(units.filter_map(|unit| unit.parse().ok()).map(Channel::Unit));
        }
        Hop::Person(field) => into.extend(record.reference(field).map(Channel::Person)),
        Hop::Author => into.extend(record.author().map(Channel::Person)),
        Hop::OwnBuilding => drop(into.insert(Channel::Building(record.id))),
        Hop::OwnUnit => drop(into.insert(Channel::Unit(record.id))),
        Hop::OwnPerson => drop(into.insert(Channel::Person(record.id))),
        Hop::Parent(field) => into.extend(parent_channels(kind, record, field, parents)?),
        Hop::EverySide(field) => into.extend(every_side(kind, district, record, field, parents)?),
        Hop::CommunitiesOf(field) => {
            into.extend(parent_channels(kind, record, field, parents)?.iter().filter_map(community_of));
        }
        Hop::ParentInGridOnly(field) => {
            into.extend(without_buildings(parent_channels(kind, record, field, parents)?));
        }
        Hop::ParentWhile(field, absent) => {
            if record.value(absent).is_null() {
                into.extend(parent_channels(kind, record, field, parents)?);
            }
        }
        Hop::ParentUnlessPrivate(field, private) => {
            let channels = parent_channels(kind, record, field, parents)?;
            if record.value(private) == &Value::Bool(true) {
                into.extend(without_buildings(channels));
            } else {
                into.extend(channels);
            }
        }
        Hop::FirstOf(hops) => {
            for hop in *hops {
                let before = into.len();
                walk(hop, kind, district, record, parents, into)?;
                if into.len() > before {
                    break;
                }
            }
        }
        Hop::SameId(other) => {
            if let Some(parent) = parents.placement(&RecordKey::new(*other, record.id))? {
                into.extend(parent.channels);
            }
        }
        Hop::Homes => {
            for household in homes(record.id, parents)? {
                if let Some(parent) = parents.placement(&RecordKey::new("household", household))? {
                    into.extend(parent.channels);
                }
            }
        }
        Hop::Handling(grid) => {
            let steps = parents.pointing("issue_step", "issue", record.id)?;
            let fold = IssueFold::of(record, &steps);
            into.extend(fold.keepers.iter().copied().map(Channel::Unit));
            let grid = record.text(grid).unwrap_or_default();
            let reached = [Level::Street, Level::District].into_iter().filter(|level| *level <= fold.level);
            into.extend(reached.filter_map(|level| grid.get(..level.digits())).filter_map(Channel::of_code));
        }
        Hop::Assignments => {
            for assignment in parents.pointing("assignment", "person", record.id)? {
                if let Some(placed) = parents.placement(&assignment.key())? {
                    into.extend(placed.channels);
                }
            }
        }
    }
    Ok(())
}

/// The record a field points at, with the kind its type names or the value itself carries.
pub fn target(kind: &Kind, record: &RecordState, field: &str) -> Option<RecordKey> {
    let text = record.text(field)?;
    match kind.field(field)?.ty {
        FieldType::Ref(kind) => Some(RecordKey::new(kind, text.parse().ok()?)),
        FieldType::RefAny(_) => text.parse().ok(),
        _ => None,
    }
}

/// The records whose own route or facet may change when this one changes: `(kind, field)` pairs that can point here.
/// The field is empty where a kind shares the id.
pub fn dependants(schema: &Schema, kind: &str) -> Vec<(&'static str, &'static str)> {
    let mut found = Vec::new();
    for other in schema.kinds() {
        for field in route_fields(other) {
            let points_here = match other.field(field).map(|field| &field.ty) {
                Some(FieldType::Ref(target)) => *target == kind,
                Some(FieldType::RefAny(targets)) => targets.is_empty() || targets.contains(&kind),
                _ => false,
            };
            if points_here {
                found.push((other.name, field));
            }
        }
        if other.route.contains(&Hop::SameId(kind_name(schema, kind))) {
            found.push((other.name, ""));
        }
    }
    found
}

/// Kinds whose records move the record they point at: a residence its resident, a step its issue, an assignment its
/// account. The kind and field.
pub fn moves(kind: &str) -> Option<(&'static str, &'static str)> {
    match kind {
        "residence" => Some(("resident", "resident")),
        "issue_step" => Some(("issue", "issue")),
        "assignment" => Some(("person", "person")),
        _ => None,
    }
}

fn kind_name(schema: &Schema, kind: &str) -> &'static str {
    schema.kind(kind).map_or("", |kind| kind.name)
}

/// The fields by which a kind is routed or takes its facet.
pub fn route_fields(kind: &Kind) -> BTreeSet<&'static str> {
    fn of(hop: &Hop, into: &mut BTreeSet<&'static str>) {
        match hop {
            Hop::Parent(field)
            | Hop::ParentInGridOnly(field)
            | Hop::ParentWhile(field, _)
            | Hop::ParentUnlessPrivate(field, _)
            | Hop::EverySide(field)
            | Hop::CommunitiesOf(field) => drop(into.insert(field)),
            Hop::FirstOf(hops) => hops.iter().for_each(|hop| of(hop, into)),
            _ => {}
        }
    }
    let mut fields = BTreeSet::new();
    kind.route.iter().for_each(|hop| of(hop, &mut fields));
    if let FacetRule::As(field) | FacetRule::GuardedForCare(field) | FacetRule::AsQuestionnaire(field) = kind.facet {
        fields.insert(field);
    }
    fields
}

fn parent_channels<P: Parents>(
    kind: &Kind,
    record: &RecordState,
    field: &str,
    parents: &P,
) -> Result<BTreeSet<Channel>, P::Error> {
    let Some(key) = target(kind, record, field) else { return Ok(BTreeSet::new()) };
    Ok(parents.placement(&key)?.map(|placed| placed.channels).unwrap_or_default())
}

/// Where a disputed record is, and where it would be if another side won: who may be about to lose it must be told too.
fn every_side<P: Parents>(
    kind: &Kind,
    district: &str,
    conflict: &RecordState,
    field: &str,
    parents: &P,
) -> Result<BTreeSet<Channel>, P::Error> {
    let mut channels = parent_channels(kind, conflict, field, parents)?;
    let disputed = conflict.text("field").unwrap_or_default();
    let Some(record) = target(kind, conflict, field).map(|key| parents.record(&key)).transpose()?.flatten() else {
        return Ok(channels);
    };
    let Some(kind) = parents.schema().kind(&record.kind).filter(|kind| decides_place(kind, disputed)) else {
        return Ok(channels);
    };
    for side in Conflict::read(conflict.value("sides"), &Value::Null, &Value::Null).sides {
        let mut as_if = record.clone();
        as_if.fields.insert(disputed.to_owned(), vec![FieldVersion(0, side.value)]);
        for hop in &kind.route {
            walk(hop, kind, district, &as_if, parents, &mut channels)?;
        }
    }
    Ok(channels)
}

/// Whether the channels of a record follow from this field.
fn decides_place(kind: &Kind, field: &str) -> bool {
    fn of(hop: &Hop, field: &str) -> bool {
        match hop {
            Hop::Division(by) | Hop::DivisionAndCommunity(by) | Hop::Unit(by) | Hop::Units(by) | Hop::Person(by) => {
                *by == field
            }
            Hop::ParentWhile(by, other) | Hop::ParentUnlessPrivate(by, other) => *by == field || *other == field,
            Hop::Parent(by) | Hop::ParentInGridOnly(by) | Hop::Handling(by) => *by == field,
            Hop::FirstOf(hops) => hops.iter().any(|hop| of(hop, field)),
            _ => false,
        }
    }
    kind.route.iter().any(|hop| of(hop, field))
}

fn community_of(channel: &Channel) -> Option<Channel> {
    let code = channel.code()?;
    code.get(..12).and_then(Channel::of_code)
}

fn without_buildings(channels: BTreeSet<Channel>) -> impl Iterator<Item = Channel> {
    channels.into_iter().filter(|channel| !matches!(channel, Channel::Building(_)))
}

/// The households a resident lives in; after the last residence ended, that one's, until the resident is erased.
fn homes<P: Parents>(resident: RecordId, parents: &P) -> Result<Vec<RecordId>, P::Error> {
    let residences = parents.pointing("residence", "resident", resident)?;
    let household = |residence: &RecordState| residence.reference("household");
    let current: Vec<_> = residences
        .iter()
        .filter(|one| one.value("until").is_null() && !one.is_deleted())
        .filter_map(household)
        .collect();
    if !current.is_empty() {
        return Ok(current);
    }
    let last = residences.iter().max_by_key(|one| (one.text("until").map(str::to_owned), one.id));
    Ok(last.and_then(household).into_iter().collect())
}

fn facet<P: Parents>(kind: &Kind, record: &RecordState, parents: &P) -> Result<Facet, P::Error> {
    let is_true = |field: &str| record.value(field) == &Value::Bool(true);
    Ok(match kind.facet {
        FacetRule::Fixed(facet) => facet,
        FacetRule::GuardedWhileMinor => {
            if is_true("minor") {
                Facet::Guarded
            } else {
                Facet::Personal
            }
        }
        FacetRule::PersonalWhilePrivate => {
            if is_true("private") {
                Facet::Personal
            } else {
                Facet::Open
            }
        }
        FacetRule::As(field) => match target(kind, record, field) {
            // Until the parent is known nobody but a reviewer may see it.
            Some(key) => parents.placement(&key)?.map_or(Facet::Review, |placed| placed.facet),
            None => Facet::Review,
        },
        FacetRule::GuardedForCare(field) => {
            let category = match target(kind, record, field) {
                Some(key) => parents.record(&key)?,
                None => None,
            };
            match category {
                Some(category) if category.text("group") != Some("care") => Facet::Personal,
                _ => Facet::Guarded,
            }
        }
        FacetRule::AsQuestionnaire(field) => {
            let questionnaire = match target(kind, record, field) {
                Some(key) => parents.record(&key)?,
                None => None,
            };
            match questionnaire.as_ref().and_then(|one| one.text("facet")) {
                Some("personal") => Facet::Personal,
                _ => Facet::Guarded,
            }
        }
    })
}

#[cfg(test)]
mod tests;
