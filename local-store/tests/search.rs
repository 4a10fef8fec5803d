//! What search finds, and what it must never find.

#![allow(clippy::unwrap_used, reason = "tests")]

use local_store::saving::{NewEdit, save};
use local_store::search::{self, Found, Person};
use local_store::{Key, Options, Result, Store, Tx, View, cursors, device, incoming, register};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use sync_protocol::messages::{ChannelPage, PullAnswer, WireRecord};
use sync_protocol::record::{FieldVersion, Mark};
use sync_protocol::{
    Channel, ChannelFacet, DeviceNumber, EditId, Epoch, Facet, Grant, RecordId, RecordKey, RecordState, Stamp, Value,
};

const GRID: &str = "340603002001003";
const OTHER_GRID: &str = "340603004002001";
const NOW: u64 = 1_795_400_000_000;

fn id(n: u32) -> RecordId {
    RecordId::from_bytes(u128::from(n).to_be_bytes())
}

fn wire(kind: &str, n: u32, revision: u64, fields: &[(&str, Value)]) -> WireRecord {
    let mark = Mark {
        stamp: Stamp { ms: revision, counter: 0, device: DeviceNumber(1) },
        order: None,
        edit: EditId::from_bytes(u128::from(n).to_be_bytes()),
        author: id(9_999),
    };
    let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), vec![FieldVersion(0, value.clone())]));
    WireRecord {
        revision,
        state: RecordState { kind: kind.into(), id: id(n), marks: vec![mark], fields: fields.collect() },
    }
}

fn pull(tx: &Tx<'_>, grid: &str, facet: Facet, records: Vec<WireRecord>, departed: Vec<RecordKey>) -> Result<()> {
    let at = ChannelFacet { channel: Channel::of_code(grid).unwrap(), facet };
    let listed = records.iter().map(|record| record.state.key()).collect();
    let page = PullAnswer {
        epoch: Epoch(id(200).0),
        channels: vec![ChannelPage { at, position: 1, listed, departed, digest: None, erased: Vec::new() }],
        records,
        more: false,
        remaining: 0,
        grants_version: "1".into(),
        now_ms: NOW,
    };
    incoming::apply(tx, &page).map(drop)
}

/// As [`pull`], for a first load.
fn load(tx: &Tx<'_>, grid: &str, position: u64, records: Vec<WireRecord>) -> Result<()> {
    let at = ChannelFacet { channel: Channel::of_code(grid).unwrap(), facet: Facet::Personal };
    let listed = records.iter().map(|record| record.state.key()).collect();
    let page = PullAnswer {
        epoch: Epoch(id(200).0),
        channels: vec![ChannelPage { at, position, listed, departed: vec![], digest: None, erased: vec![] }],
        records,
        more: true,
        remaining: 1,
        grants_version: "1".into(),
        now_ms: NOW,
    };
    incoming::load(tx, &page).map(drop)
}

fn grants(grids: &[&str], facets: &[Facet]) -> Vec<Grant> {
    grids.iter().map(|grid| Grant::new(Channel::of_code(grid).unwrap(), facets)).collect()
}

/// A building with one door in each of two entrances; records `n` to `n + 4`.
fn building(grid: &str, n: u32, name: &str, number: &str, aliases: &[&str]) -> Vec<WireRecord> {
    let mut fields = vec![
        ("grid", grid.into()),
        ("name", name.into()),
        ("number", number.into()),
        ("entrances", 2.into()),
        ("floors_up", 6.into()),
        ("floors_down", 0.into()),
        ("walk_order", 1.into()),
    ];
    if grid == GRID {
        fields.push(("compound", id(1).into()));
    }
    let aliases: Vec<String> = aliases.iter().map(|alias| format!("aliases:{alias}")).collect();
    fields.extend(aliases.iter().map(|alias| (alias.as_str(), true.into())));
    let dwelling = |at: u32, entrance: &str, door: &str| {
        let fields = [
            ("building", id(n).into()),
            ("entrance", entrance.into()),
            ("floor", 5.into()),
            ("door", door.into()),
            ("use", "let".into()),
        ];
        wire("dwelling", at, 1, &fields)
    };
    vec![wire("building", n, 1, &fields), dwelling(n + 1, "1", "501"), dwelling(n + 2, "2", "501")]
}

/// Somebody in the household; records `n` and `n + 1`.
fn person(household: u32, n: u32, fields: &[(&str, Value)]) -> Vec<WireRecord> {
    let residence = [
        ("resident", id(n).into()),
        ("household", id(household).into()),
        ("relation", "head".into()),
        ("stays", "main".into()),
    ];
    vec![wire("resident", n, 1, fields), wire("residence", n + 1, 1, &residence)]
}

fn named(household: u32, n: u32, name: &str) -> Vec<WireRecord> {
    person(household, n, &[("name", name.into())])
}

const PLAIN: &[&str] = &[
    "王小明",
    "王丽",
    "王丽华",
    "王亮",
    "曾志伟",
    "单雄信",
    "仇英",
    "解晓东",
    "区小红",
    "查文斌",
    "朴正",
    "盖叫天",
    "任长霞",
    "华罗庚",
    "尉迟恭",
    "万俟卨",
    "令狐冲",
    "欧阳修",
    "长孙无忌",
    "单于夫罗",
    "阿依古丽·买买提",
    "迪丽努尔•吐尔逊",
    "王䶮",
    "刘㛃",
    "李喆",
    "张堃",
    "吕雉",
    "乐重阳",
    "John Smith",
];

fn open_empty(path: &Path) -> Store {
    let store = Store::open(path, Some(&Key::new([7; 32])), Options::linli()).unwrap();
    let facets = [Facet::Open, Facet::Personal, Facet::Guarded];
    store
        .write(|tx| -> Result<()> {
            device::enrolled_as(tx, DeviceNumber(12))?;
            cursors::follow(tx, &grants(&[GRID, OTHER_GRID], &facets)).map(drop)
        })
        .unwrap();
    store
}

fn open(path: &Path) -> Store {
    let store = open_empty(path);
    store
        .write(|tx| -> Result<()> {
            let compound =
                [("name", "和平里".into()), ("community", "340603002001".into()), ("aliases:纺织宿舍", true.into())];
            pull(tx, GRID, Facet::Open, vec![wire("compound", 1, 1, &compound)], vec![])?;
            pull(tx, GRID, Facet::Open, building(GRID, 10, "和平里3号楼", "3", &["红楼"]), vec![])?;
            pull(tx, GRID, Facet::Open, building(GRID, 20, "和平里13号楼", "13", &[]), vec![])?;
            pull(tx, OTHER_GRID, Facet::Open, building(OTHER_GRID, 30, "矿务局3号楼", "3", &[]), vec![])?;
            let mut records = vec![wire("household", 13, 1, &[("dwelling", id(12).into())])];
            for (at, name) in (0u32..).zip(PLAIN) {
                records.extend(named(13, 100 + at * 2, name));
            }
            let told = [("name", "覃𬭚".into()), ("reading", "qin chun".into()), ("phone", "100 1234 5678".into())];
            records.extend(person(13, 300, &told));
            let nicknamed =
                [("name", "孙建国".into()), ("other_names:老孙头", true.into()), ("phone_2", "0561-3021234".into())];
            records.extend(person(13, 302, &nicknamed));
            let lump =
                [("name", "热依汗·肉孜".into()), ("reading", "reyihan rouzi".into()), ("phone", "10099998888".into())];
            records.extend(person(13, 304, &lump));
            pull(tx, GRID, Facet::Personal, records, vec![])?;
            let child = [("name", "王小宝".into()), ("minor", true.into()), ("phone", "10077776666".into())];
            pull(tx, GRID, Facet::Guarded, person(13, 400, &child), vec![])?;
            let mut elsewhere = vec![wire("household", 33, 1, &[("dwelling", id(32).into())])];
            elsewhere.extend(person(33, 500, &[("name", "王小明".into()), ("phone", "10055554444".into())]));
            pull(tx, OTHER_GRID, Facet::Personal, elsewhere, vec![])
        })
        .unwrap();
    store
}

fn temp() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir.path().join("linli.db"));
    (dir, store)
}

fn people(store: &Store, view: &View, typed: &str) -> Found<Person> {
    store.read(view, |tx| search::people(tx, typed, 20)).unwrap()
}

fn names(store: &Store, typed: &str) -> Vec<String> {
    people(store, &View::Everything, typed).hits.into_iter().map(|hit| hit.name).collect()
}

#[test]
fn people_are_found_however_they_are_typed() {
    let (_dir, store) = temp();
    // What is typed, who must be found, and who must not.
    let cases: &[(&str, &str, &str)] = &[
        // Characters.
        ("王小明", "王小明", "王丽"),
        ("小明", "王小明", "王丽"),
        ("王", "王䶮", "覃𬭚"),
        ("王明", "", "王小明"),
        (" 王 小明 ", "王小明", "王亮"),
        // Pinyin, whole, begun, of the given name, with initials between.
        ("wangxiaoming", "王小明", "王丽"),
        ("wang", "王丽", "李喆"),
        ("wan", "王丽", "李喆"),
        ("wangx", "王小明", "王丽"),
        ("WangXiaoM", "王小明", "王丽"),
        ("xiaoming", "王小明", "王丽"),
        ("wang xiao ming", "王小明", "王丽"),
        ("wangxm", "王小明", "王丽"),
        ("wxming", "王小明", "王丽"),
        ("王xm", "王小明", "王丽"),
        ("ｗａｎｇｌｉ", "王丽", "王小明"),
        // Initials.
        ("wxm", "王小明", "王丽"),
        ("xm", "王小明", "王丽"),
        ("wl", "王亮", "王小明"),
        ("xw", "", "王小明"),
        // Surnames read otherwise than they look, and as they look.
        ("zengzhiwei", "曾志伟", ""),
        ("cengzhiwei", "曾志伟", ""),
        ("shanxx", "单雄信", "王丽"),
        ("danxiongxin", "单雄信", ""),
        ("qiuying", "仇英", ""),
        ("xiexd", "解晓东", ""),
        ("ouxiaohong", "区小红", ""),
        ("zhawb", "查文斌", ""),
        ("piaoz", "朴正", ""),
        ("gejiaotian", "盖叫天", ""),
        ("rencx", "任长霞", ""),
        ("hualg", "华罗庚", ""),
        ("yuechongyang", "乐重阳", ""),
        ("lezhongyang", "乐重阳", ""),
        // Compound surnames.
        ("yuchigong", "尉迟恭", ""),
        ("ycg", "尉迟恭", ""),
        ("尉迟", "尉迟恭", "令狐冲"),
        ("moqi", "万俟卨", ""),
        ("linghuchong", "令狐冲", ""),
        ("lhc", "令狐冲", ""),
        ("ouyangxiu", "欧阳修", "区小红"),
        ("zhangsunwuji", "长孙无忌", ""),
        ("chanyu", "单于夫罗", "单雄信"),
        // Middle dots, whichever was typed and whichever is in the register.
        ("阿依古丽·买买提", "阿依古丽·买买提", ""),
        ("阿依古丽买买提", "阿依古丽·买买提", ""),
        ("阿依古丽•买", "阿依古丽·买买提", ""),
        ("买买提", "阿依古丽·买买提", ""),
        ("迪丽努尔·吐尔逊", "迪丽努尔•吐尔逊", ""),
        ("ayiguli", "阿依古丽·买买提", ""),
        ("aygl", "阿依古丽·买买提", ""),
        ("reyihan", "热依汗·肉孜", ""),
        ("ryh", "热依汗·肉孜", ""),
        // Rare characters, newer than most fonts.
        ("𬭚", "覃𬭚", "王䶮"),
        ("覃𬭚", "覃𬭚", ""),
        ("qinchun", "覃𬭚", ""),
        ("tanchun", "覃𬭚", ""),
        ("䶮", "王䶮", "王丽"),
        ("wangyan", "王䶮", ""),
        ("㛃", "刘㛃", ""),
        ("liujie", "刘㛃", ""),
        ("lizhe", "李喆", ""),
        ("zhangkun", "张堃", ""),
        // A u with dots.
        ("lvzhi", "吕雉", ""),
        ("lüzhi", "吕雉", ""),
        ("luzhi", "吕雉", ""),
        // Other names, and other letters.
        ("老孙头", "孙建国", ""),
        ("lst", "孙建国", ""),
        ("john", "John Smith", ""),
        ("john smith", "John Smith", ""),
        ("smi", "John Smith", ""),
        // Ends of phone numbers.
        ("5678", "覃𬭚", "孙建国"),
        ("678", "覃𬭚", ""),
        ("345678", "覃𬭚", ""),
        ("100 1234 5678", "覃𬭚", ""),
        ("+8610012345678", "", "覃𬭚"),
        ("1234", "孙建国", "覃𬭚"),
        ("0561-3021234", "孙建国", ""),
        ("覃 5678", "覃𬭚", ""),
        ("王 5678", "", "覃𬭚"),
        ("78", "", "覃𬭚"),
        // Nothing to search for, and nothing that breaks the question.
        ("", "", "王丽"),
        ("··", "", "王丽"),
        ("\"王\" OR *", "", "王丽"),
        ("王*", "王丽", ""),
        ("%", "", "王丽"),
        ("'; DROP TABLE resident", "", "王丽"),
        // A child is never found.
        ("王小宝", "", "王小宝"),
        ("wxb", "", "王小宝"),
        ("6666", "", "王小宝"),
    ];
    assert!(cases.len() >= 40);
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(typed, wanted, unwanted)| {
            let found = names(&store, typed);
            let has = |name: &str| found.iter().any(|one| one == name);
            let fits = (wanted.is_empty() || has(wanted)) && (unwanted.is_empty() || !has(unwanted));
            (!fits).then(|| format!("{typed:?} found {found:?}, wanted {wanted:?} and not {unwanted:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn whole_names_stand_before_those_that_go_on() {
    let (_dir, store) = temp();
    assert_eq!(names(&store, "王丽"), ["王丽", "王丽华"]);
    assert_eq!(names(&store, "wangli")[..2], ["王丽", "王丽华"]);
    assert_eq!(names(&store, "wangli")[2], "王亮", "a syllable may go on, but that comes last");
    let few = store.read(&View::Everything, |tx| search::people(tx, "w", 3)).unwrap();
    assert_eq!((few.hits.len(), few.more), (3, true));
    assert!(!people(&store, &View::Everything, "尉迟恭").more);
}

#[test]
fn doors_are_found_as_people_write_them() {
    let (_dir, store) = temp();
    let doors = |typed: &str| -> Vec<String> {
        let found = store.read(&View::Everything, |tx| search::doors(tx, typed, 20)).unwrap();
        found.hits.iter().map(|hit| format!("{} {}", hit.dwelling.building_name, hit.dwelling.label())).collect()
    };
    let both = ["和平里3号楼 3-2-501", "矿务局3号楼 3-2-501"];
    for typed in ["3-2-501", "3-2-5", "3号楼2单元501室", "3栋2单元501", "３－２－５０１", "3 2 501"] {
        assert_eq!(doors(typed), both, "{typed}");
    }
    for typed in ["和平里3-2-501", "红楼-2-501", "hpl3-2-501", "纺织宿舍3号楼2单元501"] {
        assert_eq!(doors(typed), ["和平里3号楼 3-2-501"], "{typed}");
    }
    assert_eq!(doors("2-501").len(), 3);
    assert_eq!(doors("501").len(), 6);
    assert!(doors("3-2-601").is_empty() && doors("33-2-501").is_empty() && doors("王丽").is_empty());
    let head = store.read(&View::Everything, |tx| search::doors(tx, "和平里3-2-501", 1)).unwrap();
    assert_eq!(head.hits[0].people as usize, PLAIN.len() + 4);
}

#[test]
fn buildings_are_found_by_name_number_alias_and_compound() {
    let (_dir, store) = temp();
    let buildings = |typed: &str| -> Vec<String> {
        let found = store.read(&View::Everything, |tx| search::buildings(tx, typed, 20)).unwrap();
        found.hits.into_iter().map(|hit| hit.name).collect()
    };
    assert_eq!(buildings("和平里"), ["和平里3号楼", "和平里13号楼"]);
    assert_eq!(buildings("kwj"), ["矿务局3号楼"]);
    assert_eq!(buildings("红楼"), ["和平里3号楼"]);
    assert_eq!(buildings("13"), ["和平里13号楼"]);
    assert_eq!(buildings("3").len(), 2, "3 is not 13");
    assert_eq!(buildings("fzss").len(), 2);
    store
        .write(|tx| {
            let rename = NewEdit::change(RecordKey::new("compound", id(1)), id(9)).set("name", "民生苑");
            save(tx, rename, NOW).map(drop)
        })
        .unwrap();
    assert_eq!(buildings("民生苑").len(), 2, "buildings follow the name of their compound");
}

#[test]
fn the_index_follows_edits_moves_and_departures() {
    let (_dir, store) = temp();
    let ming = RecordKey::new("resident", id(100));
    let change = |field: &'static str, value: Value| {
        let edit = NewEdit::change(ming.clone(), id(9)).set(field, value);
        store.write(|tx| save(tx, edit, NOW).map(drop)).unwrap();
    };
    change("name", "赵云".into());
    assert_eq!((names(&store, "赵云").len(), names(&store, "zhaoyun").len(), names(&store, "王小明").len()), (1, 1, 1));
    change("phone", "10033332222".into());
    assert_eq!(names(&store, "2222"), ["赵云"]);
    change("phone", Value::Null);
    assert!(names(&store, "2222").is_empty());
    change("minor", true.into());
    assert!(names(&store, "赵云").is_empty(), "whoever turns out to be a child leaves the index");
    change("minor", Value::Null);
    assert_eq!(names(&store, "赵云"), ["赵云"]);

    // The household of 赵云 goes to the other grid, then leaves this device.
    let view = |grid| View::Granted(grants(&[grid], &[Facet::Open, Facet::Personal]));
    let seen = |grid| people(&store, &view(grid), "赵云").hits.len();
    assert_eq!((seen(GRID), seen(OTHER_GRID)), (1, 0));
    let moved = [
        ("resident", id(100).into()),
        ("household", id(33).into()),
        ("relation", "tenant".into()),
        ("stays", "main".into()),
    ];
    store
        .write(|tx| {
            let moved = wire("residence", 600, 2, &moved);
            pull(
                tx,
                OTHER_GRID,
                Facet::Personal,
                vec![moved, wire("resident", 100, 2, &[("name", "王小明".into())])],
                vec![],
            )?;
            pull(tx, GRID, Facet::Personal, vec![], vec![ming.clone(), RecordKey::new("residence", id(101))])
        })
        .unwrap();
    assert_eq!((seen(GRID), seen(OTHER_GRID)), (0, 1));
    store.write(|tx| pull(tx, OTHER_GRID, Facet::Personal, vec![], vec![ming.clone()])).unwrap();
    assert!(names(&store, "赵云").is_empty());
    let shrunk = grants(&[OTHER_GRID], &[Facet::Open, Facet::Personal]);
    store.write(|tx| cursors::follow(tx, &shrunk)).unwrap();
    assert!(names(&store, "尉迟恭").is_empty());
}

#[test]
fn nobody_finds_what_they_may_not_see_and_no_child_is_in_the_index() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("linli.db");
    let store = open(&path);
    let all = [Facet::Open, Facet::Personal, Facet::Guarded];
    let count = |grids: &[&str], facets: &[Facet], typed: &str| {
        let view = View::Granted(grants(grids, facets));
        let hits = people(&store, &view, typed).hits.len();
        let doors = store.read(&view, |tx| search::doors(tx, typed, 20)).unwrap().hits.len();
        let buildings = store.read(&view, |tx| search::buildings(tx, typed, 20)).unwrap().hits.len();
        let listed = register::Query { text: Some(typed), limit: 50, ..Default::default() };
        let (total, _) = store.read(&view, |tx| register::page(tx, &listed)).unwrap();
        (hits, doors, buildings, total)
    };
    assert_eq!(count(&[GRID, OTHER_GRID], &all, "王小明"), (2, 0, 0, 2));
    assert_eq!(count(&[GRID], &all, "王小明"), (1, 0, 0, 1));
    assert_eq!(count(&[OTHER_GRID], &[Facet::Open, Facet::Personal], "wxm"), (1, 0, 0, 1));
    assert_eq!(count(&[GRID], &[Facet::Open], "王小明"), (0, 0, 0, 0));
    assert_eq!(count(&[OTHER_GRID], &all, "3-2-501").1, 1);
    assert_eq!(count(&[GRID], &all, "矿务局").2, 0);
    for nobody in [&[][..], &["340603005001001"][..]] {
        for typed in ["王小明", "3-2-501", "和平里", "5678"] {
            assert_eq!(count(nobody, &all, typed), (0, 0, 0, 0), "{typed}");
        }
    }
    assert_eq!(count(&[GRID], &all, "王小宝"), (0, 0, 0, 0));
    drop(store);
    let dump = dump(&path);
    assert!(!dump.keys().any(|word| word.contains('宝') || word == "96666" || word == "1wxb"));
    assert!(!dump.values().flatten().any(|(_, record)| *record == *id(400).as_bytes()));
}

#[test]
fn the_register_lists_whom_search_finds() {
    let (_dir, store) = temp();
    let listed = |typed: &str, division: &str| {
        let query = register::Query { text: Some(typed), division: Some(division), limit: 50, offset: 0 };
        let (total, rows) = store.read(&View::Everything, |tx| register::page(tx, &query)).unwrap();
        assert_eq!(total as usize, rows.len());
        rows.into_iter().map(|row| row.name).collect::<Vec<_>>()
    };
    assert_eq!(listed("yuchi", ""), ["尉迟恭"]);
    assert_eq!(listed("wxm", "").len(), 2);
    assert_eq!(listed("wxm", "340603004"), ["王小明"]);
    assert_eq!(listed("wxm", OTHER_GRID), ["王小明"]);
    assert_eq!(listed("3-2-501", "340603004"), ["王小明"]);
    assert_eq!(listed("没有这人", "").len(), 0);
}

/// Every word of the index, with the records that have it.
type Dump = BTreeMap<String, BTreeSet<(String, [u8; 16])>>;

fn raw(path: &Path) -> rusqlite::Connection {
    let connection = rusqlite::Connection::open(path).unwrap();
    local_store::unlock(&connection, Some(&Key::new([7; 32]))).unwrap();
    connection
}

fn dump(path: &Path) -> Dump {
    let connection = raw(path);
    let mut dump = Dump::new();
    for index in ["people_words", "building_words"] {
        let vocabulary = format!("CREATE VIRTUAL TABLE temp.{index}_all USING fts5vocab(main, {index}, row)");
        connection.execute_batch(&vocabulary).unwrap();
        let words: Vec<String> = connection
            .prepare(&format!("SELECT term FROM temp.{index}_all"))
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(std::result::Result::unwrap)
            .collect();
        let sql = format!("SELECT kind, id FROM {index} JOIN sought ON no = {index}.rowid WHERE {index} MATCH ?1");
        for word in words {
            let mut query = connection.prepare_cached(&sql).unwrap();
            let records = query.query_map([format!("\"{word}\"")], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
            let records: BTreeSet<_> = records.map(std::result::Result::unwrap).collect();
            if !records.is_empty() {
                dump.insert(word, records);
            }
        }
    }
    dump
}

#[test]
fn after_random_edits_the_index_is_the_one_that_is_made_anew() {
    for seed in [1u64, 20_261_123, 340_603] {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("linli.db");
        let store = open(&path);
        let mut state = seed;
        let mut below = |n: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % n
        };
        for step in 0..150u32 {
            let name = ["曾小山", "欧阳雪", "买买提·艾合", "王𬭚", "Li Wei", "区区"][below(6) as usize];
            let key = RecordKey::new("resident", id(100 + 2 * below(PLAIN.len() as u64) as u32));
            let change = NewEdit::change(key.clone(), id(9));
            let edit = match below(9) {
                0 => change.set("name", name),
                1 => change.set("phone", format!("100{:08}", below(99_999_999))),
                2 => change.set("minor", if below(2) == 0 { Value::Null } else { true.into() }),
                3 => change.set("other_names:阿旺", below(2) == 0),
                4 => change.set("died_on", if below(2) == 0 { Value::Null } else { "2026-11-01".into() }),
                5 => NewEdit::change(RecordKey::new("building", id(10)), id(9)).set("name", format!("{name}楼")),
                6 => NewEdit::change(RecordKey::new("compound", id(1)), id(9)).set("name", name),
                7 => NewEdit::create("resident", id(2_000 + step), id(9)).set("name", name),
                _ => {
                    store
                        .write(|tx| match step % 2 {
                            0 => pull(tx, GRID, Facet::Personal, vec![], vec![key]),
                            _ => {
                                let back = wire("resident", 100, 1_000 + u64::from(step), &[("name", name.into())]);
                                pull(tx, OTHER_GRID, Facet::Personal, vec![back], vec![])
                            }
                        })
                        .unwrap();
                    continue;
                }
            };
            // Somebody who left cannot be edited; that is no step.
            let _ = store.write(|tx| save(tx, edit, NOW + u64::from(step)));
        }
        drop(store);
        let kept = dump(&path);
        raw(&path).execute("DELETE FROM device WHERE name = 'search_version'", []).unwrap();
        drop(Store::open(&path, Some(&Key::new([7; 32])), Options::linli()).unwrap());
        assert_eq!(kept, dump(&path), "seed {seed}");
        assert!(kept.len() > 100);
    }
}

#[test]
fn a_first_load_is_searched_once_its_index_is_made_also_across_openings_and_with_saves_in_between() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("linli.db");
    let store = open_empty(&path);
    let people = |from: u32, count: u32| {
        (from..from + count).map(|n| wire("resident", n, 1, &[("name", format!("王{n}").into())])).collect::<Vec<_>>()
    };
    store.write(|tx| load(tx, GRID, 1, people(1_000, 300))).unwrap();
    // Somebody saves while the load is under way.
    let change = NewEdit::change(RecordKey::new("resident", id(1_000)), id(9)).set("name", "欧阳雪");
    store.write(|tx| save(tx, change, NOW)).unwrap();
    assert!(dump(&path).is_empty(), "nothing was indexed yet");
    // The battery dies; the index is made at the next opening, and put off again by the next page.
    drop(store);
    let store = Store::open(&path, Some(&Key::new([7; 32])), Options::linli()).unwrap();
    assert!(dump(&path).contains_key("ouyang") || dump(&path).contains_key("欧阳"));
    store.write(|tx| load(tx, GRID, 2, people(2_000, 300))).unwrap();
    store.make_indexes().unwrap();
    let kept = dump(&path);
    assert_eq!(kept.values().flatten().collect::<BTreeSet<_>>().len(), 600);
    drop(store);
    raw(&path).execute("DELETE FROM device WHERE name = 'search_version'", []).unwrap();
    drop(Store::open(&path, Some(&Key::new([7; 32])), Options::linli()).unwrap());
    assert_eq!(kept, dump(&path));
    let made = raw(&path)
        .query_row(
            "SELECT count(*) FROM sqlite_schema WHERE name IN ('resident_by_name', 'entry_by_cursor')",
            [],
            |row| row.get::<_, u32>(0),
        )
        .unwrap();
    assert_eq!(made, 2, "the tables have grown enough for these indexes");
}
