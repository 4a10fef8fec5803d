//! Who works here: handling units, accounts and assignments, from the district down to the stairway.
//!
//! Those a demonstration signs in as bear the same names whatever the seed, so that a tour can be followed word by word.

use crate::DemoAccount;
use crate::draft::{Draft, fields};
use crate::names::{self, Gender, Name};
use std::collections::BTreeSet;
use sync_protocol::edit::element_field;
use sync_protocol::{RecordId, Value, day};

/// Everybody with a name of their own: character for character, and as it is signed in with.
const KNOWN: [(&str, &str); 15] = [
    ("王伟", "wang wei"),
    ("李娜", "li na"),
    ("张敏", "zhang min"),
    ("陈杰", "chen jie"),
    ("刘洋", "liu yang"),
    ("黄燕", "huang yan"),
    ("孙磊", "sun lei"),
    ("周婷", "zhou ting"),
    ("吴静", "wu jing"),
    ("郑建国", "zheng jian guo"),
    ("马桂英", "ma gui ying"),
    ("徐丽", "xu li"),
    ("何勇", "he yong"),
    ("冯志强", "feng zhi qiang"),
    ("宋玉梅", "song yu mei"),
];

/// What a person is appointed to.
#[derive(Clone, Copy)]
pub(crate) enum Scope<'a> {
    Division(&'a str),
    Unit(RecordId),
    Building(RecordId),
}

pub(crate) struct Duty<'a> {
    pub role: &'static str,
    pub scope: Scope<'a>,
    pub rights: &'a [&'static str],
    /// Where, in words.
    pub place: String,
}

/// An account and its name.
pub(crate) struct Person {
    pub id: RecordId,
    pub name: String,
}

/// The accounts of one part of the district.
pub(crate) struct Staff {
    taken: BTreeSet<String>,
    phones: u32,
    /// Behind every sign-in name, where not everybody bears a name of the tour.
    suffix: Option<String>,
}

impl Staff {
    pub fn new() -> Self {
        // District and street have known people only, so with these no sign-in name is given twice.
        let taken = KNOWN.iter().map(|(_, pinyin)| pinyin.replace(' ', "")).collect();
        Self { taken, phones: 0, suffix: None }
    }

    /// People of a part beside the demonstration's own: nobody of the tour works there, and sign-in names end in the part.
    pub fn elsewhere(part: u32) -> Self {
        Self { suffix: Some(format!("-{part}")), ..Self::new() }
    }

    pub fn add_unit(
        &mut self,
        draft: &mut Draft<'_>,
        kind: &str,
        name: &str,
        short_name: &str,
        division: &str,
    ) -> RecordId {
        let unit = [
            ("type", kind.into()),
            ("name", name.into()),
            ("short_name", short_name.into()),
            ("division", division.into()),
            ("phone", self.work_phone(draft.part).into()),
        ];
        draft.add("unit", fields(unit))
    }

    /// A phone that is in no household: 10099 and the part, where residents have 100 and the part.
    fn work_phone(&mut self, part: u32) -> String {
        self.phones += 1;
        format!("10099{part:02}{:04}", self.phones * 8_033 % 10_000)
    }

    /// A person whom every demonstration has, by their sign-in name.
    pub fn known(&mut self, draft: &mut Draft<'_>, sign_in: &str, duty: Duty<'_>) -> Person {
        let known = KNOWN.iter().find(|(_, pinyin)| pinyin.replace(' ', "") == sign_in);
        match known.filter(|_| self.suffix.is_none()) {
            Some((han, pinyin)) => {
                let person = self.appoint(draft, &Name::of(han, pinyin), sign_in, &duty);
                account(draft, &person, sign_in, duty);
                person
            }
            None => self.drawn(draft, 1980, duty, true),
        }
    }

    /// A person with a name drawn for their generation.
    pub fn drawn(&mut self, draft: &mut Draft<'_>, born: i32, duty: Duty<'_>, signs_in: bool) -> Person {
        let gender = if draft.prng.chance(62) { Gender::Female } else { Gender::Male };
        let surname = names::surname(&mut draft.prng);
        let name = names::full(&mut draft.prng, surname, gender, born);
        let plain = format!("{}{}", name.sign_in(), self.suffix.as_deref().unwrap_or_default());
        let mut sign_in = plain.clone();
        let mut again = 1;
        while !self.taken.insert(sign_in.clone()) {
            again += 1;
            sign_in = format!("{plain}{again}");
        }
        let person = self.appoint(draft, &name, &sign_in, &duty);
        if signs_in {
            account(draft, &person, &sign_in, duty);
        }
        person
    }

    fn appoint(&mut self, draft: &mut Draft<'_>, name: &Name, sign_in: &str, duty: &Duty<'_>) -> Person {
        let phone = self.work_phone(draft.part);
        let person = fields([
            ("sign_in_name", sign_in.into()),
            ("name", name.han.as_str().into()),
            ("work_phone", phone.into()),
        ]);
        let id = draft.add("person", person);

        let mut assignment = fields([("person", id.into()), ("role", duty.role.into())]);
        let (scope, value): (_, Value) = match duty.scope {
            Scope::Division(code) => ("division", code.into()),
            Scope::Unit(unit) => ("unit", unit.into()),
            Scope::Building(building) => ("building", building.into()),
        };
        assignment.insert(scope.to_owned(), value);
        let from = day::add_days(draft.today, -i64::from(draft.prng.between(90, 1_500)));
        assignment.insert("from".to_owned(), from.into());
        for right in duty.rights {
            assignment.insert(element_field("rights", right), true.into());
        }
        draft.add("assignment", assignment);
        Person { id, name: name.han.clone() }
    }
}

fn account(draft: &mut Draft<'_>, person: &Person, sign_in: &str, duty: Duty<'_>) {
    draft.account(DemoAccount {
        person: person.id,
        sign_in_name: sign_in.to_owned(),
        name: person.name.clone(),
        role: duty.role.to_owned(),
        place: duty.place,
    });
}
