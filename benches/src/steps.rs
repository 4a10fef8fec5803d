//! The steps of the workload, W1 to W3 and W6, over the real relay and the real replica.

use crate::device::Remote;
use crate::floor;
use crate::line::Line;
use crate::process;
use crate::relay::Running;
use crate::report::{Budget, Figure};
use crate::workload::Size;
use anyhow::{Result, ensure};

/// Budgets: the targets that the product was given, beside the figures they are for.
pub const LOAD_TO_FLOOR: Budget = Budget::Ratio(4.0);
const GRID_LOAD_MS: f64 = 100.0;
const STREET_CPU_S: f64 = 10.0;
pub const MEMORY_MB: f64 = 64.0;
pub const DISK_TO_FLOOR: Budget = Budget::Ratio(1.6);
const GRID_DOWN_KB: f64 = 115.0;
const EDITS_UP_KB: f64 = 23.0;
const PUSH_MS: f64 = 80.0;
const PULL_MS: f64 = 80.0;
const SAVE_TO_COMMIT: Budget = Budget::Ratio(2.0);
const NOTHING_NEW_KB: f64 = 1.0;
const COMMITS: usize = 50;

/// One thread carries bytes and asks; device and relay are processes of their own.
pub fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()
}

/// Measures a size, and so many edits made offline where there are any.
pub fn run(size: Size, edits: usize) -> Result<Vec<Figure>> {
    let runtime = runtime()?;
    let folder = tempfile::tempdir()?;
    let folders = ["relay", "one", "two"].map(|name| folder.path().join(name));
    folders.iter().try_for_each(std::fs::create_dir)?;
    let [at_relay, one, two] = &folders;
    let floor = floor::insert(folder.path(), "g0001", size)?;
    let relay = Running::start(at_relay, size.name, 2)?;
    let line = runtime.block_on(Line::to(&relay.url))?;
    let relay_cpu = || process::cpu_s(relay.process.id());

    let mut first = Remote::start(one, &line.address, &relay.links[0], "workload")?;
    first.ask("sync")?;
    let name = |step: &str| format!("{step} {}", size.name);
    let mut figures = Vec::new();
    // The first device was started to warm the relay's pages; the second is measured, with everything fresh of its own.
    let mut second = Remote::start(two, &line.address, &relay.links[1], "workload")?;
    line.take();
    let warm = relay_cpu()?;
    let took = second.ask("sync")?;
    let relay_s = relay_cpu()? - warm;
    let (up, down) = line.take();
    let records = second.ask("records")?.answer.as_u64().unwrap_or(0);
    ensure!(records == size.records() as u64, "{records} of {} records arrived", size.records());
    let bytes = second.ask("bytes")?.answer.as_f64().unwrap_or(0.0);
    figures.push(Figure::ms(name("W1 wall"), took.wall_s, Some(floor.wall.as_secs_f64()), LOAD_TO_FLOOR));
    if size.name == "grid" {
        figures.push(Figure::ms(name("W1 wall"), took.wall_s, None, Budget::Most(GRID_LOAD_MS)));
        figures.push(Figure::kb(name("W6 down"), down as f64, None, Budget::Most(GRID_DOWN_KB)));
    } else {
        figures.push(Figure::kb(name("W6 down"), down as f64, None, Budget::None));
    }
    figures.push(Figure::kb(name("W6 up"), up as f64, None, Budget::None));
    let cpu = if size.name == "street" { Budget::Most(STREET_CPU_S) } else { Budget::None };
    figures.push(Figure::s(name("W1 CPU of device"), took.cpu_s, Budget::None));
    figures.push(Figure::s(name("W1 CPU of relay"), relay_s, Budget::None));
    figures.push(Figure::s(name("W1 CPU of both"), took.cpu_s + relay_s, cpu));
    figures.push(Figure::mb(name("W1 memory over idle"), took.memory_kb as f64 * 1e3, None, Budget::Most(MEMORY_MB)));
    figures.push(Figure::mb(name("device disk"), bytes, Some(floor.bytes as f64), DISK_TO_FLOOR));

    let warm = relay_cpu()?;
    let rounds = 20;
    for _ in 0..rounds {
        first.ask("sync")?;
    }
    let (up, down) = line.take();
    let each = (up + down) as f64 / f64::from(rounds);
    figures.push(Figure::kb(name("nothing new, both ways"), each, None, Budget::Most(NOTHING_NEW_KB)));
    let relay_ms = (relay_cpu()? - warm) / f64::from(rounds);
    figures.push(Figure::ms(name("nothing new, CPU of relay"), relay_ms, None, Budget::Most(2.0)));

    if edits > 0 {
        let commit = floor::one_commit(folder.path(), COMMITS)?;
        let made = first.ask(&format!("edit {} {edits}", size.name))?;
        let one_s = made.answer.as_f64().unwrap_or(0.0) / 1e6;
        figures.push(Figure::ms(name("one save, durable"), one_s, Some(commit.as_secs_f64()), SAVE_TO_COMMIT));
        line.take();
        let before = relay_cpu()?;
        let pushed = first.ask("push")?;
        let (up, _) = line.take();
        figures.push(Figure::ms(name("W2 push"), pushed.wall_s, None, Budget::Most(PUSH_MS)));
        figures.push(Figure::ms(name("W2 CPU of device"), pushed.cpu_s, None, Budget::None));
        figures.push(Figure::ms(name("W2 CPU of relay"), relay_cpu()? - before, None, Budget::None));
        figures.push(Figure::kb(name("W6 up, edits"), up as f64, None, Budget::Most(EDITS_UP_KB)));
        let pulled = second.ask("sync")?;
        figures.push(Figure::ms(name("W3 pull"), pulled.wall_s, None, Budget::Most(PULL_MS)));
        figures.push(Figure::ms(name("W3 CPU of device"), pulled.cpu_s, None, Budget::None));
        first.ask("sync")?;
        for device in [&mut first, &mut second] {
            let missing = device.ask(&format!("missing {} {edits}", size.name))?.answer;
            ensure!(missing == 0, "{missing} of {edits} values are missing");
        }
    }
    Ok(figures)
}
