//! One record of each kind, field by field in the order in which they are drawn.

use super::Record;
use super::chance::Chance;
use super::words::{
    CATEGORIES, COMPOUNDS, CONTACT, HOURS, PROVINCES, ROADS, ROLES, SENTENCES, SERVICES, SPEECH, STATES, TENURE, TOWNS,
    TRADES,
};
use serde_json::Value;

/// A record's fields in the order in which they are drawn, which is also the order of its JSON.
fn record<const N: usize>(fields: [(&str, Value); N]) -> Record {
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn number(record: &Record, field: &str) -> usize {
    record[field].as_u64().unwrap_or(1) as usize
}

pub fn building(chance: &mut Chance, scope: &str) -> Record {
    let compound = chance.pick(&COMPOUNDS);
    let number = 1 + chance.below(40);
    let road = chance.pick(&ROADS);
    let road_number = 1 + chance.below(300);
    record([
        ("type", "building".into()),
        ("id", format!("b-{scope}-{}", chance.hex(12)).into()),
        ("grid_id", scope.into()),
        ("name", format!("{compound}{number}栋").into()),
        ("address", format!("临江市城北区{road}{road_number}号{compound}{number}栋").into()),
        ("road", road.into()),
        ("floors", (3 + chance.below(30)).into()),
        ("unit_count", (1 + chance.below(6)).into()),
        ("built_year", (1975 + chance.below(48)).into()),
        ("lead_name", chance.person().into()),
        ("lead_phone", chance.mobile().into()),
        ("elevator", chance.percent(45).into()),
        (
            "property_company",
            match chance.percent(60) {
                true => format!("{}物业服务有限公司", chance.pick(&COMPOUNDS)).into(),
                false => Value::Null,
            },
        ),
        ("fire_check_on", chance.date(2025, 2026).into()),
        ("lat", chance.degrees(30)),
        ("lng", chance.degrees(114)),
        ("household_count", (10 + chance.below(140)).into()),
        ("note", if chance.percent(30) { chance.prose(1) } else { String::new() }.into()),
        ("updated_by", chance.person().into()),
        ("updated_at", chance.moment().into()),
    ])
}

pub fn resident(chance: &mut Chance, scope: &str, building: &Record) -> Record {
    let floor = 1 + chance.below(number(building, "floors"));
    let room = format!("{floor}{:02}", 1 + chance.below(4));
    let born = chance.date(1935, 2024);
    let wanted: Vec<&str> = SERVICES.into_iter().filter(|_| chance.percent(8)).collect();
    let units = number(building, "unit_count");
    let address = building["address"].as_str().unwrap_or_default();
    record([
        ("type", "resident".into()),
        ("id", format!("r-{scope}-{}", chance.hex(12)).into()),
        ("grid_id", scope.into()),
        ("building_id", building["id"].clone()),
        ("unit_no", (1 + chance.below(units)).into()),
        ("room_no", room.as_str().into()),
        ("name", chance.person().into()),
        ("gender", if chance.percent(50) { "男" } else { "女" }.into()),
        ("birth_date", born.as_str().into()),
        ("id_no", format!("4201{}{}{}", chance.digits(2), born.replace('-', ""), chance.digits(4)).into()),
        ("phone", chance.mobile().into()),
        ("speaks", chance.pick(&SPEECH).into()),
        ("contact_by", chance.pick(&CONTACT).into()),
        ("home_hours", chance.pick(&HOURS).into()),
        (
            "service_firm",
            match chance.percent(50) {
                true => {
                    let name: String = chance.pick(&COMPOUNDS).chars().take(2).collect();
                    format!("临江市{name}{}有限公司", chance.pick(&TRADES))
                }
                false => String::new(),
            }
            .into(),
        ),
        ("household_role", chance.pick(&ROLES).into()),
        ("tenure", chance.pick(&TENURE).into()),
        ("mail_address", {
            let (province, town, road) = (chance.pick(&PROVINCES), chance.pick(&TOWNS), chance.pick(&ROADS));
            format!("{province}{town}{road}{}号", 1 + chance.below(500)).into()
        }),
        ("address", format!("{address}{}单元{room}室", 1 + chance.below(units)).into()),
        ("move_in_on", chance.date(1995, 2026).into()),
        ("emergency_contact", {
            let name = chance.person();
            format!("{name} {}", chance.mobile()).into()
        }),
        ("services_wanted", wanted.into()),
        (
            "note",
            match chance.percent(35) {
                true => {
                    let sentences = 1 + chance.below(2);
                    chance.prose(sentences)
                }
                false => String::new(),
            }
            .into(),
        ),
        ("last_visit_at", chance.moment().into()),
        ("updated_by", chance.person().into()),
        ("updated_at", chance.moment().into()),
    ])
}

pub fn issue(chance: &mut Chance, scope: &str, building: &Record, residents: &[Value]) -> Record {
    let address = building["address"].as_str().unwrap_or_default();
    record([
        ("type", "issue".into()),
        ("id", format!("i-{scope}-{}", chance.hex(12)).into()),
        ("grid_id", scope.into()),
        ("building_id", building["id"].clone()),
        ("resident_id", residents[chance.below(residents.len())].clone()),
        ("title", chance.pick(&SENTENCES).into()),
        ("category", chance.pick(&CATEGORIES).into()),
        ("severity", (1 + chance.below(4)).into()),
        ("status", chance.pick(&STATES).into()),
        ("description", {
            let sentences = 3 + chance.below(4);
            chance.prose(sentences).into()
        }),
        ("place", format!("{address}{}单元门口", 1 + chance.below(6)).into()),
        ("lat", chance.degrees(30)),
        ("lng", chance.degrees(114)),
        ("reported_by", chance.person().into()),
        ("reported_at", chance.moment().into()),
        ("due_on", chance.date(2026, 2026).into()),
        ("assignee", chance.person().into()),
        ("photo_count", chance.below(5).into()),
        ("last_step", chance.prose(1).into()),
        ("updated_by", chance.person().into()),
        ("updated_at", chance.moment().into()),
    ])
}
