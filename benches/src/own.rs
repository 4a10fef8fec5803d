//! The product's own records, made by the generator of demonstrations: a grid, and the replica of a whole district.

use crate::device::Remote;
use crate::line::Line;
use crate::process;
use crate::relay::Running;
use crate::report::{Budget, Figure};
use crate::steps::{DISK_TO_FLOOR, LOAD_TO_FLOOR, MEMORY_MB, runtime};
use anyhow::{Result, ensure};
use std::path::Path;

const SEARCH_MEDIAN_MS: f64 = 16.0;
const SEARCH_P99_MS: f64 = 50.0;
const NOTHING_NEW_MS: f64 = 10.0;

/// A worker's grid with its places, people and the visits of some weeks.
pub fn grid() -> Result<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    measure(folder.path(), "own", "own grid", 20)
}

/// The console of a district with a year of visits and issues. The folder keeps the relay's store.
pub fn district(folder: &Path) -> Result<Vec<Figure>> {
    measure(folder, "district", "district", 10)
}

fn measure(folder: &Path, what: &str, name: &str, searches: usize) -> Result<Vec<Figure>> {
    std::fs::create_dir_all(folder.join("relay"))?;
    let devices = tempfile::tempdir()?;
    let runtime = runtime()?;
    let relay = Running::start(&folder.join("relay"), what, 1)?;
    let line = runtime.block_on(Line::to(&relay.url))?;
    let relay_cpu = || process::cpu_s(relay.process.id());

    let mut device = Remote::start(devices.path(), &line.address, &relay.links[0], "own")?;
    let before = relay_cpu()?;
    let took = device.ask("sync")?;
    let relay_s = relay_cpu()? - before;
    let (_, down) = line.take();
    let records = device.ask("records")?.answer.as_f64().unwrap_or(0.0);
    ensure!(records > 0.0, "no records arrived");
    let disk = device.ask("bytes")?.answer.as_f64().unwrap_or(0.0);
    let floor = device.ask("floor")?.answer;
    let (floor_s, floor_bytes) = (floor[0].as_f64().unwrap_or(0.0), floor[1].as_f64().unwrap_or(0.0));

    let of = |step: &str| format!("{step}, {name}");
    let mut figures = vec![
        Figure::rate(of("records"), records, Budget::None).unit(""),
        Figure::ms(of("first load"), took.wall_s, Some(floor_s), LOAD_TO_FLOOR),
        Figure::s(of("first load, CPU of device"), took.cpu_s, Budget::None),
        Figure::s(of("first load, CPU of relay"), relay_s, Budget::None),
        Figure::mb(of("first load, memory over idle"), took.memory_kb as f64 * 1e3, None, Budget::Most(MEMORY_MB)),
        Figure::kb(of("first load, bytes down"), down as f64, None, Budget::None),
        Figure::mb(of("device disk"), disk, Some(floor_bytes), DISK_TO_FLOOR),
    ];
    let (rounds, before) = (20, relay_cpu()?);
    for _ in 0..rounds {
        device.ask("sync")?;
    }
    let each_s = (relay_cpu()? - before) / f64::from(rounds);
    figures.push(Figure::ms(of("nothing new, CPU of relay"), each_s, None, Budget::Most(NOTHING_NEW_MS)));
    let found = device.ask(&format!("search {searches}"))?.answer;
    let ms = |at: usize| found[at].as_f64().unwrap_or(0.0) / 1e6;
    figures.push(Figure::ms(of("search, median"), ms(0), None, Budget::Most(SEARCH_MEDIAN_MS)));
    figures.push(Figure::ms(of("search, p99"), ms(1), None, Budget::Most(SEARCH_P99_MS)));
    Ok(figures)
}
