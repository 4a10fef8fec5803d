//! The data of the sync workload: 32-bit arithmetic only, so that every language makes the same bytes from the same name.
//!
//! A scope's name seeds its generator, so `g0001` and `g0002` are two grids of one shape. The bytes are pinned by a test:
//! if they change, figures taken before can no longer be compared.

use serde_json::{Map, Value, json};

/// How many of each there are in a scope.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub name: &'static str,
    pub residents: usize,
    pub buildings: usize,
    pub issues: usize,
}

impl Size {
    pub const GRID: Self = Self { name: "grid", residents: 770, buildings: 40, issues: 120 };
    pub const COMMUNITY: Self = Self { name: "community", residents: 6_800, buildings: 360, issues: 1_060 };
    pub const STREET: Self = Self { name: "street", residents: 50_000, buildings: 2_600, issues: 7_800 };
    /// For the smoke run of `make test`: enough to see that every step still does what it says.
    pub const TINY: Self = Self { name: "tiny", residents: 40, buildings: 4, issues: 6 };

    pub fn records(self) -> usize {
        self.residents + self.buildings + self.issues
    }
}

pub type Record = Map<String, Value>;

/// A change of one field of one resident.
#[derive(Clone, Debug)]
pub struct FieldEdit {
    pub id: String,
    pub field: &'static str,
    pub value: String,
}

const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严赖覃洪武莫孔";
const GIVEN: &str = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建国志文斌辉鹏飞宇浩然子涵梓萱欣怡雨泽俊博思远佳琪晨曦海燕春梅振东晓峰凤琴立新家豪";
const ROADS: [&str; 16] = [
    "人民路",
    "解放大道",
    "建设东路",
    "中山北路",
    "新华街",
    "和平里",
    "朝阳巷",
    "学府路",
    "滨河路",
    "文昌街",
    "永安里",
    "幸福路",
    "长江路",
    "工农街",
    "迎宾大道",
    "凤凰山路",
];
const COMPOUNDS: [&str; 14] = [
    "阳光花园",
    "翠湖小区",
    "金色家园",
    "锦绣苑",
    "和谐家园",
    "龙湖新村",
    "机械厂家属院",
    "东方明珠",
    "桂花园",
    "望江苑",
    "城北安置小区",
    "滨江一号",
    "梧桐里",
    "铁路新村",
];
const CONTACT: [&str; 7] = ["电话", "短信", "上门", "微信", "门铃", "社区转", "子女代为转达"];
const HOURS: [&str; 8] = ["白天", "晚上", "周末", "工作日晚", "全天", "上午", "节假日里", "提前预约"];
const SPEECH: [&str; 12] =
    ["皖语", "皖语", "皖语", "皖语", "皖语", "皖语", "皖语", "吴语", "粤语", "湘语", "手语", "普通话"];
const ROLES: [&str; 8] = ["户主", "配偶", "子女", "父母", "孙子女", "其他亲属", "承租人", "合租人"];
const TENURE: [&str; 5] = ["自有住房", "长期租住", "短期租住", "借住", "公租房"];
const SERVICES: [&str; 10] =
    ["上门送餐", "陪诊员", "助浴员", "上门理发", "课后托管", "法律咨询", "家电维修", "代购药", "陪聊天", "家政保洁"];
const CATEGORIES: [&str; 8] =
    ["公共设施", "环境卫生", "矛盾纠纷", "消防安全", "违章搭建", "治安隐患", "民生诉求", "噪音扰民"];
const STATES: [&str; 4] = ["待处理", "处理中", "已上报", "待回访"];
const SENTENCES: [&str; 16] = [
    "楼道堆放杂物较多",
    "已现场告知当事人限期清理",
    "居民反映夜间有施工噪音",
    "电梯运行异响需物业检修",
    "消防通道被私家车占用",
    "已联系物业公司到场处理",
    "老人独居需每周电话问候",
    "子女在外地联系方式已登记",
    "水管渗漏影响楼下住户",
    "路灯损坏多日未修复",
    "租住人员近期有变动",
    "已协助办理居住证明",
    "建议社区牵头召开协调会",
    "充电桩线路私拉乱接存在隐患",
    "垃圾分类桶满溢未及时清运",
    "上门走访情况正常无异常",
];
const PREFIXES: [&str; 10] = ["38", "39", "50", "51", "58", "59", "77", "86", "88", "99"];
const TRADES: [&str; 5] = ["商贸", "机械", "餐饮", "物流", "科技"];
const PROVINCES: [&str; 5] = ["湖北省", "湖南省", "河南省", "四川省", "安徽省"];
const TOWNS: [&str; 4] = ["临江市", "安平市", "云山市", "清河县"];
/// The fields that edits change, in turn.
const EDITED: [&str; 5] = ["phone", "note", "home_hours", "room_no", "last_visit_at"];

/// The second seed, beside the scope's name.
const SEED: u32 = 20_260;

/// Chance: mulberry32, seeded with the FNV-1a hash of a name.
struct Chance(u32);

impl Chance {
    fn named(name: &str, seed: u32) -> Self {
        let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        Self(hash ^ seed)
    }

    fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_add(0x6d2b_79f5);
        let state = self.0;
        let mixed = (state ^ (state >> 15)).wrapping_mul(1 | state);
        let mixed = mixed.wrapping_add((mixed ^ (mixed >> 7)).wrapping_mul(61 | mixed)) ^ mixed;
        mixed ^ (mixed >> 14)
    }

    fn below(&mut self, limit: usize) -> usize {
        self.next() as usize % limit
    }
    fn pick(&mut self, from: &[&'static str]) -> &'static str {
        from[self.below(from.len())]
    }
    fn character(&mut self, from: &str) -> char {
        let count = from.chars().count();
        from.chars().nth(self.below(count)).unwrap_or_default()
    }
    fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
    fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| self.below(10).to_string()).collect()
    }
    fn hex(&mut self, count: usize) -> String {
        let mut text = String::new();
        while text.len() < count {
            text += &format!("{:08x}", self.next());
        }
        text[..count].to_owned()
    }
    fn date(&mut self, first: usize, last: usize) -> String {
        let year = first + self.below(last - first + 1);
        let (month, day) = (1 + self.below(12), 1 + self.below(28));
        format!("{year}-{month:02}-{day:02}")
    }
    fn moment(&mut self) -> String {
        let (month, day) = (1 + self.below(9), 1 + self.below(28));
        let (hour, minute, second) = (self.below(24), self.below(60), self.below(60));
        format!("2026-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
    fn person(&mut self) -> String {
        let mut name = String::from(self.character(SURNAMES));
        name.push(self.character(GIVEN));
        if self.percent(75) {
            name.push(self.character(GIVEN));
        }
        name
    }
    fn mobile(&mut self) -> String {
        format!("1{}{}", self.pick(&PREFIXES), self.digits(8))
    }
    fn prose(&mut self, sentences: usize) -> String {
        let all: Vec<&str> = (0..sentences).map(|_| self.pick(&SENTENCES)).collect();
        format!("{}。", all.join("，"))
    }
    /// Degrees with up to six digits behind the point, as JSON writes them.
    fn degrees(&mut self, whole: usize) -> Value {
        let millionths = self.below(1_000_000);
        json!(whole as f64 + millionths as f64 / 1e6)
    }
}

/// The records of a scope: buildings, then residents, then issues. `each` is given them one by one.
pub fn records(scope: &str, size: Size, mut each: impl FnMut(Record)) {
    let mut chance = Chance::named(scope, SEED);
    let mut buildings: Vec<Record> = Vec::with_capacity(size.buildings);
    for _ in 0..size.buildings {
        let record = building(&mut chance, scope);
        buildings.push(record.clone());
        each(record);
    }
    let mut residents = Vec::with_capacity(size.residents);
    for _ in 0..size.residents {
        let building = &buildings[chance.below(buildings.len())];
        let record = resident(&mut chance, scope, building);
        residents.push(record["id"].clone());
        each(record);
    }
    for _ in 0..size.issues {
        let building = &buildings[chance.below(buildings.len())];
        each(issue(&mut chance, scope, building, &residents));
    }
}

/// A record's fields in the order in which they are drawn, which is also the order of its JSON.
fn record<const N: usize>(fields: [(&str, Value); N]) -> Record {
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn number(record: &Record, field: &str) -> usize {
    record[field].as_u64().unwrap_or(1) as usize
}

fn building(chance: &mut Chance, scope: &str) -> Record {
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

fn resident(chance: &mut Chance, scope: &str, building: &Record) -> Record {
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

fn issue(chance: &mut Chance, scope: &str, building: &Record, residents: &[Value]) -> Record {
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

/// So many changes of different (resident, field) pairs of a scope.
pub fn edits(scope: &str, size: Size, count: usize, tag: &str) -> Vec<FieldEdit> {
    let mut ids = Vec::new();
    records(scope, size, |record| {
        if record["type"] == "resident" {
            ids.push(record["id"].as_str().unwrap_or_default().to_owned());
        }
    });
    let mut chance = Chance::named(&format!("{scope}:{tag}"), 0);
    let edit = |at: usize| {
        let field = EDITED[(at + at / ids.len()) % EDITED.len()];
        let value = match field {
            "phone" => chance.mobile(),
            "note" => format!("{}{tag}{at}", chance.prose(1)),
            "home_hours" => format!("{}{tag}{at}", chance.pick(&HOURS)),
            "room_no" => {
                let floor = 1 + chance.below(30);
                format!("{floor}{:02}-{tag}{at}", 1 + chance.below(4))
            }
            _ => format!("{}{tag}{at}", chance.moment()),
        };
        FieldEdit { id: ids[at % ids.len()].clone(), field, value }
    };
    (0..count).map(edit).collect()
}

/// A scope as JSON lines, with the fields in their order: the bytes that the figures of others were taken with.
#[cfg(test)]
pub fn jsonl(scope: &str, size: Size, mut line: impl FnMut(&str)) {
    records(scope, size, |record| {
        let order: &[&str] = match record["type"].as_str() {
            Some("building") => &BUILDING,
            Some("resident") => &RESIDENT,
            _ => &ISSUE,
        };
        let fields: Vec<String> = order.iter().map(|name| format!("\"{name}\":{}", plain(&record[*name]))).collect();
        line(&format!("{{{}}}\n", fields.join(",")));
    });
}

/// As JavaScript writes it: 30, not 30.0.
#[cfg(test)]
fn plain(value: &Value) -> String {
    let text = value.to_string();
    if value.is_f64() { text.strip_suffix(".0").map(str::to_owned).unwrap_or(text) } else { text }
}

pub const BUILDING: [&str; 20] = [
    "type",
    "id",
    "grid_id",
    "name",
    "address",
    "road",
    "floors",
    "unit_count",
    "built_year",
    "lead_name",
    "lead_phone",
    "elevator",
    "property_company",
    "fire_check_on",
    "lat",
    "lng",
    "household_count",
    "note",
    "updated_by",
    "updated_at",
];
pub const RESIDENT: [&str; 26] = [
    "type",
    "id",
    "grid_id",
    "building_id",
    "unit_no",
    "room_no",
    "name",
    "gender",
    "birth_date",
    "id_no",
    "phone",
    "speaks",
    "contact_by",
    "home_hours",
    "service_firm",
    "household_role",
    "tenure",
    "mail_address",
    "address",
    "move_in_on",
    "emergency_contact",
    "services_wanted",
    "note",
    "last_visit_at",
    "updated_by",
    "updated_at",
];
pub const ISSUE: [&str; 21] = [
    "type",
    "id",
    "grid_id",
    "building_id",
    "resident_id",
    "title",
    "category",
    "severity",
    "status",
    "description",
    "place",
    "lat",
    "lng",
    "reported_by",
    "reported_at",
    "due_on",
    "assignee",
    "photo_count",
    "last_step",
    "updated_by",
    "updated_at",
];

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};

    /// A change of these bytes makes every figure taken before incomparable.
    #[test]
    fn the_bytes_are_those_that_figures_of_others_were_taken_with() {
        let pinned = [
            ("g0001", Size::GRID, "929a86fa4977dad4", 686_668),
            ("c0001", Size::COMMUNITY, "b223eebaa8a8d27d", 6_074_328),
            ("s0001", Size::STREET, "0abc3fecdacc2bc7", 44_659_830),
        ];
        for (scope, size, prefix, bytes) in pinned {
            let (mut digest, mut count) = (Sha256::new(), 0);
            jsonl(scope, size, |line| {
                digest.update(line);
                count += line.len();
            });
            let hex: String = digest.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
            assert_eq!((hex.as_str(), count), (prefix, bytes), "{}", size.name);
        }
    }

    #[test]
    fn edits_change_different_fields() {
        let edits = edits("g0001", Size::GRID, 1_000, "e");
        let pairs: std::collections::BTreeSet<_> = edits.iter().map(|edit| (&edit.id, edit.field)).collect();
        assert_eq!(pairs.len(), 1_000);
    }
}
