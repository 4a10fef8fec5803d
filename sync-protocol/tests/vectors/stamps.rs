use crate::words::texts;
use serde_json::{Value as Json, json};
use sync_protocol::canonical::hex;
use sync_protocol::{DeviceNumber, Hlc, Stamp};

fn stamp(ms: u64, counter: u16, device: u32) -> Stamp {
    Stamp { ms, counter, device: DeviceNumber(device) }
}

pub fn vectors() -> Vec<Json> {
    let all = [
        stamp(0, 0, 0),
        stamp(0, 0, 1),
        stamp(0, 1, 0),
        stamp(1, 0, 0),
        stamp(1_795_395_600_000, 0, 7),
        stamp(1_795_395_600_000, 65_535, 7),
        stamp((1 << 48) - 1, 65_535, u32::MAX),
    ];
    let mut vectors: Vec<Json> = all
        .iter()
        .map(|one| {
            json!({
                "shows": ["STAMP-1"], "text": one.to_string(), "ms": one.ms, "counter": one.counter,
                "device": one.device, "bytes": hex(&one.to_bytes()),
            })
        })
        .collect();
    vectors.push(json!({ "shows": ["STAMP-2"], "sorted": texts(all) }));
    let wrong = [
        "",
        "0",
        "01A20D97A6800000000000A7",
        "01a20d97a68000000000000g",
        " 01a20d97a6800000000000a",
        "01a20d97a68000000000000aa",
        "01a20d97-a680-0000-0000a",
    ];
    for text in wrong {
        assert!(text.parse::<Stamp>().is_err());
        vectors.push(json!({ "shows": ["STAMP-1"], "refuse": text, "as": "stamp" }));
    }
    vectors.push(clock("time goes on", 7, &[Now(1_000), Now(1_001), Now(2_000)]));
    vectors.push(clock("time stands still or is set back", 7, &[Now(1_000), Now(1_000), Now(400), Now(1_000)]));
    let ahead = stamp(9_000, 3, 4);
    vectors.push(clock("somebody is ahead", 7, &[Now(1_000), Sees(ahead), Now(1_001), Now(9_001)]));
    let full = stamp(5_000, 65_534, 9);
    vectors.push(clock("a counter is used up", 7, &[Sees(full), Now(1), Now(1), Now(1)]));
    let late = stamp(2_000, 0, 1);
    vectors.push(clock("what is older than the last is seen too", 7, &[Now(3_000), Sees(late), Now(3_000)]));
    vectors.push(clock("beyond what 48 bits hold", 7, &[Now(1 << 60), Now(1 << 60)]));
    vectors
}

enum Step {
    Now(u64),
    Sees(Stamp),
}
use Step::{Now, Sees};

fn clock(name: &str, device: u32, steps: &[Step]) -> Json {
    let mut clock = Hlc::new(DeviceNumber(device), Stamp::ZERO);
    let step = |step: &Step| match step {
        Now(now) => json!({ "now": now, "gives": clock.tick(*now) }),
        Sees(seen) => {
            clock.observe(*seen);
            json!({ "sees": seen })
        }
    };
    let steps: Vec<Json> = steps.iter().map(step).collect();
    json!({ "shows": ["STAMP-3", "STAMP-4"], "name": name, "device": device, "steps": steps })
}
