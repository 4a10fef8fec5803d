//! Waiting for the database from code that does not run in an async runtime, or must not block one's driver.
//!
//! Connections are driven by a small runtime of their own; whoever asks sleeps on its own thread until the answer is there.
//! That works from any thread, a blocking one of another runtime included.

use super::fault::Fault;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};

/// Longer than the server lets any statement run: beyond it the line is dead.
const PATIENCE: Duration = Duration::from_secs(90);

pub struct Driver(Option<Runtime>);

impl Driver {
    pub fn start() -> std::io::Result<Self> {
        let runtime = Builder::new_multi_thread().worker_threads(1).thread_name("postgres").enable_all().build()?;
        Ok(Self(Some(runtime)))
    }

    pub fn spawn<T: Send + 'static>(&self, task: impl Future<Output = T> + Send + 'static) -> Result<T, Fault> {
        let Some(runtime) = &self.0 else { return Err(Fault::new("the store is closed")) };
        wait(runtime.spawn(task))?.map_err(|error| Fault::new(error.to_string()))
    }

    pub fn run_on(&self, task: impl Future<Output = ()> + Send + 'static) {
        if let Some(runtime) = &self.0 {
            runtime.spawn(task);
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Not waited for: the last holder of a store may be a task of another runtime.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Sleeps until a future is ready.
pub fn wait<F: Future>(future: F) -> Result<F::Output, Fault> {
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    let until = Instant::now() + PATIENCE;
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return Ok(output);
        }
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Fault::silent());
        }
        std::thread::park_timeout(left);
    }
}
