//! Who lives behind a door: families of believable ages, tenants, children who are away and grandparents left behind.

use crate::draft::{Draft, fields};
use crate::names::{self, Gender, Name, Surname};
use crate::numbers::Numbers;
use crate::prng::Prng;
use Gender::{Female, Male};
use chrono::Datelike;
use sync_protocol::edit::element_field;
use sync_protocol::{RecordId, Value, day};

/// Under this age a record is guarded.
const OF_AGE_FOR_THE_REGISTER: u32 = 14;

/// How those behind a door live, as far as somebody at the door speaks with them differently.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Way {
    Elders,
    WithChildren,
    Tenants,
    Others,
}

#[derive(Clone, Copy)]
enum Family {
    Elder,
    ElderCouple,
    /// The middle generation works elsewhere.
    LeftBehind,
    Parents,
    Couple,
    ThreeGenerations,
    Alone,
    OneParent,
    Renting,
    Sharing,
    /// Names with a middle dot.
    Dotted,
}

const OWNERS: [(u32, Family); 8] = [
    (11, Family::Elder),
    (17, Family::ElderCouple),
    (4, Family::LeftBehind),
    (29, Family::Parents),
    (16, Family::Couple),
    (8, Family::ThreeGenerations),
    (11, Family::Alone),
    (4, Family::OneParent),
];
const TENANTS: [(u32, Family); 4] =
    [(44, Family::Renting), (34, Family::Sharing), (20, Family::Alone), (2, Family::Dotted)];

const HOME_HOURS: [&str; 5] = ["晚上七点以后", "白天在家", "周末", "中午十二点到两点", "上午"];

struct Member {
    surname: Surname,
    /// Where the family decides the whole name.
    name: Option<Name>,
    gender: Gender,
    age: u32,
    relation: &'static str,
    stays: &'static str,
}

/// Who settles behind one door.
pub(crate) struct Planned {
    pub way: Way,
    tenure: &'static str,
    members: Vec<Member>,
}

/// A household with an id.
pub(crate) struct Home {
    pub id: RecordId,
    /// Those who may open the door.
    pub at_home: Vec<RecordId>,
}

/// What later pages of the register need: who could be whose grown-up child.
#[derive(Default)]
pub(crate) struct Kin {
    elders: Vec<(RecordId, Surname, u32)>,
    grown: Vec<(RecordId, Surname, u32)>,
}

pub(crate) fn plan(prng: &mut Prng, let_out: bool) -> Planned {
    let family = if let_out { prng.weighted(&TENANTS) } else { prng.weighted(&OWNERS) };
    let way = match family {
        _ if let_out => Way::Tenants,
        Family::Elder | Family::ElderCouple => Way::Elders,
        Family::LeftBehind | Family::Parents | Family::ThreeGenerations | Family::OneParent => Way::WithChildren,
        _ => Way::Others,
    };
    let tenure = match family {
        Family::Sharing => "short_let",
        _ if let_out => "long_let",
        _ => prng.weighted(&[(93, "owned"), (4, "borrowed"), (3, "public")]),
    };
    Planned { way, tenure, members: Composer { prng, members: Vec::new() }.family(family) }
}

/// Puts a family together. A child bears its father's surname, and generations lie 24 to 32 years apart.
struct Composer<'p> {
    prng: &'p mut Prng,
    members: Vec<Member>,
}

impl Composer<'_> {
    fn add(&mut self, surname: Surname, gender: Gender, age: u32, relation: &'static str) {
        self.members.push(Member { surname, name: None, gender, age, relation, stays: "main" });
    }

    fn stays(&mut self, stays: &'static str) {
        if let Some(last) = self.members.last_mut() {
            last.stays = stays;
        }
    }

    fn surname(&mut self) -> Surname {
        names::surname(self.prng)
    }

    fn gender(&mut self) -> Gender {
        if self.prng.chance(51) { Male } else { Female }
    }

    fn generation(&mut self) -> u32 {
        self.prng.between(24, 32)
    }

    /// Husband and wife; one time in four she is named as head.
    fn couple(&mut self, surname: Surname, age: u32) {
        let (hers, her_age) = (self.surname(), age.saturating_sub(self.prng.below(5)).max(20));
        if self.prng.chance(25) {
            self.add(hers, Female, her_age, "head");
            self.add(surname, Male, age, "spouse");
        } else {
            self.add(surname, Male, age, "head");
            self.add(hers, Female, her_age, "spouse");
        }
    }

    /// The ages of one or two children of which the oldest is at most so old.
    fn children(&mut self, surname: Surname, oldest: u32, relation: &'static str) {
        let gender = self.gender();
        self.add(surname, gender, oldest, relation);
        if oldest >= 2 && self.prng.chance(30) {
            let gender = self.gender();
            let younger = oldest - self.prng.between(2.min(oldest), 6.min(oldest));
            self.add(surname, gender, younger, relation);
        }
    }

    fn family(mut self, family: Family) -> Vec<Member> {
        let surname = self.surname();
        match family {
            Family::Elder => self.elder(surname),
            Family::ElderCouple => {
                let age = self.prng.between(62, 88);
                self.couple(surname, age);
                // Winters in the south, or with a child.
                if self.prng.chance(6) {
                    self.members.iter_mut().for_each(|member| member.stays = "seasonal");
                }
            }
            Family::LeftBehind => self.left_behind(surname),
            Family::Parents | Family::Renting => {
                let oldest = self.prng.below(if matches!(family, Family::Parents) { 19 } else { 12 });
                let age = oldest + self.generation();
                self.couple(surname, age);
                self.children(surname, oldest, "child");
            }
            Family::Couple => self.couple_alone(surname),
            Family::ThreeGenerations => self.three_generations(surname),
            Family::Alone => {
                let (gender, age) = (self.gender(), self.prng.between(22, 61));
                self.add(surname, gender, age, "head");
            }
            Family::OneParent => {
                let child = self.prng.between(2, 22);
                let age = child + self.generation();
                let gender = if self.prng.chance(75) { Female } else { Male };
                self.add(surname, gender, age, "head");
                let childs = if gender == Female && self.prng.chance(60) { self.surname() } else { surname };
                let childs_gender = self.gender();
                self.add(childs, childs_gender, child, "child");
            }
            Family::Sharing => {
                for at in 0..self.prng.between(2, 4) {
                    let (surname, gender, age) = (self.surname(), self.gender(), self.prng.between(19, 36));
                    self.add(surname, gender, age, if at == 0 { "tenant" } else { "co_tenant" });
                }
            }
            Family::Dotted => {
                let child = self.prng.between(3, 12);
                let age = child + self.generation();
                self.couple(surname, age);
                let gender = Female;
                self.add(surname, gender, child, "child");
                let [father, mother, daughter] = names::dotted_family(self.prng);
                for member in &mut self.members {
                    let name = match (member.relation, member.gender) {
                        ("child", _) => &daughter,
                        (_, Male) => &father,
                        (_, Female) => &mother,
                    };
                    member.name = Some(name.clone());
                }
            }
        }
        self.members
    }

    fn elder(&mut self, surname: Surname) {
        let gender = if self.prng.chance(66) { Female } else { Male };
        let age = self.prng.between(63, 92);
        self.add(surname, gender, age, "head");
        if age > 78 && self.prng.chance(14) {
            let (surname, age) = (self.surname(), self.prng.between(45, 60));
            self.add(surname, Female, age, "helper");
        }
    }

    fn left_behind(&mut self, surname: Surname) {
        let grandchild = self.prng.between(2, 13);
        let son = grandchild + self.prng.between(24, 28);
        let age = son + self.prng.between(24, 28);
        self.couple(surname, age);
        self.add(surname, Male, son, "child");
        self.stays("away");
        if self.prng.chance(70) {
            let (wifes, age) = (self.surname(), son.saturating_sub(self.prng.below(4)));
            self.add(wifes, Female, age, "relative");
            self.stays("away");
        }
        self.children(surname, grandchild, "grandchild");
    }

    fn couple_alone(&mut self, surname: Surname) {
        let age = if self.prng.chance(70) { self.prng.between(44, 63) } else { self.prng.between(26, 40) };
        self.couple(surname, age);
        let child = age.saturating_sub(self.generation());
        if child >= 18 && self.prng.chance(60) {
            let gender = self.gender();
            self.add(surname, gender, child, "child");
            // At a university, or at work on the coast.
            if self.prng.chance(65) {
                self.stays("away");
            }
        }
    }

    fn three_generations(&mut self, surname: Surname) {
        let child = self.prng.between(1, 16);
        let age = child + self.prng.between(24, 30);
        self.couple(surname, age);
        self.children(surname, child, "child");
        let grandparent = age + self.prng.between(23, 29);
        let both = self.prng.chance(45);
        if both || self.prng.chance(35) {
            self.add(surname, Male, grandparent, "parent");
        }
        if both || self.members.iter().all(|member| member.relation != "parent") {
            let (hers, her_age) = (self.surname(), grandparent.saturating_sub(self.prng.below(4)));
            self.add(hers, Female, her_age, "parent");
        }
    }
}

/// Adds the household and all who live in it.
pub(crate) fn settle(
    draft: &mut Draft<'_>,
    numbers: &mut Numbers,
    kin: &mut Kin,
    dwelling: RecordId,
    planned: Planned,
    last_visited: Option<&str>,
) -> Home {
    let hours = draft.prng.chance(35).then(|| draft.prng.pick(&HOME_HOURS));
    let contact = draft.prng.weighted(&[(55, Some("phone")), (20, Some("door")), (12, Some("message")), (13, None)]);
    let rhythm = match planned.way {
        Way::Elders => {
            draft.prng.weighted(&[(30, Some("month")), (8, Some("week")), (40, Some("quarter")), (22, None)])
        }
        _ => {
            draft.prng.weighted(&[(45, Some("quarter")), (30, Some("half_year")), (5, Some("on_request")), (20, None)])
        }
    };
    let household = fields([
        ("dwelling", dwelling.into()),
        ("tenure", planned.tenure.into()),
        ("home_hours", hours.into()),
        ("contact_by", contact.into()),
        ("rhythm", rhythm.into()),
        ("last_visited", last_visited.into()),
    ]);
    let id = draft.add("household", household);
    let tenants = planned.way == Way::Tenants;
    // Days since they moved in together.
    let moved_in = if tenants { draft.prng.between(20, 1_000) } else { draft.prng.between(200, 9_000) };
    let mut home = Home { id, at_home: Vec::new() };
    for member in planned.members {
        let resident = add_resident(draft, numbers, &member);
        let residence = fields([
            ("resident", resident.id.into()),
            ("household", id.into()),
            ("relation", member.relation.into()),
            ("stays", member.stays.into()),
            ("registered_here", (!tenants && member.relation != "helper" && draft.prng.chance(93)).into()),
            ("since", since(draft.today, moved_in, &resident.born_on).into()),
        ]);
        draft.add("residence", residence);
        if member.stays == "main" && !resident.minor {
            home.at_home.push(resident.id);
        }
        match (member.relation, member.age) {
            ("head", 62..) if member.name.is_none() && member.gender == Male => {
                kin.elders.push((id, member.surname, member.age));
            }
            ("head", 25..=55) if member.name.is_none() => kin.grown.push((resident.id, member.surname, member.age)),
            _ => {}
        }
    }
    home
}

/// Tenants who left: their household has ended, and they with it.
pub(crate) fn settle_former(draft: &mut Draft<'_>, numbers: &mut Numbers, dwelling: RecordId) {
    let left = day::add_days(draft.today, -i64::from(draft.prng.between(70, 170)));
    let household = [("dwelling", dwelling.into()), ("tenure", "short_let".into()), ("ended_on", left.as_str().into())];
    let household = draft.add("household", fields(household));
    let (gender, age) = (if draft.prng.chance(50) { Male } else { Female }, draft.prng.between(21, 40));
    let surname = names::surname(&mut draft.prng);
    let member = Member { surname, name: None, gender, age, relation: "tenant", stays: "main" };
    let resident = add_resident(draft, numbers, &member);
    let residence = [
        ("resident", resident.id.into()),
        ("household", household.into()),
        ("relation", "tenant".into()),
        ("stays", "main".into()),
        ("registered_here", false.into()),
        ("since", day::add_days(&left, -i64::from(draft.prng.between(60, 400))).into()),
        ("until", left.into()),
    ];
    draft.add("residence", fields(residence));
}

/// Grown-up children who live elsewhere in the community and have a bed at their parents' as well: one resident in two
/// households, often in two grids.
pub(crate) fn add_second_homes(draft: &mut Draft<'_>, kin: &Kin) {
    for (parents, surname, parents_age) in &kin.elders {
        let fits =
            |(_, own, age): &&(RecordId, Surname, u32)| own == surname && (23..=33).contains(&(parents_age - age));
        let children: Vec<_> = kin.grown.iter().filter(fits).collect();
        if children.is_empty() || !draft.prng.chance(8) {
            continue;
        }
        let (child, ..) = draft.prng.pick(&children);
        let residence = [
            ("resident", (*child).into()),
            ("household", (*parents).into()),
            ("relation", "child".into()),
            ("stays", "second".into()),
            ("registered_here", false.into()),
        ];
        draft.add("residence", fields(residence));
    }
}

struct Resident {
    id: RecordId,
    born_on: String,
    minor: bool,
}

fn add_resident(draft: &mut Draft<'_>, numbers: &mut Numbers, member: &Member) -> Resident {
    // A day on which they are exactly as old as the family has it, give or take a leap day.
    let days = member.age * 365 + member.age / 4 + draft.prng.between(1, 364);
    let born_on = day::add_days(draft.today, -i64::from(days));
    let age = day::age_on(&born_on, draft.today).unwrap_or(member.age);
    let minor = age < OF_AGE_FOR_THE_REGISTER;
    let year = day::parse_day(&born_on).map_or(1980, |day| day.year());
    let name = match &member.name {
        Some(name) => name.clone(),
        None => names::full(&mut draft.prng, member.surname, member.gender, year),
    };
    let has_phone = match age {
        0..14 => 0,
        14..75 => 92,
        _ => 68,
    };
    let phone = draft.prng.chance(has_phone).then(|| numbers.phone(draft.part));
    let phone_2 = (phone.is_some() && draft.prng.chance(3)).then(|| numbers.phone(draft.part));
    let number = (age >= 18 && draft.prng.chance(60)).then(|| numbers.identity(draft.part, &born_on, member.gender));
    let tail = number.as_deref().and_then(|number| number.get(number.len() - 4..));

    let mut record = fields([
        ("name", name.han.as_str().into()),
        ("reading", name.reading().into()),
        ("gender", member.gender.word().into()),
        ("born_on", born_on.as_str().into()),
        ("phone", phone.into()),
        ("phone_2", phone_2.into()),
        ("number_tail", tail.into()),
        ("minor", minor.then_some(true).map_or(Value::Null, Value::from)),
    ]);
    // A name borne before school, or before marriage papers were made out.
    if age > 50 && member.name.is_none() && draft.prng.chance(2) {
        let before = names::full(&mut draft.prng, member.surname, member.gender, year);
        record.insert(element_field("other_names", &before.han), true.into());
    }
    let id = draft.add("resident", record);
    if let Some(number) = number {
        let identity = fields([("document", "resident_card".into()), ("number", number.into())]);
        draft.add_as("identity", id, None, identity);
    }
    Resident { id, born_on, minor }
}

/// The day they moved in, or were born into the household.
fn since(today: &str, days: u32, born_on: &str) -> String {
    let moved = day::add_days(today, -i64::from(days));
    if moved.as_str() < born_on { born_on.to_owned() } else { moved }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn families(let_out: bool) -> Vec<Planned> {
        let mut prng = Prng::new(5, "people");
        (0..4_000).map(|_| plan(&mut prng, let_out)).collect()
    }

    #[test]
    fn a_child_is_at_least_twenty_years_younger_than_its_parents() {
        for family in families(false) {
            let Some(head) = family.members.iter().find(|member| member.relation == "head") else { continue };
            for child in family.members.iter().filter(|member| member.relation == "child") {
                assert!(head.age >= child.age + 20, "{} and {}", head.age, child.age);
            }
            for parent in family.members.iter().filter(|member| member.relation == "parent") {
                assert!(parent.age >= head.age + 20, "{} and {}", parent.age, head.age);
            }
        }
    }

    #[test]
    fn a_household_has_about_two_and_a_half_people_and_one_head() {
        for let_out in [false, true] {
            let families = families(let_out);
            let people: usize = families.iter().map(|family| family.members.len()).sum();
            assert!((9_500..11_500).contains(&people), "{people} in 4,000 households, let: {let_out}");
            let heads = |family: &Planned| {
                family.members.iter().filter(|member| matches!(member.relation, "head" | "tenant")).count()
            };
            assert!(families.iter().all(|family| heads(family) == 1));
        }
    }

    #[test]
    fn nobody_is_older_than_anybody_gets() {
        let oldest = families(false).iter().flat_map(|family| &family.members).map(|member| member.age).max();
        assert!(oldest.is_some_and(|age| (85..=101).contains(&age)), "{oldest:?}");
    }
}
