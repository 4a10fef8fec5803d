//! Who may read and write what: the one policy, applied at the relay and mirrored by screens.
//!
//! A person's rights are their assignments. From them follow the grants (what their devices receive) and the verdict on
//! each edit (whether it counts). Rights are those of an edit's author, never of the device that carries it.

pub mod appointing;
pub mod issue_steps;

use crate::channel::{Channel, Facet, Grant, codes_above};
use crate::edit::Edit;
use crate::ids::RecordId;
use crate::record::RecordState;
use crate::schema::{Kind, Writer};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

macro_rules! roles {
    ($($variant:ident = $name:literal),+) => {
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        pub enum Role { $(#[serde(rename = $name)] $variant),+ }
        pub const ROLE_NAMES: &[&str] = &[$($name),+];
        impl Role {
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

roles! {
    GridWorker = "grid_worker", BuildingLead = "building_lead", Handler = "handler", Supervisor = "supervisor",
    Volunteer = "volunteer", Administrator = "administrator", Auditor = "auditor"
}

/// An edit whose author lost the right no longer ago than this is held for a supervisor rather than refused.
pub const HELD_FOR_DAYS: i64 = 180;

/// One assignment of a person, as its record says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Assignment {
    pub role: Role,
    pub scope: Scope,
    pub from: String,
    pub until: Option<String>,
    pub rights: BTreeSet<String>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Scope {
    Division(String),
    Unit(RecordId),
    Building(RecordId),
}

impl Assignment {
    /// `None` when the record names no role or no scope.
    pub fn read(record: &RecordState) -> Option<Self> {
        let scope = match (record.text("division"), record.reference("unit"), record.reference("building")) {
            (Some(code), None, None) => Scope::Division(code.to_owned()),
            (None, Some(unit), None) => Scope::Unit(unit),
            (None, None, Some(building)) => Scope::Building(building),
            _ => return None,
        };
        Some(Self {
            role: Role::from_name(record.text("role")?)?,
            scope,
            from: record.text("from")?.to_owned(),
            until: record.text("until").map(str::to_owned),
            rights: record.set("rights").into_iter().map(str::to_owned).collect(),
        })
    }

    /// The assignment as its account leaves it: a closed account ends all of them.
    pub fn under(mut self, account: Option<&RecordState>) -> Self {
        let closed = account.and_then(|account| account.text("ended_on"));
        self.until = self.until.as_deref().into_iter().chain(closed).min().map(str::to_owned);
        self
    }

    /// Days compare as text, because they are spelled year first.
    pub fn holds_on(&self, day: &str) -> bool {
        self.from.as_str() <= day && self.until.as_deref().is_none_or(|until| day <= until)
    }

    fn has(&self, right: &str) -> bool {
        self.rights.contains(right)
    }
}

/// What the policy needs to know about places.
pub trait Places {
    /// The code of the grid a building is in.
    fn grid_of(&self, building: RecordId) -> Option<String>;
    /// The code of the division a unit belongs to.
    fn division_of(&self, unit: RecordId) -> Option<String>;
    /// The codes of every division and grid under a code, itself not included.
    fn codes_under(&self, code: &str) -> Vec<String>;
}

/// What a person may read on a day: one grant per channel.
pub fn grants(person: RecordId, assignments: &[Assignment], day: &str, places: &dyn Places) -> Vec<Grant> {
    use Facet::{Guarded, Identity, Open, Personal, Review};
    let mut sum = Grants::default();
    for one in assignments.iter().filter(|one| one.holds_on(day)) {
        match (one.role, &one.scope) {
            (Role::GridWorker, Scope::Division(code)) => {
                sum.add_code(code, &[Open, Personal, Guarded]);
                if one.has("identity") {
                    sum.add_code(code, &[Identity]);
                }
                sum.add_above(code);
            }
            (Role::BuildingLead, Scope::Building(building)) => {
                sum.add(Channel::Building(*building), &[Open]);
                if let Some(grid) = places.grid_of(*building) {
                    sum.add_above(&grid);
                }
            }
            (Role::Handler, Scope::Unit(unit)) => {
                sum.add(Channel::Unit(*unit), &[Open, Personal]);
                if let Some(code) = places.division_of(*unit) {
                    sum.add_code(&code, &[Open]);
                    sum.add_above(&code);
                }
            }
            (Role::Supervisor, Scope::Division(code)) if code.len() >= 12 => {
                let mut facets = vec![Open, Personal, Guarded, Review];
                facets.extend(one.has("identity").then_some(Identity));
                sum.add_code(code, &facets);
                for under in places.codes_under(code) {
                    sum.add_code(&under, &facets);
                }
                sum.add_above(code);
            }
            (Role::Supervisor, Scope::Division(code)) => {
                sum.add_code(code, &[Open, Personal, Review]);
                let below: &[Facet] = if one.has("register") { &[Open, Personal, Guarded] } else { &[Open] };
                for under in places.codes_under(code) {
                    sum.add_code(&under, below);
                }
                sum.add_above(code);
            }
            (Role::Volunteer, Scope::Division(code)) => sum.add_code(code, &[Open]),
            (Role::Administrator, Scope::Division(code)) => {
                sum.add_code(code, &[Open]);
                for under in places.codes_under(code) {
                    sum.add_code(&under, &[Open]);
                }
            }
            // An auditor reads the trail through calls; other pairs of role and scope mean nothing.
            _ => {}
        }
    }
    // What became of their own held edits and complaints is for them as well.
    sum.add(Channel::Person(person), &[Open, Personal, Review]);
    sum.list()
}

/// What a console's store holds: its division and everything under it. What one person sees of it follows from
/// [`grants`], query by query.
pub fn console_grants(division: &str, places: &dyn Places) -> Vec<Grant> {
    let mut sum = Grants::default();
    sum.add_code(division, &Facet::ALL);
    for under in places.codes_under(division) {
        sum.add_code(&under, &Facet::ALL);
    }
    sum.add_above(division);
    sum.list()
}

#[derive(Default)]
struct Grants(BTreeMap<Channel, BTreeSet<Facet>>);

impl Grants {
    fn add(&mut self, channel: Channel, facets: &[Facet]) {
        self.0.entry(channel).or_default().extend(facets);
    }
    fn add_code(&mut self, code: &str, facets: &[Facet]) {
        if let Some(channel) = Channel::of_code(code) {
            self.add(channel, facets);
        }
    }
    fn add_above(&mut self, code: &str) {
        for above in codes_above(code) {
            self.add_code(above, &[Facet::Open]);
        }
    }
    fn list(self) -> Vec<Grant> {
        self.0.into_iter().map(|(channel, facets)| Grant { channel, facets }).collect()
    }
}

/// Whether an edit's author had the right to write it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Verdict {
    Never,
    /// The right ended within the last [`HELD_FOR_DAYS`] days: a supervisor decides.
    Once,
    Now,
}

/// Judges an edit by its author's assignments. `channels` are those of the record before the edit and after it; empty
/// where a record has no place yet, as a resident has before the first residence.
pub fn may_write(
    kind: &Kind,
    edit: &Edit,
    assignments: &[Assignment],
    channels: &BTreeSet<Channel>,
    day: &str,
    places: &dyn Places,
) -> Verdict {
    if kind.writers.contains(&Writer::Anyone) {
        return Verdict::Now;
    }
    assignments
        .iter()
        .filter(|one| kind.writers.contains(&Writer::Role(one.role)) && may_write_fields(one.role, edit))
        // Who may not read identity numbers may not enter them either.
        .filter(|one| edit.kind != "identity" || one.has("identity"))
        .filter(|one| match appointing::is_about_staff(edit) {
            true => appointing::may_appoint(one, edit, channels).is_ok(),
            false => covers(one, channels) || is_of_own_report(one, edit, channels, places),
        })
        .map(|one| {
            let held_until = one.until.as_deref().map(|until| crate::day::add_days(until, HELD_FOR_DAYS));
            match () {
                () if one.holds_on(day) => Verdict::Now,
                () if held_until.is_some_and(|until| day <= until.as_str()) => Verdict::Once,
                () => Verdict::Never,
            }
        })
        .max()
        .unwrap_or(Verdict::Never)
}

/// Whether somebody may have all that is held on a resident erased who is in these channels: a supervisor of the community,
/// or one above it who may read its register.
pub fn may_erase(assignments: &[Assignment], channels: &BTreeSet<Channel>, day: &str) -> bool {
    let is_theirs = |one: &&Assignment| match &one.scope {
        Scope::Division(code) => code.len() >= 12 || one.has("register"),
        Scope::Unit(_) | Scope::Building(_) => false,
    };
    let supervisors = assignments.iter().filter(|one| one.role == Role::Supervisor && one.holds_on(day));
    !channels.is_empty() && supervisors.filter(is_theirs).any(|one| covers(one, channels))
}

/// Fields that fewer roles may write than their kind.
fn may_write_fields(role: Role, edit: &Edit) -> bool {
    let moves_building = edit.kind == "building" && !edit.create && edit.fields.contains_key("grid");
    !moves_building || matches!(role, Role::Supervisor | Role::Administrator)
}

/// What a building's lead may write although it lies outside the building's channel: a private matter is kept out of it, and
/// what was seen outdoors is in the grid's alone. A new report has to be of their building, or of no building in its grid;
/// what belongs to a report has to be in their own channel, as everything is that they reported.
fn is_of_own_report(assignment: &Assignment, edit: &Edit, channels: &BTreeSet<Channel>, places: &dyn Places) -> bool {
    let Scope::Building(own) = assignment.scope else { return false };
    let text = |field: &str| edit.fields.get(field).and_then(|field| field.value.as_text());
    match (edit.kind.as_str(), edit.create) {
        ("issue", true) => match text("building") {
            Some(building) => building.parse() == Ok(own),
            None => text("grid").is_some_and(|grid| places.grid_of(own).as_deref() == Some(grid)),
        },
        ("issue" | "issue_contact" | "issue_step" | "attachment", _) => {
            channels.contains(&Channel::Person(edit.author))
        }
        _ => false,
    }
}

fn covers(assignment: &Assignment, channels: &BTreeSet<Channel>) -> bool {
    match (&assignment.scope, assignment.role) {
        (Scope::Division(_), Role::GridWorker | Role::Supervisor) if channels.is_empty() => true,
        (Scope::Division(code), Role::Supervisor | Role::Administrator) => {
            channels.iter().filter_map(Channel::code).any(|held| held.starts_with(code.as_str()))
        }
        (Scope::Division(code), _) => channels.iter().filter_map(Channel::code).any(|held| held == code),
        (Scope::Unit(unit), _) => channels.contains(&Channel::Unit(*unit)),
        (Scope::Building(building), _) => channels.contains(&Channel::Building(*building)),
    }
}

#[cfg(test)]
mod tests;
