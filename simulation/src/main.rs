//! `linli-simulation`: runs seeds and says which broke a promise.

use anyhow::Result;
use clap::Parser;
use linli_simulation::faults::Faults;
use linli_simulation::run;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use sync_protocol::planted::{Bug, plant};

#[derive(Parser)]
struct Args {
    /// Runs this seed only, and prints what happened in it.
    #[arg(long)]
    seed: Option<u64>,
    /// The first of the seeds.
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// Plants each mistake in turn, and says with which seed it is found.
    #[arg(long)]
    planted: bool,
    /// How many seeds.
    #[arg(long, default_value_t = 1_000)]
    seeds: u64,
    /// Goes on for so many minutes instead.
    #[arg(long)]
    minutes: Option<u64>,
}

fn main() -> Result<()> {
    let args = Args::parse();
    if let Some(seed) = args.seed {
        let report = run(seed, Faults::FIELD)?;
        report.trace.iter().for_each(|line| println!("{line}"));
        report.broken.iter().for_each(|line| println!("BROKEN {line}"));
        return if report.broken.is_empty() { Ok(()) } else { Err(anyhow::anyhow!("seed {seed} broke a promise")) };
    }
    if args.planted {
        return search_planted(args.from, args.seeds);
    }
    let until = args.minutes.map(|minutes| Instant::now() + Duration::from_secs(minutes * 60));
    let (began, mut done, mut failed, mut edits) = (Instant::now(), 0, Vec::new(), 0);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for seed in args.from.. {
        if until.map_or(done >= args.seeds, |until| Instant::now() >= until) {
            break;
        }
        done += 1;
        match run(seed, Faults::FIELD) {
            Ok(report) => {
                edits += report.edits;
                report.counts.into_iter().for_each(|(what, count)| *counts.entry(what).or_default() += count);
                if let Some(first) = report.broken.first() {
                    println!("seed {seed}: {} broken; {first}", report.broken.len());
                    failed.push(seed);
                }
            }
            Err(error) => {
                println!("seed {seed}: {error:#}");
                failed.push(seed);
            }
        }
    }
    let minutes = began.elapsed().as_secs_f64() / 60.0;
    println!("{done} seeds, {edits} edits, {:.0} seeds a minute; {counts:?}", done as f64 / minutes);
    if failed.is_empty() { Ok(()) } else { Err(anyhow::anyhow!("seeds that broke a promise: {failed:?}")) }
}

/// For each planted mistake the first seed that shows it, tried for so many seeds.
fn search_planted(from: u64, seeds: u64) -> Result<()> {
    let mut unseen = Vec::new();
    for bug in Bug::ALL.iter().copied() {
        plant(bug);
        let shows = |seed: &u64| run(*seed, Faults::FIELD).is_ok_and(|report| !report.broken.is_empty());
        match (from..from + seeds).find(shows) {
            Some(seed) => println!("    (Bug::{bug:?}, {seed}),"),
            None => unseen.push(bug),
        }
    }
    plant(Bug::None);
    if unseen.is_empty() { Ok(()) } else { Err(anyhow::anyhow!("not found in {seeds} seeds each: {unseen:?}")) }
}
