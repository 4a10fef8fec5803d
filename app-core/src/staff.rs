//! Who works here: people with what they are appointed to, as administrators and supervisors keep it at the desk.
//!
//! Whether somebody may appoint is asked of the policy at each save (sync_protocol::policy::appointing); what a screen
//! offers follows from the same answers.

pub mod appoint;

use crate::core::Asking;
use crate::error::{CommandError, Result};
use crate::saved::id;
use crate::words::{self, Role, SyncMark};
use crate::{moment, rights};
use local_store::saving::NewEdit;
use local_store::search::Sought;
use local_store::{Tx, staff};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};
use sync_protocol::{RecordId, RecordKey, Value, policy};
use ts_rs::TS;

words::words! {
    Right { Identity, Register, Export }
    /// Whether an assignment holds today, is still to begin, or is over.
    DutyState { Open, Ahead, Ended }
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct StaffQuery {
    pub text: Option<String>,
    /// A division: who is appointed to it, or to something in it.
    pub scope: Option<String>,
    pub role: Option<Role>,
    /// Those who hold nothing any more, instead of those who do.
    pub former: bool,
    pub offset: u32,
    pub limit: u32,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct StaffPage {
    pub total: u32,
    /// Whether there is anybody at all, whatever was asked for.
    pub anybody: bool,
    pub rows: Vec<StaffRow>,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct StaffRow {
    pub person: String,
    pub name: String,
    pub sign_in_name: String,
    pub work_phone: Option<String>,
    /// The account is closed: nothing they were appointed to holds any more.
    pub closed: bool,
    /// What they hold or will hold; of somebody who holds nothing any more, what they held.
    pub duties: Vec<DutyLine>,
    pub mark: SyncMark,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct DutyLine {
    pub assignment: String,
    pub role: Role,
    pub place: String,
    pub from: String,
    pub until: Option<String>,
    pub state: DutyState,
    pub rights: Vec<Right>,
    pub stands_in_for: Option<String>,
    pub mark: SyncMark,
    /// Whether the asker may end or change it.
    pub may_change: bool,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct StaffFile {
    pub row: StaffRow,
    /// Everything they were ever appointed to, the newest first.
    pub duties: Vec<DutyLine>,
    /// Whether the asker may change name and phone.
    pub may_edit: bool,
    /// Whether the asker may close or open the account again.
    pub may_close: bool,
    pub may_appoint: bool,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct PersonRef {
    pub person: String,
}

/// What the asker may do here at all.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Powers {
    /// Accounts, units, categories, names of divisions.
    pub administers: bool,
    /// The roles that they may give, and the rights with them.
    pub roles: Vec<Role>,
    pub rights: Vec<Right>,
}

pub(crate) fn my_powers(asking: &Asking, _: ()) -> Result<Powers> {
    asking.read(|tx| {
        let today = moment::today(tx)?;
        let held: Vec<_> =
            rights::assignments(tx, asking.person)?.into_iter().filter(|one| one.holds_on(&today)).collect();
        let has = |role| held.iter().any(|one| one.role == role);
        let administers = has(policy::Role::Administrator);
        let mut roles = Vec::new();
        if administers || has(policy::Role::Supervisor) {
            roles.extend([Role::GridWorker, Role::BuildingLead, Role::Handler, Role::Volunteer, Role::Supervisor]);
        }
        if administers {
            roles.extend([Role::Administrator, Role::Auditor]);
        }
        let held: BTreeSet<&str> = held.iter().flat_map(|one| one.rights.iter().map(String::as_str)).collect();
        let all = [Right::Identity, Right::Register, Right::Export];
        let rights = all.into_iter().filter(|right| administers || held.contains(words::word(right).as_str()));
        Ok(Powers { administers, rights: if roles.is_empty() { Vec::new() } else { rights.collect() }, roles })
    })
}

pub(crate) fn list_staff(asking: &Asking, input: StaffQuery) -> Result<StaffPage> {
    asking.read(|tx| {
        let today = moment::today(tx)?;
        let mut duties: HashMap<RecordId, Vec<staff::Duty>> = HashMap::new();
        for duty in staff::duties(tx, None)? {
            duties.entry(duty.person).or_default().push(duty);
        }
        let people = staff::people(tx)?;
        let anybody = !people.is_empty();
        let scope = input.scope.as_deref().unwrap_or("");
        let role = input.role.map(|role| words::word(&role));
        let text = input.text.as_deref().unwrap_or("").trim().to_lowercase();
        let sought = Sought::new(&text);
        let mut found = Vec::new();
        for person in people {
            let all = duties.remove(&person.id).unwrap_or_default();
            let holds = |duty: &&staff::Duty| state_of(duty, &person, &today) != DutyState::Ended;
            let is_former = !all.iter().any(|duty| holds(&duty));
            if is_former != input.former {
                continue;
            }
            let shown: Vec<&staff::Duty> = all.iter().filter(|duty| is_former || holds(duty)).collect();
            let in_place = |duty: &&staff::Duty| {
                duty.code.starts_with(scope) && role.as_ref().is_none_or(|role| duty.role == *role)
            };
            let anywhere = scope.is_empty() && role.is_none();
            if !anywhere && !shown.iter().any(in_place) {
                continue;
            }
            let is_meant = text.is_empty()
                || sought.as_ref().is_some_and(|sought| sought.fits(&person.name, person.work_phone.as_deref()))
                || person.sign_in_name.starts_with(&text)
                || shown.iter().any(|duty| duty.place.to_lowercase().contains(&text));
            if is_meant {
                found.push(row(&person, shown.into_iter().map(|duty| line(duty, &person, &today)).collect()));
            }
        }
        let total = u32::try_from(found.len()).unwrap_or(u32::MAX);
        let rows = found.into_iter().skip(input.offset as usize).take(input.limit.clamp(1, 200) as usize);
        Ok(StaffPage { total, anybody, rows: rows.collect() })
    })
}

pub(crate) fn staff_file(asking: &Asking, input: PersonRef) -> Result<StaffFile> {
    let person = id("person", &input.person)?;
    asking.read(|tx| {
        let held = staff::person(tx, person)?.ok_or_else(|| CommandError::new("not_found").with("kind", "person"))?;
        let today = moment::today(tx)?;
        let mut duties = Vec::new();
        for duty in staff::duties(tx, Some(person))? {
            let same = change("assignment", duty.id, "until", duty.until.as_deref(), asking);
            duties.push(DutyLine { may_change: may(tx, asking, &same)?, ..line(&duty, &held, &today) });
        }
        let open = duties.iter().filter(|duty| duty.state != DutyState::Ended).cloned().collect();
        let name = change("person", person, "name", Some(&held.name), asking);
        let ended = change("person", person, "ended_on", held.ended_on.as_deref(), asking);
        Ok(StaffFile {
            row: row(&held, open),
            may_edit: may(tx, asking, &name)?,
            may_close: may(tx, asking, &ended)?,
            may_appoint: person != asking.person && held.ended_on.is_none(),
            duties,
        })
    })
}

/// A change that writes what stands there already: to ask whether it would be allowed.
fn change(kind: &str, id: RecordId, field: &str, value: Option<&str>, asking: &Asking) -> NewEdit {
    NewEdit::change(RecordKey::new(kind, id), asking.person).set(field, value.map_or(Value::Null, Value::from))
}

pub(crate) fn may(tx: &Tx<'_>, asking: &Asking, edit: &NewEdit) -> Result<bool> {
    match rights::must_be_allowed(tx, asking, edit) {
        Ok(()) => Ok(true),
        Err(error) if error.code == "not_allowed" || error.code.starts_with("appoint_") => Ok(false),
        Err(error) => Err(error),
    }
}

fn state_of(duty: &staff::Duty, person: &staff::Person, today: &str) -> DutyState {
    let until = duty.until.as_deref().into_iter().chain(person.ended_on.as_deref()).min();
    match () {
        () if until.is_some_and(|until| until < today) => DutyState::Ended,
        () if duty.from.as_str() > today => DutyState::Ahead,
        () => DutyState::Open,
    }
}

fn row(person: &staff::Person, duties: Vec<DutyLine>) -> StaffRow {
    let unsent = person.unsent + u32::from(duties.iter().any(|duty| duty.mark == SyncMark::SavedHere));
    let refused = person.refused > 0 || duties.iter().any(|duty| duty.mark == SyncMark::NeedsAttention);
    StaffRow {
        person: person.id.to_string(),
        name: person.name.clone(),
        sign_in_name: person.sign_in_name.clone(),
        work_phone: person.work_phone.clone(),
        closed: person.ended_on.is_some(),
        duties,
        mark: SyncMark::of(unsent, refused),
    }
}

fn line(duty: &staff::Duty, person: &staff::Person, today: &str) -> DutyLine {
    DutyLine {
        assignment: duty.id.to_string(),
        role: words::read(&duty.role, Role::Volunteer),
        place: duty.place.clone(),
        from: duty.from.clone(),
        until: duty.until.clone(),
        state: state_of(duty, person, today),
        rights: duty.rights.iter().filter_map(|right| words::read_or_none(Some(right))).collect(),
        stands_in_for: duty.stands_in_for.clone(),
        mark: SyncMark::of(duty.unsent, duty.refused > 0),
        may_change: false,
    }
}
