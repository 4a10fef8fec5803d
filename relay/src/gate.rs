//! A gate in front of work that blocks a thread: so many at once, so many waiting, and the rest is told to come back.
//!
//! Without it thousands of tablets that return at once (F31) would each hold a thread while one writer works.

use crate::error::{RelayError, Result};
use crate::keys::random;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use sync_protocol::Code;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Less than a client waits for an answer; whoever stands longer would only be given one nobody hears.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

pub struct Gate {
    places: Arc<Semaphore>,
    waiting: AtomicUsize,
    most_waiting: usize,
}

impl Gate {
    pub fn new(at_once: u32, most_waiting: u32) -> Self {
        let places = Arc::new(Semaphore::new(at_once as usize));
        Self { places, waiting: AtomicUsize::new(0), most_waiting: most_waiting as usize }
    }

    /// A place, kept until the permit is dropped: also by work whose caller has gone.
    pub async fn enter(&self) -> Result<OwnedSemaphorePermit> {
        if let Ok(place) = self.places.clone().try_acquire_owned() {
            return Ok(place);
        }
        let _waiting = Waiting::join(&self.waiting, self.most_waiting)?;
        match tokio::time::timeout(LONGEST_WAIT, self.places.clone().acquire_owned()).await {
            Ok(Ok(place)) => Ok(place),
            Ok(Err(_)) | Err(_) => Err(busy()),
        }
    }
}

/// One who waits; leaves the count also where the caller went away.
struct Waiting<'g>(&'g AtomicUsize);

impl<'g> Waiting<'g> {
    fn join(count: &'g AtomicUsize, most: usize) -> Result<Self> {
        let waiting = Self(count);
        if count.fetch_add(1, Ordering::Relaxed) >= most { Err(busy()) } else { Ok(waiting) }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn busy() -> RelayError {
    metrics::counter!("linli_turned_away_total").increment(1);
    RelayError::wait(Code::Unavailable, "too many calls at once", spread(2, 15))
}

/// A number of seconds between two, drawn anew for each caller so that they do not all return together.
pub fn spread(least: u32, most: u32) -> u32 {
    let drawn = random::<2>().map_or(0, |bytes| u32::from(u16::from_be_bytes(bytes)));
    least + drawn % (most - least + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn f31_who_finds_the_queue_full_is_told_when_to_come_back() {
        let gate = Arc::new(Gate::new(1, 1));
        let first = gate.enter().await.unwrap();
        let second = tokio::spawn({
            let gate = gate.clone();
            async move { gate.enter().await.map(drop) }
        });
        tokio::time::sleep(Duration::from_millis(50)).await;
        let problem = gate.enter().await.unwrap_err().problem();
        assert_eq!((problem.code, problem.status), (Code::Unavailable, 503));
        assert!((2..=15).contains(&problem.retry_after_s.unwrap()));
        drop(first);
        second.await.unwrap().unwrap();
    }
}
