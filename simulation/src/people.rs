//! What people do, by chance: mostly what they may, now and then what they may not.

use crate::device::DeviceNode;
use crate::dice::Dice;
use crate::town;
use anyhow::Result;
use local_store::saving::NewEdit;
use local_store::{StoreError, Tx, records};
use sync_protocol::{Edit, RecordId, RecordKey, Stamp, Value, day};

/// Somebody at a device, about to save something.
struct Somebody<'a> {
    dice: &'a mut Dice,
    person: RecordId,
    true_ms: u64,
}

#[derive(Clone, Copy, Debug)]
enum Act {
    CorrectPhone,
    CorrectName,
    ChangeHousehold,
    ChangeLanguages,
    Visit,
    NewResident,
    MoveOut,
    MoveIn,
    MoveHousehold,
    MoveBuilding,
    ReportIssue,
    TakeStep,
    Settle,
    Delete,
    EndRight,
    GiveRight,
    Unlawful,
}

const ACTS: [(usize, Act); 17] = [
    (24, Act::CorrectPhone),
    (5, Act::CorrectName),
    (8, Act::ChangeHousehold),
    (6, Act::ChangeLanguages),
    (12, Act::Visit),
    (6, Act::NewResident),
    (5, Act::MoveOut),
    (6, Act::MoveIn),
    (4, Act::MoveHousehold),
    (3, Act::MoveBuilding),
    (7, Act::ReportIssue),
    (16, Act::TakeStep),
    (10, Act::Settle),
    (2, Act::Delete),
    (5, Act::EndRight),
    (5, Act::GiveRight),
    (3, Act::Unlawful),
];

/// One thing done on a device. The edits it saved; none where there was nothing to do it with.
pub fn act(device: &DeviceNode, dice: &mut Dice, true_ms: u64) -> Result<Vec<Edit>> {
    let (Some(person), Some(act)) = (dice.pick(&device.people).copied(), dice.weighted(&ACTS)) else {
        return Ok(Vec::new());
    };
    let mut somebody = Somebody { dice, person, true_ms };
    match device.save(true_ms, |tx| somebody.does(tx, act)) {
        Ok(edits) => Ok(edits),
        // The form says what is wrong; nothing was saved.
        Err(StoreError::NotFound { .. } | StoreError::Invalid(_)) => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

impl Somebody<'_> {
    fn does(&mut self, tx: &Tx<'_>, act: Act) -> local_store::Result<Vec<NewEdit>> {
        let edits = match act {
            Act::CorrectPhone => {
                let phone = format!("1{:010}", self.dice.below(20));
                self.change(tx, "resident", "phone", phone)?
            }
            Act::CorrectName => {
                let name = format!("王{}", self.dice.below(9));
                self.change(tx, "resident", "name", name)?
            }
            Act::ChangeHousehold => {
                let rhythm = ["week", "month", "quarter"][self.dice.below(3)];
                self.change(tx, "household", "rhythm", rhythm)?
            }
            Act::ChangeLanguages => {
                let language = ["languages:zh", "languages:wuu"][self.dice.below(2)];
                let present = self.dice.chance(60);
                self.change(tx, "resident", language, present)?
            }
            Act::Visit => self.visit(tx)?,
            Act::NewResident => self.new_resident(tx)?,
            Act::MoveOut => self.change(tx, "residence", "until", "2026-11-20")?,
            Act::MoveIn => {
                let (resident, household) = (self.one(tx, "resident")?, self.one(tx, "household")?);
                let residence = self.mint();
                let both = resident.zip(household);
                both.map(|(resident, household)| self.create("residence", residence, town::home(resident, household)))
                    .into_iter()
                    .collect()
            }
            Act::MoveHousehold => match self.one(tx, "dwelling")? {
                Some(dwelling) => self.change(tx, "household", "dwelling", dwelling)?,
                None => Vec::new(),
            },
            Act::MoveBuilding => {
                let grid = town::GRIDS[self.dice.below(3)];
                self.change(tx, "building", "grid", grid)?
            }
            Act::ReportIssue => self.report(tx)?,
            Act::TakeStep => self.step(tx)?,
            Act::Settle => self.settle(tx)?,
            Act::Delete => self.change(tx, "resident", "deleted", true)?,
            Act::EndRight => self.change(tx, "assignment", "until", day::add_days(&self.today(), -1))?,
            Act::GiveRight => self.give_right(),
            Act::Unlawful => self.unlawful(tx)?,
        };
        Ok(edits)
    }

    fn today(&self) -> String {
        day::day_of(self.true_ms)
    }

    fn mint(&mut self) -> RecordId {
        RecordId::mint(self.true_ms, self.dice.bytes())
    }

    fn one(&mut self, tx: &Tx<'_>, kind: &str) -> local_store::Result<Option<RecordId>> {
        let ids: Vec<[u8; 16]> = tx
            .prepare(&format!("SELECT id FROM \"{kind}\" ORDER BY id"))
            .and_then(|mut query| query.query_map([], |row| row.get(0))?.collect())
            .map_err(StoreError::from)?;
        // The first few: people meet at the same doors, or nothing would ever collide.
        let near = ids.len().min(2 + self.dice.below(5));
        Ok(self.dice.pick(&ids[..near]).map(|id| RecordId::from_bytes(*id)))
    }

    fn create(&self, kind: &str, id: RecordId, fields: Vec<(&'static str, Value)>) -> NewEdit {
        fields.into_iter().fold(NewEdit::create(kind, id, self.person), |edit, (name, value)| edit.set(name, value))
    }

    fn change(
        &mut self,
        tx: &Tx<'_>,
        kind: &str,
        field: &str,
        value: impl Into<Value>,
    ) -> local_store::Result<Vec<NewEdit>> {
        let Some(id) = self.one(tx, kind)? else { return Ok(Vec::new()) };
        Ok(vec![NewEdit::change(RecordKey::new(kind, id), self.person).set(field, value)])
    }

    fn visit(&mut self, tx: &Tx<'_>) -> local_store::Result<Vec<NewEdit>> {
        let Some(household) = self.one(tx, "household")? else { return Ok(Vec::new()) };
        let key = RecordKey::new("household", household);
        let Some(dwelling) = records::expect(tx, &key)?.reference("dwelling") else { return Ok(Vec::new()) };
        let visit = self.mint();
        let fields = vec![
            ("dwelling", dwelling.into()),
            ("household", household.into()),
            ("outcome", "met".into()),
            ("happened_at", day::time_text(self.true_ms).into()),
            ("author_name", "李娜".into()),
        ];
        let visited = day::add_days(&self.today(), self.dice.below(9) as i64 - 6);
        Ok(vec![self.create("visit", visit, fields), NewEdit::change(key, self.person).set("last_visited", visited)])
    }

    fn new_resident(&mut self, tx: &Tx<'_>) -> local_store::Result<Vec<NewEdit>> {
        let Some(household) = self.one(tx, "household")? else { return Ok(Vec::new()) };
        let (resident, residence) = (self.mint(), self.mint());
        let minor = self.dice.chance(20);
        let fields = vec![("name", "李强".into()), ("minor", if minor { true.into() } else { Value::Null })];
        Ok(vec![
            self.create("resident", resident, fields),
            self.create("residence", residence, town::home(resident, household)),
        ])
    }

    fn report(&mut self, tx: &Tx<'_>) -> local_store::Result<Vec<NewEdit>> {
        let Some(building) = self.one(tx, "building")? else { return Ok(Vec::new()) };
        let key = RecordKey::new("building", building);
        let Some(grid) = records::expect(tx, &key)?.text("grid").map(str::to_owned) else { return Ok(Vec::new()) };
        let (issue, private) = (self.mint(), self.dice.chance(30));
        let number = format!("261127-{}", self.dice.below(1_000_000));
        let fields = vec![
            ("number", number.into()),
            ("words", "楼道灯坏了".into()),
            ("source", "seen".into()),
            ("author_name", "李娜".into()),
            ("happened_at", day::time_text(self.true_ms).into()),
            ("limit_minutes", 240.into()),
            ("category", town::id(town::CATEGORY).into()),
            ("place", "1号楼".into()),
            ("grid", grid.into()),
            ("building", building.into()),
            ("urgency", "normal".into()),
            ("private", private.into()),
        ];
        Ok(vec![self.create("issue", issue, fields)])
    }

    fn step(&mut self, tx: &Tx<'_>) -> local_store::Result<Vec<NewEdit>> {
        let Some(issue) = self.one(tx, "issue")? else { return Ok(Vec::new()) };
        let step = ["accept", "return", "dispatch", "sign", "handle", "close", "solve", "urge"][self.dice.below(8)];
        let unit = town::id(town::UNIT);
        let handles = self.person == town::id(town::HANDLER);
        let id = self.mint();
        let fields = vec![
            ("issue", issue.into()),
            ("step", step.into()),
            ("words", "已看过".into()),
            ("to", if step == "dispatch" { Value::from(vec![unit]) } else { Value::Null }),
            ("for_unit", if handles { unit.into() } else { Value::Null }),
            ("happened_at", day::time_text(self.true_ms).into()),
            ("author_name", "李娜".into()),
        ];
        Ok(vec![self.create("issue_step", id, fields)])
    }

    /// Answers every side of an open conflict that is on show, or all but the last.
    fn settle(&mut self, tx: &Tx<'_>) -> local_store::Result<Vec<NewEdit>> {
        let open: Vec<[u8; 16]> = tx
            .prepare("SELECT id FROM resident WHERE conflict = 1 ORDER BY id")
            .and_then(|mut query| query.query_map([], |row| row.get(0))?.collect())
            .map_err(StoreError::from)?;
        let Some(id) = self.dice.pick(&open).map(|id| RecordId::from_bytes(*id)) else { return Ok(Vec::new()) };
        let key = RecordKey::new("resident", id);
        let state = records::expect(tx, &key)?;
        let Some(field) = ["phone", "name"].into_iter().find(|field| !state.open_sides(field).is_empty()) else {
            return Ok(Vec::new());
        };
        let sides: Vec<(Stamp, Value)> =
            state.versions(field).map(|(mark, value)| (mark.stamp, value.clone())).collect();
        let Some((_, value)) = self.dice.pick(&sides).cloned() else { return Ok(Vec::new()) };
        let answered = if self.dice.chance(80) { sides.len() } else { sides.len() - 1 };
        let seen = sides.iter().take(answered).map(|(stamp, _)| *stamp).collect();
        Ok(vec![NewEdit::change(key, self.person).set_over(field, value, seen)])
    }

    fn give_right(&mut self) -> Vec<NewEdit> {
        let worker = town::WORKERS[self.dice.below(3)];
        let grid = town::GRIDS[self.dice.below(3)];
        let assignment = self.mint();
        vec![self.create(
            "assignment",
            assignment,
            vec![
                ("person", town::id(worker).into()),
                ("role", "grid_worker".into()),
                ("division", grid.into()),
                ("from", "2026-01-01".into()),
            ],
        )]
    }

    /// What nobody here may do: a category of one's own, somebody else's office, a record that is not there.
    fn unlawful(&mut self, tx: &Tx<'_>) -> local_store::Result<Vec<NewEdit>> {
        Ok(match self.dice.below(3) {
            0 => self.change(tx, "category", "name", "别的")?,
            1 => self.change(tx, "unit", "name", "别的")?,
            _ => {
                let (residence, nobody, household) = (self.mint(), self.mint(), self.one(tx, "household")?);
                household
                    .map(|household| self.create("residence", residence, town::home(nobody, household)))
                    .into_iter()
                    .collect()
            }
        })
    }
}
