//! What sync costs at the sizes a real district has, each figure beside its floor and its budget.
//!
//! `make bench` runs everything but the whole district, which takes minutes to make: `scripts/bench district FOLDER`
//! keeps its store in FOLDER for the next time. `--smoke` runs a few records and asserts counts, never times. Read in this
//! order: [`workload`] (the data), [`kinds`] (as records), [`relay`] and [`device`] (each a process of its own), [`floor`],
//! and what is measured: [`steps`] (the workload), [`own`] (the product's own records), [`live`], [`crowd`].

mod crowd;
mod device;
mod floor;
mod kinds;
mod line;
mod live;
mod own;
mod process;
mod relay;
mod report;
mod search;
mod steps;
mod workload;

use anyhow::{Context, Result};
use report::Figure;
use std::path::Path;
use workload::Size;

/// Edits made offline at the smallest size.
const EDITS: usize = 1_000;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["relay", folder, what, devices] => relay::run(Path::new(folder), what, devices.parse()?),
        ["device", folder, url, link, records] => device::run(Path::new(folder), url, link, records),
        ["--smoke"] => smoke(),
        ["district", folder] => own::district(Path::new(folder)).map(|figures| report::print(&figures)),
        [] => run(&["grid", "community", "street", "own", "live", "crowd"]).map(|figures| report::print(&figures)),
        names => run(names).map(|figures| report::print(&figures)),
    }
}

fn run(names: &[&str]) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for name in names {
        figures.extend(match *name {
            "own" => own::grid()?,
            "live" => live::run(20)?,
            "crowd" => crowd::run(50, 10)?,
            size => {
                let size = Size::named(size).with_context(|| format!("nothing is called {size:?}"))?;
                steps::run(size, if size.name == "grid" { EDITS } else { 0 })?
            }
        });
    }
    Ok(figures)
}

/// Every step once, with few records.
fn smoke() -> Result<()> {
    steps::run(Size::TINY, 20)?;
    live::run(1)?;
    crowd::run(3, 2)?;
    Ok(())
}
