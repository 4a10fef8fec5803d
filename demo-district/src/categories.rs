//! The first categories: what may be reported or asked for, who answers for it, and how soon.

use crate::draft::{Draft, fields};
use sync_protocol::Value;

/// Code, name, English name, the unit that usually handles it, and its limit in workdays.
type Row = (&'static str, &'static str, &'static str, &'static str, i32);

const ISSUES: [Row; 17] = [
    ("stair_light", "楼道照明", "Stair light", "property_firm", 2),
    ("lift", "电梯", "Lift", "property_firm", 1),
    ("leak_drain", "漏水与下水", "Leak or drain", "property_firm", 3),
    ("fire_passage", "消防通道", "Fire passage", "property_firm", 1),
    ("wires", "飞线与充电", "Wires and charging", "property_firm", 3),
    ("fence_door", "门禁围墙", "Fence and door", "property_firm", 5),
    ("rubbish", "垃圾清运", "Rubbish", "property_firm", 1),
    ("snow", "积雪结冰", "Snow and ice", "centre", 1),
    ("green", "绿化养护", "Green", "property_firm", 3),
    ("parking", "停车", "Parking", "centre", 3),
    ("noise", "噪声扰民", "Noise", "centre", 2),
    ("building", "违章搭建", "Unlicensed building", "centre", 7),
    ("street_trade", "占道经营", "Street trade", "centre", 2),
    ("road", "路面破损", "Road", "department", 10),
    ("lamp", "路灯", "Street lamp", "department", 3),
    ("manhole", "井盖", "Manhole", "department", 3),
    ("other", "其他问题", "Other", "centre", 5),
];

const MEDIATION: [Row; 3] = [
    ("neighbours", "邻里纠纷", "Neighbours", "office", 10),
    ("owners_firm", "业主与物业", "Owners and firm", "office", 10),
    ("family", "家庭（本人要求）", "Family, on request", "office", 10),
];

const NEEDS: [Row; 6] = [
    ("certificate", "办证代办", "Certificate", "office", 3),
    ("repairs", "上门维修", "Repairs", "property_firm", 3),
    ("after_school", "课后托管", "After school", "service_centre", 10),
    ("errands", "跑腿代买", "Errands", "service_centre", 1),
    ("legal_advice", "法律咨询", "Legal advice", "office", 5),
    ("moving", "搬运", "Moving", "service_centre", 5),
];

const CARE: [Row; 4] = [
    ("meals", "助餐", "Meals", "service_centre", 3),
    ("escort", "陪诊", "Escort to hospital", "service_centre", 3),
    ("bath_hair", "助浴理发", "Bath and hair", "service_centre", 5),
    ("company", "陪伴聊天", "Company", "service_centre", 5),
];

/// Hours to accept, and hours to sign.
const ACCEPT_HOURS: i32 = 4;
const SIGN_HOURS: i32 = 4;

pub(crate) fn add(draft: &mut Draft<'_>) {
    let groups: [(&str, &[Row]); 4] =
        [("issue", &ISSUES), ("mediation", &MEDIATION), ("need", &NEEDS), ("care", &CARE)];
    let mut sort = 0;
    for (group, rows) in groups {
        for (code, name, name_en, unit_type, workdays) in rows {
            sort += 10;
            // `standard` stays empty: the class of GB/T 30428.2 comes from the district's own list, not from a guess.
            let category = [
                ("code", Value::from(*code)),
                ("group", group.into()),
                ("name", (*name).into()),
                ("name_en", (*name_en).into()),
                ("unit_type", (*unit_type).into()),
                ("accept_hours", ACCEPT_HOURS.into()),
                ("sign_hours", SIGN_HOURS.into()),
                ("handle_hours", work_hours(*workdays).into()),
                ("private", matches!(group, "mediation" | "care").into()),
                ("sort", sort.into()),
            ];
            draft.add("category", fields(category));
        }
    }
}

/// Whole work hours in so many workdays of six and a half, so that a limit of one day ends no earlier than the day.
fn work_hours(workdays: i32) -> i32 {
    (workdays * 13 + 1) / 2
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_workday_has_six_and_a_half_hours() {
        assert_eq!([1, 2, 3, 10].map(super::work_hours), [7, 13, 20, 65]);
    }
}
