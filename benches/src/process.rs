//! What a process has used: processor time and memory, as the kernel counts them.

use anyhow::{Context, Result};
use std::path::PathBuf;

/// The kernel's clock ticks in a second, the same on every Linux a person meets.
const TICKS: f64 = 100.0;

fn file(process: u32, name: &str) -> PathBuf {
    PathBuf::from(format!("/proc/{process}/{name}"))
}

/// Seconds of processor time, in user and kernel mode, of all threads.
pub fn cpu_s(process: u32) -> Result<f64> {
    let stat = std::fs::read_to_string(file(process, "stat"))?;
    // The name in brackets may hold spaces; the fields behind it do not.
    let behind = stat.rsplit_once(") ").context("an unknown form of /proc stat")?.1;
    let ticks: f64 = behind.split(' ').skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum();
    Ok(ticks / TICKS)
}

/// Kilobytes of memory: the most there ever were, and those there are now.
pub fn memory_kb(process: u32) -> Result<(u64, u64)> {
    let status = std::fs::read_to_string(file(process, "status"))?;
    let of = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|line| line.split_ascii_whitespace().next()?.parse().ok()).unwrap_or(0)
    };
    Ok((of("VmHWM:"), of("VmRSS:")))
}
