//! A question asked early: while one page is written to the disk, the next is already on its way.
//!
//! Invariant: an early answer counts only for the very cursors that the store then asks with. Where writing the page led to
//! another question, or failed, it is dropped, as an answer that never came.

use super::exchange::{Ask, Heard};
use super::{Replica, hear};
use crate::error::Result;
use crate::transport::Transport;
use std::future::Future;
use std::pin::Pin;
use sync_protocol::messages::PullRequest;

pub struct Early<'a> {
    request: PullRequest,
    answer: Pin<Box<dyn Future<Output = Result<Heard>> + Send + 'a>>,
    heard: Option<Result<Heard>>,
}

impl<'a> Early<'a> {
    pub fn ask<T: Transport>(replica: &'a Replica, transport: &'a T, request: PullRequest) -> Self {
        let ask = Ask::Pull(request.clone());
        Self { request, answer: Box::pin(async move { hear(replica, transport, &ask).await }), heard: None }
    }

    /// Does something while the question is under way. Ends with it, and never waits for the answer.
    pub async fn meanwhile<R>(&mut self, work: impl Future<Output = R>) -> R {
        tokio::pin!(work);
        loop {
            tokio::select! {
                biased;
                done = &mut work => return done,
                heard = &mut self.answer, if self.heard.is_none() => self.heard = Some(heard),
            }
        }
    }

    pub fn is(&self, ask: &Ask) -> bool {
        let Ask::Pull(request) = ask else { return false };
        let mut same = request.clone();
        same.cursors.iter_mut().for_each(|cursor| cursor.digest = None);
        same == self.request
    }

    pub async fn heard(self) -> Result<Heard> {
        match self.heard {
            Some(heard) => heard,
            None => self.answer.await,
        }
    }
}
