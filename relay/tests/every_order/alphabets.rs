//! What people may do to one small town: each letter is one edit of a console of its own, so that every order of arrival
//! is possible. Stamps follow causes: who answers something has seen it.

use super::support::*;
use linli_relay::accept::Pushed;
use linli_relay::store::StoredDevice;
use std::collections::BTreeMap;
use sync_protocol::edit::chain_ids;
use sync_protocol::messages::Outcome;
use sync_protocol::{Edit, RecordKey, Stamp, Value};

pub const NEW_HOME: u8 = 71;
pub const NEW_LIVES: u8 = 72;
pub const NOTE: u8 = 73;
pub const THIRD_DWELLING: u8 = 74;
pub const CATEGORY: u8 = 60;
pub const ISSUE: u8 = 61;

pub struct Letter {
    pub name: &'static str,
    pub edit: Edit,
    pub device: StoredDevice,
}

impl Letter {
    pub fn key(&self) -> RecordKey {
        RecordKey::new(self.edit.kind.clone(), self.edit.record)
    }

    /// As it comes over the line; `decided` as after a restore.
    pub fn pushed(&self, decided: Option<Outcome>) -> Pushed {
        let edits = vec![self.edit.clone()];
        let decided = decided.map(|outcome| BTreeMap::from([(self.edit.number, outcome)])).unwrap_or_default();
        Pushed { before: None, ids: chain_ids(None, &edits), edits, decided, erased: BTreeMap::new() }
    }
}

/// Writes letters, each on its own device.
struct Pen<'t> {
    town: &'t Town,
    letters: Vec<Letter>,
}

impl<'t> Pen<'t> {
    fn new(town: &'t Town) -> Self {
        Self { town, letters: Vec::new() }
    }

    fn write(&mut self, name: &'static str, write: impl FnOnce(&mut Device) -> Edit) -> Stamp {
        let mut device = self.town.console();
        // The clock of the one who writes is past what they were shown.
        self.letters.iter().for_each(|before| device.clock.observe(before.edit.stamp));
        let edit = write(&mut device);
        let stored = self.town.relay.store().read(|tx| tx.device(device.number)).unwrap().unwrap();
        let stamp = edit.stamp;
        self.letters.push(Letter { name, edit, device: stored });
        stamp
    }

    fn change(
        &mut self,
        name: &'static str,
        (kind, n): (&str, u8),
        field: &str,
        value: impl Into<Value>,
        bases: &[Stamp],
    ) -> Stamp {
        let value = value.into();
        self.write(name, |device| device.edit(SUPERVISOR, kind, n, &[(field, value, bases)]))
    }
}

/// One resident's name and phone: changed apart, alike and after one another, settled, deleted and brought back.
pub fn words(town: &Town) -> Vec<Letter> {
    let mut pen = Pen::new(town);
    let who = ("resident", RESIDENT);
    let shown = town.bases("resident", RESIDENT, "name");
    let number = town.bases("resident", RESIDENT, "phone");
    let one = pen.change("name 芳", who, "name", "王芳芳", &shown);
    let other = pen.change("name 方", who, "name", "王方", &shown);
    pen.change("name 芳 too", who, "name", "王芳芳", &shown);
    pen.change("name after 芳", who, "name", "王芳菲", &[one]);
    let both = [shown.clone(), vec![one, other]].concat();
    pen.change("settled as 方", who, "name", "王方", &both);
    pen.change("phone", who, "phone", "10000000009", &number);
    let known = [shown, number].concat();
    let gone = pen.change("deleted", who, "deleted", true, &known);
    pen.change("restored", who, "deleted", false, &[gone]);
    pen.letters
}

/// Where people live: a household moves to two places at once, a home is founded, and its parts arrive before it.
pub fn places(town: &Town) -> Vec<Letter> {
    let dwelling = vec![
        ("building", id(OTHER_BUILDING).into()),
        ("entrance", "2".into()),
        ("floor", 2.into()),
        ("door", "202".into()),
        ("use", "let".into()),
    ];
    town.write(vec![("dwelling", THIRD_DWELLING, dwelling)]);
    let mut pen = Pen::new(town);
    let home = ("household", HOUSEHOLD);
    let stood = town.bases("household", HOUSEHOLD, "dwelling");
    let one = pen.change("moves", home, "dwelling", id(OTHER_DWELLING), &stood);
    let other = pen.change("moves elsewhere", home, "dwelling", id(THIRD_DWELLING), &stood);
    pen.change("settled there", home, "dwelling", id(OTHER_DWELLING), &[stood.clone(), vec![one, other]].concat());
    pen.change("ends", ("residence", RESIDENCE), "until", "2026-11-01", &[]);
    pen.write("founds a home", |device| device.create(SUPERVISOR, "household", NEW_HOME, &household(OTHER_DWELLING)));
    let lives = [
        ("resident", id(RESIDENT).into()),
        ("household", id(NEW_HOME).into()),
        ("relation", "tenant".into()),
        ("stays", "main".into()),
    ];
    pen.write("lives there", |device| device.create(SUPERVISOR, "residence", NEW_LIVES, &lives));
    let about = [
        ("about", format!("household:{}", id(NEW_HOME)).into()),
        ("words", "下午在家".into()),
        ("happened_at", "2026-11-23T01:12:00.000Z".into()),
        ("author_name", "李娜".into()),
    ];
    pen.write("a note on it", |device| device.create(SUPERVISOR, "note", NOTE, &about));
    pen.change("deleted", home, "deleted", true, &stood);
    pen.letters
}

/// Sets, the greatest of dates, what is written once, and who is told apart as a child.
pub fn sets(town: &Town) -> Vec<Letter> {
    let mut pen = Pen::new(town);
    let who = ("resident", RESIDENT);
    let home = ("household", HOUSEHOLD);
    let added = pen.change("other name", who, "other_names:阿芳", true, &[]);
    pen.change("other name too", who, "other_names:阿芳", true, &[]);
    let taken = pen.change("other name taken away", who, "other_names:阿芳", false, &[added]);
    pen.change("other name again", who, "other_names:阿芳", true, &[taken]);
    pen.change("visited in May", home, "last_visited", "2026-05-02", &[]);
    pen.change("visited in June", home, "last_visited", "2026-06-02", &[]);
    pen.change("is a child", who, "minor", true, &[]);
    pen.change("lives with others", ("residence", RESIDENCE), "household", id(NEW_HOME), &[]);
    pen.letters
}

/// An issue and what is done about it, by several at once. Here the order of arrival decides, and stays decided.
pub fn steps(town: &Town) -> Vec<Letter> {
    let category = vec![
        ("code", "stair_light".into()),
        ("group", "issue".into()),
        ("name", "楼道灯".into()),
        ("name_en", "stair light".into()),
        ("accept_hours", 4.into()),
        ("sign_hours", 4.into()),
        ("handle_hours", 20.into()),
        ("private", false.into()),
        ("sort", 1.into()),
    ];
    town.write(vec![("category", CATEGORY, category)]);
    let mut pen = Pen::new(town);
    let report = [
        ("number", "261123-12-1".into()),
        ("words", "三层灯不亮".into()),
        ("source", "seen".into()),
        ("author_name", "王伟".into()),
        ("happened_at", "2026-11-23T01:12:00.000Z".into()),
        ("category", id(CATEGORY).into()),
        ("place", "1单元".into()),
        ("grid", GRID.into()),
        ("building", id(BUILDING).into()),
        ("urgency", "normal".into()),
        ("private", false.into()),
    ];
    pen.write("reported", |device| device.create(SUPERVISOR, "issue", ISSUE, &report));
    let mut step = |name: &'static str, n: u8, more: &[(&str, Value)]| {
        let mut fields = vec![
            ("issue", id(ISSUE).into()),
            ("step", name.into()),
            ("happened_at", "2026-11-23T02:12:00.000Z".into()),
            ("author_name", "某人".into()),
        ];
        fields.extend(more.iter().cloned());
        pen.write(name, |device| device.create(SUPERVISOR, "issue_step", n, &fields));
    };
    step("accept", 80, &[]);
    step("return", 81, &[("words", "请补充照片".into())]);
    step("dispatch", 82, &[("to", vec![id(UNIT)].into())]);
    step("open", 83, &[]);
    step("close", 84, &[("words", "已修好".into())]);
    let place = town_base(&pen.letters, "reported");
    pen.change("place", ("issue", ISSUE), "place", "2单元", &[place]);
    pen.change("deleted", ("issue", ISSUE), "deleted", true, &[place]);
    pen.letters
}

fn town_base(letters: &[Letter], name: &str) -> Stamp {
    letters.iter().find(|letter| letter.name == name).unwrap().edit.stamp
}
