//! Past visits: of the last weeks in a demonstration, of a year in a whole district.

use crate::calendar::is_workday;
use crate::draft::{Draft, fields, midnight_ms};
use crate::people::Way;
use crate::prng::Prng;
use std::collections::BTreeMap;
use sync_protocol::{RecordId, Value, day};

/// How far back visits go, and how often a door was knocked at in that time: percent of doors, and weights of counts.
pub(crate) struct Period {
    days: u32,
    doors: u32,
    counts: &'static [(u32, u32)],
}

/// A third of the doors in the last weeks.
pub(crate) const WEEKS: Period = Period { days: 60, doors: 34, counts: &[(60, 1), (28, 2), (12, 3)] };
/// Nearly every door, twice a year on average.
pub(crate) const YEAR: Period = Period { days: 365, doors: 92, counts: &[(30, 1), (40, 2), (30, 3)] };
const MINUTE_MS: u64 = 60_000;

const SAID_ANY: [&str; 14] = [
    "家里一切都好，没有新的情况。",
    "电话没变，地址没变，已核对。",
    "楼道灯不亮，已记下，回去上报物业。",
    "说单元门禁不好使，关不严。",
    "问电动车充电桩什么时候装，已说明正在报名。",
    "反映楼下垃圾清运不及时，夏天味道大。",
    "想了解加装电梯的流程，已告知先由本单元业主商议。",
    "楼上漏水到卫生间，已联系物业上门看。",
    "反映晚上楼下停车堵路。",
    "问老旧小区改造什么时候轮到本楼，已记下待回复。",
    "已告知燃气安检时间，家里留人。",
    "送了防诈骗宣传页，说收到过陌生电话，没有上当。",
    "水管总阀有点渗水，约物业周内来修。",
    "对门装修声音大，已提醒中午不要施工。",
];
const SAID_ELDER: [&str; 10] = [
    "老人说楼道灯不亮，已记下。",
    "老人精神很好，儿女周末回来。",
    "老人不会用手机认证，帮着操作完成。",
    "想办老年证，已说明带身份证和照片到社区。",
    "说买菜提东西上楼吃力，想问有没有人帮忙代买。",
    "问社区食堂几点开饭，已告知。",
    "厨房灯坏了，帮忙换了灯泡。",
    "老人想学视频通话，教了一遍，下次再看看。",
    "聊了一会儿家常，老人很高兴。",
    "提醒天冷用电取暖注意安全，插座没有问题。",
];
const SAID_CHILDREN: [&str; 6] = [
    "孩子上学接送由奶奶负责，家里没有困难。",
    "问假期托管班报名，已记下，有消息再告知。",
    "问学区划分，已告知以教育局公布为准。",
    "希望小区滑梯旁边加个灯，已记下。",
    "晚上七点以后家里才有人，下次晚些来。",
    "孩子的疫苗本在办，已告知社区医院时间。",
];
const SAID_TENANT: [&str; 6] = [
    "租住，合同到明年夏天，登记了联系电话。",
    "刚搬来不久，已登记，介绍了垃圾投放点。",
    "问居住证怎么办，已说明材料。",
    "屋里的人白天都上班，晚上在家。",
    "房东不在本地，热水器坏了，已帮忙联系房东。",
    "下月可能搬走，走之前会说一声。",
];
const SAID_APPOINTMENT: [&str; 4] = [
    "正要出门，约了改天再来。",
    "家里在吃饭，约好过几天上午来。",
    "电话里说在外地，回来再约。",
    "约了周末家里人都在的时候来。",
];
const SAID_NOBODY: [&str; 3] =
    ["敲门没人应，已留便民联系卡。", "邻居说白天上班，晚上才回来。", "门口有快递，应该还住着。"];
const SAID_VACANT: [&str; 3] = ["空置，水表没有走。", "房主说准备装修，年后入住。", "门上贴着出租电话。"];
const SAID_REFUSED: &str = "说现在不方便，没有开门，下次先打电话。";

/// A visit before it has an id, oldest first in a plan.
pub(crate) struct Planned {
    day: String,
    ms: u64,
    outcome: &'static str,
    said: Option<&'static str>,
    confirmed: bool,
    revisit_on: Option<String>,
}

/// Who went round, and behind which door they stood.
pub(crate) struct Door<'a> {
    pub worker: RecordId,
    pub worker_name: &'a str,
    pub dwelling: RecordId,
    pub household: Option<RecordId>,
    /// Those who may open: at home and old enough.
    pub at_home: &'a [RecordId],
}

/// None, or one to three visits. `way` is how those behind the door live; `None` where nobody does.
pub(crate) fn plan(prng: &mut Prng, today: &str, way: Option<Way>, period: &Period) -> Vec<Planned> {
    if !prng.chance(period.doors) {
        return Vec::new();
    }
    let count = prng.weighted(period.counts);
    // By day, so that there is no second visit on one.
    let mut visits = BTreeMap::new();
    for _ in 0..count {
        let Some((day, ms)) = moment(prng, today, period.days) else { continue };
        let outcome = match way {
            None => "vacant",
            Some(_) => prng.weighted(&[(74, "met"), (15, "nobody"), (7, "appointment"), (4, "refused")]),
        };
        visits.insert(day.clone(), planned(prng, day, ms, outcome, way));
    }
    visits.into_values().collect()
}

fn planned(prng: &mut Prng, day: String, ms: u64, outcome: &'static str, way: Option<Way>) -> Planned {
    let said = match outcome {
        "met" if prng.chance(72) => Some(met_words(prng, way)),
        "appointment" => Some(prng.pick(&SAID_APPOINTMENT)),
        "nobody" if prng.chance(40) => Some(prng.pick(&SAID_NOBODY)),
        "vacant" if prng.chance(50) => Some(prng.pick(&SAID_VACANT)),
        "refused" => Some(SAID_REFUSED),
        _ => None,
    };
    let comes_again = outcome == "appointment" || (outcome == "met" && prng.chance(5));
    let revisit_on = comes_again.then(|| day::add_days(&day, i64::from(prng.between(3, 12))));
    Planned { confirmed: outcome == "met" && prng.chance(45), day, ms, outcome, said, revisit_on }
}

fn met_words(prng: &mut Prng, way: Option<Way>) -> &'static str {
    let own: &[&str] = match way {
        Some(Way::Elders) => &SAID_ELDER,
        Some(Way::WithChildren) => &SAID_CHILDREN,
        Some(Way::Tenants) => &SAID_TENANT,
        _ => &SAID_ANY,
    };
    if prng.chance(60) { prng.pick(own) } else { prng.pick(&SAID_ANY) }
}

/// A moment in working hours on a workday before today.
pub(crate) fn moment(prng: &mut Prng, today: &str, days_back: u32) -> Option<(String, u64)> {
    let mut day = day::add_days(today, -i64::from(prng.between(1, days_back)));
    // The longest holiday has nine days.
    for _ in 0..10 {
        if day::parse_day(&day).is_some_and(is_workday) {
            break;
        }
        day = day::add_days(&day, -1);
    }
    let minute = if prng.chance(55) {
        prng.between(8 * 60 + 35, 11 * 60 + 55)
    } else {
        prng.between(14 * 60 + 35, 17 * 60 + 25)
    };
    let ms = midnight_ms(&day)? + u64::from(minute) * MINUTE_MS + u64::from(prng.below(MINUTE_MS as u32));
    Some((day, ms))
}

/// The newest day on which somebody was met.
pub(crate) fn last_met(visits: &[Planned]) -> Option<&str> {
    visits.iter().rev().find(|visit| visit.outcome == "met").map(|visit| visit.day.as_str())
}

pub(crate) fn add(draft: &mut Draft<'_>, door: &Door<'_>, visits: Vec<Planned>) {
    for visit in visits {
        let met = (visit.outcome == "met" && !door.at_home.is_empty()).then(|| {
            let most = door.at_home.len().min(2) as u32;
            let count = draft.prng.between(1, most) as usize;
            Value::from(door.at_home[..count].to_vec())
        });
        let record = fields([
            ("dwelling", door.dwelling.into()),
            ("household", door.household.into()),
            ("outcome", visit.outcome.into()),
            ("met", met.unwrap_or_default()),
            ("said", visit.said.into()),
            ("confirmed", visit.confirmed.then(|| vec!["phone"]).into()),
            ("revisit_on", visit.revisit_on.into()),
            ("happened_at", day::time_text(visit.ms).into()),
            ("author_name", door.worker_name.into()),
        ]);
        let id = draft.id();
        draft.add_as("visit", id, Some(door.worker), record);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visits_fall_into_working_hours_before_today() {
        let mut prng = Prng::new(3, "visits");
        for _ in 0..2_000 {
            let (day, ms) = moment(&mut prng, "2026-11-23", WEEKS.days).unwrap();
            assert!(day.as_str() < "2026-11-23" && day.as_str() >= "2026-09-14", "{day}");
            assert!(is_workday(day::parse_day(&day).unwrap()), "{day}");
            let minute = (ms - midnight_ms(&day).unwrap()) / MINUTE_MS;
            assert!((510..720).contains(&minute) || (870..1_050).contains(&minute), "{day} minute {minute}");
        }
    }

    #[test]
    fn a_plan_runs_from_the_oldest_visit_to_the_newest() {
        let mut prng = Prng::new(4, "visits");
        let plans: Vec<_> = (0..3_000).map(|_| plan(&mut prng, "2026-11-23", Some(Way::Elders), &WEEKS)).collect();
        let visited = plans.iter().filter(|plan| !plan.is_empty()).count();
        assert!((900..1_150).contains(&visited), "{visited} of 3,000 doors");
        assert!(plans.iter().all(|plan| plan.len() <= 3 && plan.windows(2).all(|two| two[0].ms < two[1].ms)));
    }
}
