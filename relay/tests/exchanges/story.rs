//! The story that is recorded: two workers, a supervisor and a console around one household.

use crate::stage::*;
use linli_relay::store::Holder;
use serde_json::{Value as Json, json};
use sync_protocol::digest::{BUCKETS, Digest};
use sync_protocol::messages::{CompareRequest, Cursor, Fate, PullRequest, standing};
use sync_protocol::{ChannelFacet, Code, Facet, Stamp, Value, canonical};

const WORKER: u8 = 1;
const OTHER_WORKER: u8 = 2;
const SUPERVISOR: u8 = 3;
const FORMER_WORKER: u8 = 4;

fn records() -> Vec<(&'static str, u8, Vec<(&'static str, Value)>)> {
    let division = |code: &str, level: &str, name: &str| {
        vec![("code", code.into()), ("level", level.into()), ("name", name.into()), ("sort", 1.into())]
    };
    let building = |grid: &str| {
        vec![
            ("grid", grid.into()),
            ("name", "1号楼".into()),
            ("number", "1".into()),
            ("entrances", 2.into()),
            ("floors_up", 6.into()),
            ("floors_down", 0.into()),
            ("walk_order", 1.into()),
        ]
    };
    let dwelling = |building: u8| {
        vec![
            ("building", id(building).into()),
            ("entrance", "1".into()),
            ("floor", 1.into()),
            ("door", "101".into()),
            ("use", "owner_occupied".into()),
        ]
    };
    let mut records = vec![
        ("division", 60, division(DISTRICT, "district", "相山区")),
        ("division", 62, division(COMMUNITY, "community", "供电社区")),
        ("division", 63, division(GRID, "grid", "第一网格")),
        ("division", 64, division(OTHER_GRID, "grid", "第二网格")),
        ("building", 40, building(GRID)),
        ("building", 41, building(OTHER_GRID)),
        ("dwelling", 42, dwelling(40)),
        ("dwelling", 43, dwelling(41)),
        ("household", 44, vec![("dwelling", id(42).into())]),
        ("resident", 45, vec![("name", "王芳".into()), ("phone", "10000000001".into())]),
        (
            "residence",
            46,
            vec![
                ("resident", id(45).into()),
                ("household", id(44).into()),
                ("relation", "head".into()),
                ("stays", "main".into()),
            ],
        ),
    ];
    for (person, role, place, until) in [
        (WORKER, "grid_worker", GRID, None),
        (OTHER_WORKER, "grid_worker", OTHER_GRID, None),
        (SUPERVISOR, "supervisor", COMMUNITY, None),
        (FORMER_WORKER, "grid_worker", GRID, Some("2026-11-20")),
    ] {
        let name = format!("p{person}");
        records.push(("person", person, vec![("sign_in_name", name.as_str().into()), ("name", "李娜".into())]));
        let mut assignment = vec![
            ("person", id(person).into()),
            ("role", role.into()),
            ("division", place.into()),
            ("from", "2026-01-01".into()),
        ];
        assignment.extend(until.map(|until| ("until", until.into())));
        records.push(("assignment", 100 + person, assignment));
    }
    records
}

pub fn recorded() -> (Json, Vec<Json>) {
    let mut stage = Stage::new();
    stage.import(&records());
    enrolment(&mut stage);
    let mut worker = stage.device(Holder::Person(id(WORKER)), WORKER, 11);
    let mut supervisor = stage.device(Holder::Person(id(SUPERVISOR)), SUPERVISOR, 12);
    let mut other = stage.device(Holder::Person(id(OTHER_WORKER)), OTHER_WORKER, 13);
    let mut former = stage.device(Holder::Person(id(FORMER_WORKER)), FORMER_WORKER, 14);
    let mut console = stage.device(Holder::Console(DISTRICT.into()), SUPERVISOR, 15);
    first_load(&mut stage, &worker);
    pushing(&mut stage, &mut worker);
    broken_chains(&mut stage, &worker);
    conflict(&mut stage, &mut worker, &mut supervisor);
    orders(&mut stage, &mut worker, &mut supervisor);
    whose_right(&mut stage, &mut worker, &mut other, &mut former, &mut console);
    waiting(&mut stage, &mut supervisor, &worker);
    standings_and_comparing(&mut stage, &worker);
    let backup = stage.backup();
    let cursors = stage.at_head(&worker);
    moved(&mut stage, &mut supervisor, &worker, cursors);
    lost_edit(&mut stage, &mut worker);
    let mut stage = stage.restored(backup, 2);
    after_a_restore(&mut stage, &worker);
    let devices: Vec<Json> = [&worker, &supervisor, &other, &former, &console].map(Device::spelled).into();
    let about = json!({
        "about": "Calls and answers in the order they were made, by a relay with a given clock, keys and ids. `at_ms` is its clock. \
                  Of problems only code and status stand here.",
        "devices": devices, "receipt_key": canonical::hex(&RECEIPT_KEY),
    });
    (about, stage.recorded)
}

fn enrolment(stage: &mut Stage) {
    stage.put_code("01234567", WORKER, NINE + 600_000);
    stage.put_code("76543210", WORKER, NINE);
    stage.enrol((&["ENROL-2", "ENROL-3", "CHAIN-3"], "a tablet is enrolled"), "01234567", 21);
    stage.enrol((&["ENROL-4", "HTTP-6"], "the same tablet asks again"), "01234567", 21);
    stage.enrol((&["ENROL-4"], "another tablet with the same code"), "01234567", 22);
    stage.enrol((&["ENROL-4"], "a code that nobody has"), "99999999", 22);
    stage.enrol((&["ENROL-4"], "a code whose time is over"), "76543210", 22);
}

fn first_load(stage: &mut Stage, worker: &Device) {
    stage.me((&["ME-1"], "before the first edit"), worker, None);
    let cursors = stage.cursors(worker, 0);
    let request = |cursors, limit| PullRequest { epoch: Some(epoch(1)), cursors, limit, ..PullRequest::default() };
    let first = request(cursors.clone(), Some(4));
    stage.pull((&["PULL-1", "PULL-3", "PULL-5"], "the first page, of four entries"), worker, first);
    let all = request(cursors.clone(), None);
    stage.pull((&["PULL-1", "PULL-2", "PULL-3", "PULL-5"], "all of it"), worker, all);
    let beyond = cursors.iter().map(|cursor| Cursor { position: 1, ..cursor.clone() }).collect();
    let lost = PullRequest { cursors: beyond, ..PullRequest::default() };
    stage.pull((&["PULL-1"], "cursors without the epoch they are of"), worker, lost);
    let strange = ChannelFacet { channel: channel(&format!("grid:{OTHER_GRID}")), facet: Facet::Personal };
    let strange = vec![Cursor { at: strange, position: 0, digest: None }];
    stage.pull((&["GRANT-2"], "another grid's households"), worker, request(strange, None));
}

fn pushing(stage: &mut Stage, worker: &mut Device) {
    stage.at(60_000);
    let phone = stage.shown("resident", 45, "phone");
    let dwelling = stage.shown("household", 44, "dwelling");
    let edits = vec![
        worker.create(50_000, "resident", 48, &[("name", "王小明".into()), ("minor", true.into())]),
        worker.edit(50_001, "resident", 45, &[("phone", "10000000002".into(), &phone)]),
        worker.edit(50_002, "resident", 45, &[("shoe_size", 42.into(), &[])]),
        worker.edit(50_003, "resident", 99, &[("phone", "10000000003".into(), &[])]),
        worker.edit(
            50_004,
            "household",
            44,
            &[("last_visited", "2027-01-01".into(), &[]), ("dwelling", id(42).into(), &dwelling)],
        ),
        worker.create(50_005, "resident", 45, &[("name", "王芳".into())]),
        worker.create(50_006, "identity", 48, &[("document", "passport".into()), ("number", "E00000000".into())]),
    ];
    let shows = &[
        "PUSH-1", "PUSH-2", "PUSH-3", "PUSH-4", "PUSH-5", "PUSH-8", "PUSH-9", "PUSH-10", "CHAIN-1", "CHAIN-2",
        "EPOCH-5",
    ];
    let outcomes = stage.push((shows, "a morning's edits"), worker, edits.clone());
    let fates: Vec<Fate> = outcomes.iter().map(|one| one.result).collect();
    use Fate::{Merged, Refused, Waiting};
    assert_eq!(fates, [Merged, Merged, Refused, Waiting, Merged, Refused, Refused]);
    let again = worker.request(Some(epoch(1)), None, edits);
    let repeated = stage.push_as((&["CHAIN-6", "HTTP-6"], "the same push again"), worker, &again);
    assert_eq!(repeated, outcomes);
}

fn broken_chains(stage: &mut Stage, worker: &Device) {
    let mut copy = worker.clone();
    let edit = copy.edit(55_000, "resident", 45, &[("reading", "fang".into(), &[])]);
    let good = copy.request(Some(epoch(1)), worker.last, vec![edit.clone()]);
    let mut said = |shows: &[&str], name: &str, request, code| {
        stage.push_as((shows, name), worker, &request);
        assert_eq!(code_of(&stage.recorded), Some(code), "{name}");
    };
    let mut bad = good.clone();
    bad.edits[0].fields.get_mut("reading").unwrap().value = "wang".into();
    said(&["CHAIN-4", "CHAIN-2"], "changed on the way", bad, Code::SignatureInvalid);
    let mut bad = good.clone();
    bad.edits[0].device = sync_protocol::DeviceNumber(99);
    said(&["CHAIN-4", "EDIT-2"], "an edit of another device", bad, Code::RequestInvalid);
    let many = (0..201).map(|n| sync_protocol::Edit { number: edit.number + n, ..edit.clone() }).collect();
    said(&["CHAIN-4"], "201 edits", copy.request(Some(epoch(1)), worker.last, many), Code::RequestTooLarge);
    let ahead = sync_protocol::Edit { number: edit.number + 1, ..edit.clone() };
    let request = copy.request(Some(epoch(1)), worker.last, vec![ahead.clone()]);
    said(&["CHAIN-5", "EDIT-1"], "a number is left out", request, Code::ChainBroken);
    let request = copy.request(Some(epoch(1)), worker.last, vec![edit.clone(), edit.clone()]);
    said(&["CHAIN-5", "EDIT-1"], "a number twice", request, Code::ChainBroken);
    let request = copy.request(Some(epoch(1)), None, vec![edit.clone()]);
    said(&["CHAIN-5"], "another edit before it", request, Code::ChainBroken);
    let second = sync_protocol::Edit { number: 2, ..edit };
    let first = worker.outcomes[&1].edit;
    let request = copy.request(Some(epoch(1)), Some(first), vec![second]);
    said(&["CHAIN-5", "CHAIN-6"], "a number that was used, as another edit", request, Code::ChainBroken);
    let request = sync_protocol::messages::PushRequest { epoch: Some(epoch(9)), ..good };
    said(&["PUSH-1"], "in an epoch that is not the relay's", request, Code::EpochChanged);
}

fn conflict(stage: &mut Stage, worker: &mut Device, supervisor: &mut Device) {
    stage.at(120_000);
    let base = stage.shown("resident", 45, "phone");
    let cursors = stage.at_head(worker);
    let edit = worker.edit(
        100_000,
        "resident",
        45,
        &[("phone", "10000000004".into(), &base), ("reading", "fang".into(), &[])],
    );
    stage.push((&["PUSH-3"], "a change"), worker, vec![edit]);
    let edit = supervisor.edit(
        110_000,
        "resident",
        45,
        &[("phone", "10000000005".into(), &base), ("reading", "fāng".into(), &[])],
    );
    let outcomes = stage.push((&["PUSH-3", "CONFLICT-2"], "another over the same"), supervisor, vec![edit]);
    assert_eq!(outcomes[0].result, Fate::Conflict);
    let request = PullRequest { epoch: Some(epoch(1)), cursors: cursors.clone(), ..PullRequest::default() };
    stage.pull(
        (&["CONFLICT-1", "CONFLICT-2", "MERGE-3", "PULL-2"], "both sides, and the conflicts"),
        worker,
        request.clone(),
    );
    let sides: Vec<Stamp> = {
        let record = stage.relay.store().read(|tx| tx.record(&key("resident", 45))).unwrap().unwrap();
        record.state.versions("phone").map(|(mark, _)| mark.stamp).collect()
    };
    assert_eq!(sides.len(), 2);
    let settle = supervisor.edit(115_000, "resident", 45, &[("phone", "10000000004".into(), &sides)]);
    let theirs = stage.shown("resident", 45, "reading");
    let same = worker.edit(116_000, "resident", 45, &[("reading", "fāng".into(), &theirs[..0])]);
    let own: Vec<Stamp> = vec![worker_stamp(worker, 100_000)];
    let same = sync_protocol::Edit {
        fields: [("reading".to_owned(), sync_protocol::FieldEdit { value: "fāng".into(), bases: own })].into(),
        ..same
    };
    stage.push((&["CONFLICT-4"], "who saw both sides settles the one"), supervisor, vec![settle]);
    stage.push((&["CONFLICT-6"], "and the other comes to say the same"), worker, vec![same]);
    stage.pull((&["CONFLICT-4", "CONFLICT-6"], "both are settled"), worker, request);
}

fn worker_stamp(worker: &Device, after_nine: u64) -> Stamp {
    Stamp { ms: NINE + after_nine, counter: 0, device: worker.number }
}

fn orders(stage: &mut Stage, worker: &mut Device, supervisor: &mut Device) {
    stage.at(180_000);
    let base = stage.shown("resident", 45, "phone");
    // A clock that is a day ahead, and then somebody who answers it with a right one.
    let ahead = worker.edit(86_400_000, "resident", 45, &[("phone", "10000000006".into(), &base)]);
    let stamp = ahead.stamp;
    let outcomes = stage.push((&["PUSH-6", "MERGE-8"], "a day ahead"), worker, vec![ahead]);
    assert!(outcomes[0].order.is_some());
    let after = supervisor.edit(181_000, "resident", 45, &[("phone", "10000000007".into(), &[stamp])]);
    let outcomes = stage.push((&["PUSH-6"], "written over it, by a clock that is right"), supervisor, vec![after]);
    assert_eq!(outcomes[0].order, None, "its order lies before this stamp");
    let base = stage.shown("resident", 45, "phone");
    let behind = worker.edit(90_000, "resident", 45, &[("phone", "10000000008".into(), &base)]);
    let outcomes = stage.push((&["PUSH-6"], "by a clock that is behind what it writes over"), worker, vec![behind]);
    assert!(outcomes[0].order.is_some());
    let category = (
        "category",
        70,
        vec![
            ("code", "1".into()),
            ("group", "issue".into()),
            ("name", "照明".into()),
            ("name_en", "lights".into()),
            ("accept_hours", 2.into()),
            ("sign_hours", 2.into()),
            ("handle_hours", 24.into()),
            ("private", false.into()),
            ("sort", 1.into()),
        ],
    );
    stage.import(&[category]);
    let reported = worker.create(182_000, "issue", 80, &issue(&[]));
    let urge = worker.create(182_001, "issue_step", 81, &step("urge"));
    stage.push((&["PUSH-7"], "an issue and a step"), worker, vec![reported, urge]);
    let accept = supervisor.create(182_000, "issue_step", 82, &step("accept"));
    let outcomes = stage.push((&["PUSH-7"], "a step with an older stamp comes after it"), supervisor, vec![accept]);
    assert!(outcomes[0].order.is_some());
    let private = worker.create(183_000, "issue", 83, &issue(&[("household", id(44).into())]));
    let outcomes =
        stage.push((&["RIGHT-5"], "a household's matter that does not say it is private"), worker, vec![private]);
    assert_eq!(outcomes[0].code, Some(Code::MustBePrivate));
}

fn issue(more: &[(&'static str, Value)]) -> Vec<(&'static str, Value)> {
    let mut fields = vec![
        ("number", "1".into()),
        ("words", "楼道灯不亮".into()),
        ("source", "seen".into()),
        ("category", id(70).into()),
        ("place", "1号楼".into()),
        ("urgency", "normal".into()),
        ("grid", GRID.into()),
        ("building", id(40).into()),
        ("private", false.into()),
        ("happened_at", "2026-11-23T01:03:00.000Z".into()),
        ("author_name", "李娜".into()),
    ];
    fields.extend(more.iter().cloned());
    fields
}

fn step(name: &str) -> Vec<(&'static str, Value)> {
    vec![
        ("issue", id(80).into()),
        ("step", name.into()),
        ("happened_at", "2026-11-23T01:03:02.000Z".into()),
        ("author_name", "李娜".into()),
    ]
}

fn whose_right(stage: &mut Stage, worker: &mut Device, other: &mut Device, former: &mut Device, console: &mut Device) {
    stage.at(240_000);
    let edit = other.edit(230_000, "resident", 45, &[("reading", "wang".into(), &[])]);
    let outcomes = stage.push((&["RIGHT-2", "RIGHT-3"], "the worker of another grid"), other, vec![edit]);
    assert_eq!(outcomes[0].code, Some(Code::NeverAllowed));
    let edit = former.edit(230_000, "resident", 45, &[("reading", "wang".into(), &[])]);
    let outcomes = stage.push((&["RIGHT-3"], "who worked there until last week"), former, vec![edit]);
    assert_eq!(outcomes[0].result, Fate::Held);
    let held = former.request(Some(epoch(1)), former.last, Vec::new());
    stage.push_as((&["PUSH-2"], "a push of nothing"), former, &held);
    let cursors = stage.cursors(former, 0);
    let request = PullRequest { epoch: Some(epoch(1)), cursors, ..PullRequest::default() };
    stage.pull((&["RIGHT-4"], "what became of the held edit is for its author too"), former, request);
    let mut edit = worker.edit(231_000, "resident", 45, &[("reading", "wang".into(), &[])]);
    edit.author = id(SUPERVISOR);
    let outcomes = stage.push((&["RIGHT-1"], "in somebody else's name"), worker, vec![edit]);
    assert_eq!(outcomes[0].code, Some(Code::NeverAllowed));
    let edit = console.edit(231_000, "resident", 45, &[("reading", "wang".into(), &[])]);
    let outcomes =
        stage.push((&["RIGHT-1", "PUSH-3"], "at a console where its author is not signed in"), console, vec![edit]);
    assert_eq!(outcomes[0].result, Fate::Later);
}

fn waiting(stage: &mut Stage, supervisor: &mut Device, worker: &Device) {
    stage.at(300_000);
    let cursors = stage.at_head(worker);
    let residence = [
        ("resident", id(99).into()),
        ("household", id(44).into()),
        ("relation", "parent".into()),
        ("stays", "main".into()),
    ];
    let edits = vec![
        supervisor.create(290_000, "resident", 99, &[("name", "王大山".into())]),
        supervisor.create(290_001, "residence", 98, &residence),
    ];
    stage.push((&["PUSH-8"], "the record that an edit waited for"), supervisor, edits);
    let request = PullRequest { epoch: Some(epoch(1)), cursors, ..PullRequest::default() };
    stage.pull((&["PUSH-8"], "the edit shows in it"), worker, request);
}

fn standings_and_comparing(stage: &mut Stage, worker: &Device) {
    let cursors = stage.at_head(worker);
    let of = |cursors: &[Cursor]| standing(cursors.iter().map(|one| (&one.at, one.position, one.digest.unwrap())));
    let request = |standing| PullRequest { epoch: Some(epoch(1)), standing: Some(standing), ..PullRequest::default() };
    stage.pull((&["PULL-6", "DIGEST-4"], "the standing of all cursors, at the head"), worker, request(of(&cursors)));
    let mut behind = cursors.clone();
    behind[0].position -= 1;
    stage.pull((&["PULL-6"], "one of them is behind"), worker, request(of(&behind)));
    let grid = ChannelFacet { channel: channel(&format!("grid:{GRID}")), facet: Facet::Personal };
    let held = cursors.iter().find(|one| one.at == grid).unwrap().clone();
    let differs = Cursor { digest: Some(Digest::default()), ..held.clone() };
    let request = PullRequest { epoch: Some(epoch(1)), cursors: vec![differs], ..PullRequest::default() };
    stage.pull((&["PULL-2", "PULL-11"], "at the head, with another digest"), worker, request);
    let compare = |position, buckets: usize| CompareRequest {
        epoch: epoch(1),
        at: grid.clone(),
        position,
        buckets: vec![Digest::default(); buckets],
    };
    stage.compare(
        (&["COMPARE-1", "COMPARE-2", "DIGEST-3"], "who holds nothing"),
        worker,
        &compare(held.position, BUCKETS),
    );
    stage.compare((&["COMPARE-2"], "not at the head"), worker, &compare(held.position - 1, BUCKETS));
    stage.compare((&["COMPARE-1"], "255 buckets"), worker, &compare(held.position, BUCKETS - 1));
    let strange = ChannelFacet { channel: channel(&format!("grid:{OTHER_GRID}")), facet: Facet::Personal };
    let strange = CompareRequest { at: strange, ..compare(0, BUCKETS) };
    stage.compare((&["COMPARE-2", "GRANT-2"], "what is not granted"), worker, &strange);
}

fn moved(stage: &mut Stage, supervisor: &mut Device, worker: &Device, cursors: Vec<Cursor>) {
    stage.at(360_000);
    let base = stage.shown("household", 44, "dwelling");
    let edit = supervisor.edit(350_000, "household", 44, &[("dwelling", id(43).into(), &base)]);
    stage.push((&["ROUTE-3"], "the household moves to another grid"), supervisor, vec![edit]);
    let request = PullRequest { epoch: Some(epoch(1)), cursors, ..PullRequest::default() };
    stage.pull((&["ROUTE-3", "PULL-4"], "it departs with all that follows it"), worker, request);
}

fn lost_edit(stage: &mut Stage, worker: &mut Device) {
    let ahead = worker.create(
        86_500_000,
        "complaint",
        90,
        &[("about", "app".into()), ("words", "字太小".into()), ("state", "open".into())],
    );
    let next = worker.edit(86_500_001, "building", 40, &[("lift", true.into(), &[])]);
    let outcomes =
        stage.push((&["PUSH-6", "EPOCH-5"], "two edits that the backup will lack"), worker, vec![ahead, next]);
    assert!(outcomes.iter().all(|one| one.order.is_some()));
}

fn after_a_restore(stage: &mut Stage, worker: &Device) {
    // The clock is then past what had run ahead.
    stage.at(90_000_000);
    let old = PullRequest { epoch: Some(epoch(1)), ..PullRequest::default() };
    stage.pull((&["PULL-1", "EPOCH-1"], "cursors of the epoch before"), worker, old);
    stage.me((&["ME-2", "EPOCH-3"], "how to go on"), worker, Some(epoch(1)));
    stage.me((&["ME-2", "EPOCH-2"], "from an epoch that was never this store's"), worker, Some(epoch(9)));
    let (first, last) = {
        let numbers: Vec<u32> = worker.outcomes.keys().copied().collect();
        (numbers[numbers.len() - 2], numbers[numbers.len() - 1])
    };
    let before = worker.outcomes[&(first - 1)].edit;
    let edits = vec![
        lost(
            worker,
            first,
            "complaint",
            90,
            true,
            &[("about", "app".into()), ("words", "字太小".into()), ("state", "open".into())],
        ),
        lost(worker, last, "building", 40, false, &[("lift", true.into())]),
    ];
    let mut request = worker.request(Some(epoch(2)), Some(before), edits);
    request.decided.insert(first, worker.outcomes[&first].clone());
    // A receipt for an order that was never given.
    let mut changed = worker.outcomes[&last].clone();
    changed.order = changed.order.map(|order| Stamp { ms: order.ms + 1_000, ..order });
    request.decided.insert(last, changed.clone());
    let outcomes = stage.push_as(
        (&["EPOCH-1", "EPOCH-4", "EPOCH-6"], "what it lacks, the second with a receipt that is none"),
        worker,
        &request,
    );
    assert_eq!(outcomes[0].order, worker.outcomes[&first].order, "as decided then");
    assert_eq!(outcomes[1].order, None, "judged anew");
    assert!(outcomes[0].revision > worker.outcomes[&first].revision);
}

/// An edit of the worker as it was pushed before the restore.
fn lost(
    worker: &Device,
    number: u32,
    kind: &str,
    n: u8,
    create: bool,
    fields: &[(&str, Value)],
) -> sync_protocol::Edit {
    let mut device = worker.clone();
    let after = if create { 86_500_000 } else { 86_500_001 };
    let fields: Vec<(&str, Value, &[Stamp])> =
        fields.iter().map(|(name, value)| (*name, value.clone(), &[][..])).collect();
    sync_protocol::Edit { number, create, ..device.edit(after, kind, n, &fields) }
}
