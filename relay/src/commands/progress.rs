//! How a long load comes along: how many records, how fast, and about how long still.

use std::time::{Duration, Instant};

/// Told no more often than this.
const EVERY: Duration = Duration::from_secs(2);

pub struct Progress {
    begun: Instant,
    told: Option<Instant>,
    records: usize,
    parts: usize,
    parts_done: usize,
}

impl Progress {
    pub fn begin(parts: usize) -> Self {
        Self { begun: Instant::now(), told: None, records: 0, parts, parts_done: 0 }
    }

    pub fn add(&mut self, records: usize) {
        self.records += records;
        if self.told.is_none_or(|told| told.elapsed() >= EVERY) {
            self.tell();
        }
    }

    /// One part more is done; the last one is always told.
    pub fn finish_part(&mut self) {
        self.parts_done += 1;
        if self.parts_done >= self.parts {
            self.tell();
        }
    }

    fn tell(&mut self) {
        self.told = Some(Instant::now());
        let taken_s = self.begun.elapsed().as_secs_f64();
        let rate = self.records as f64 / taken_s.max(0.001);
        let left = match self.parts_done {
            0 => String::new(),
            // Small parts come first, so the estimate only falls short at the very beginning.
            done => {
                let rest_s = taken_s * self.parts.saturating_sub(done) as f64 / done as f64;
                format!(", about {:.0} s left", rest_s.ceil())
            }
        };
        println!("records: {}, {rate:.0} a second{left}", self.records);
    }
}
