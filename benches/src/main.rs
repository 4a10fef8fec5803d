//! What sync costs at the sizes a real district has, each figure beside its floor and its budget.
//!
//! `make bench` runs everything; `--smoke` runs a few records and asserts counts, never times. Read in this order:
//! [`workload`] (the data), [`kinds`] (as records), [`relay`] and [`device`] (each a process of its own), [`floor`], and
//! [`steps`] (what is measured).

mod device;
mod floor;
mod kinds;
mod line;
mod process;
mod relay;
mod report;
mod steps;
mod workload;

use anyhow::{Result, bail};
use std::path::Path;
use workload::Size;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["relay", folder, size] => relay::run(Path::new(folder), named(size)?),
        ["device", folder, url, link] => device::run(Path::new(folder), url, link),
        ["--smoke"] => steps::run(&[Size::GRID], 20).map(drop),
        [] => steps::run(&[Size::GRID, Size::COMMUNITY, Size::STREET], 1_000).map(|lines| report::print(&lines)),
        sizes => {
            let sizes = sizes.iter().map(|name| named(name)).collect::<Result<Vec<_>>>()?;
            steps::run(&sizes, 1_000).map(|lines| report::print(&lines))
        }
    }
}

fn named(name: &str) -> Result<Size> {
    let all = [Size::TINY, Size::GRID, Size::COMMUNITY, Size::STREET];
    let Some(size) = all.into_iter().find(|size| size.name == name) else { bail!("no size {name:?}") };
    Ok(size)
}
