//! `POST /v1/push` and `POST /v1/pull`: records move. `POST /v1/compare`: where two replicas differ.

use super::body::JsonBody;
use super::caller::Caller;
use crate::accept::{self, Pushed};
use crate::error::{RelayError, Result};
use crate::ledger::rights::{self, Touched};
use crate::relay::Relay;
use crate::sessions::signed_in_authors;
use crate::store::Tx;
use crate::{digests, district, pull, retention};
use axum::Json;
use axum::extract::State;
use sync_protocol::Code;
use sync_protocol::day::day_of;
use sync_protocol::messages::{CompareAnswer, CompareRequest, PullAnswer, PullRequest, PushAnswer, PushRequest};

pub async fn push(
    State(relay): State<Relay>,
    Caller(device): Caller,
    JsonBody(mut request, _memory): JsonBody<PushRequest>,
) -> Result<Json<PushAnswer>> {
    let (now, now_ms) = (relay.now(), relay.now_ms());
    let (schema, epoch) = (relay.schema(), relay.epoch());
    pull::check_epoch(request.epoch, epoch)?;
    let tokens = std::mem::take(&mut request.author_tokens);
    let (checked, number) = (device.clone(), device.number);
    // A signature costs a millisecond of computing: not on a thread that serves connections.
    let pushed = relay.compute(move || Pushed::verified(request, &checked)).await??;
    let outcomes = relay.write(move |tx| {
        let signed_in = signed_in_authors(tx, device.number, &tokens, now_ms)?;
        let outcomes = accept::accept(tx, schema, &device, &pushed, &signed_in, now)?;
        let enrol_again = district::is_copied(tx, device.number)?;
        let touched = rights::touched(tx, &pushed.edits, &pushed.ids, &outcomes)?;
        Ok((outcomes, touched, enrol_again))
    });
    let (outcomes, touched, enrol_again) = match outcomes.await {
        Err(RelayError::Refused(problem)) if problem.code == Code::ChainBroken => {
            tracing::warn!(device = number.0, "two tablets use one number; both are asked to enrol again");
            relay.write(move |tx| district::mark_copied(tx, number)).await?;
            return Err(RelayError::Refused(problem));
        }
        outcomes => outcomes?,
    };
    if !touched.is_empty() {
        remember_rights(&relay, touched, now.ms).await?;
    }
    Ok(Json(PushAnswer { epoch, outcomes, enrol_again, now_ms: relay.told_ms() }))
}

/// Ends of rights go into the ledger before the push is answered; those it has already hold for what a push brings back.
async fn remember_rights(relay: &Relay, touched: Touched, now_ms: u64) -> Result<()> {
    let ended = rights::still_ended(relay.ledger(), &touched);
    if !ended.is_empty() {
        let schema = relay.schema();
        let end =
            move |tx: &dyn Tx| ended.iter().try_for_each(|end| rights::end_again(tx, schema, end, now_ms).map(drop));
        relay.write(end).await?;
    }
    let writing = relay.clone();
    relay.compute(move || rights::write_down(writing.ledger(), touched, now_ms)).await?
}

pub async fn pull(
    State(relay): State<Relay>,
    Caller(device): Caller,
    JsonBody(request, _memory): JsonBody<PullRequest>,
) -> Result<Json<PullAnswer>> {
    let (now_ms, told_ms) = (relay.now_ms(), relay.told_ms());
    let epoch = relay.epoch();
    pull::check(&request, epoch)?;
    let cache = relay.clone();
    let heads = match &request.standing {
        Some(_) if request.cursors.is_empty() => Some(relay.heads().await?),
        _ => None,
    };
    let number = device.number;
    let answer = relay.read(move |tx| {
        let granted = cache.rights().granted(tx, &device.holder, &day_of(now_ms))?;
        if let (Some(standing), Some(heads)) = (&request.standing, &heads) {
            let answer = pull::compare(standing, heads, &granted, epoch, told_ms);
            // Where nothing is new it is at every head.
            let passed = granted.facets.iter().map(|at| (at.clone(), heads.position(at)));
            let passed = if answer.more { Vec::new() } else { passed.collect() };
            return Ok((answer, passed));
        }
        let theirs = request.cursors.iter().filter(|cursor| granted.facets.contains(&cursor.at));
        let passed = theirs.map(|cursor| (cursor.at.clone(), cursor.position)).collect();
        Ok((pull::page_for(tx, &request, &granted, epoch, told_ms)?, passed))
    });
    let (answer, passed) = answer.await?;
    if !passed.is_empty() && relay.is_to_note(number, now_ms) {
        // Nobody who listens has to hear of it.
        let noting = relay.clone();
        let note = move || noting.store().write(|tx| retention::note_passed(tx, number, &passed));
        relay.compute(note).await??;
    }
    Ok(Json(answer))
}

pub async fn compare(
    State(relay): State<Relay>,
    Caller(device): Caller,
    JsonBody(request, _memory): JsonBody<CompareRequest>,
) -> Result<Json<CompareAnswer>> {
    let (now_ms, told_ms, epoch, cache) = (relay.now_ms(), relay.told_ms(), relay.epoch(), relay.clone());
    // Rare, and the one thing worth an operator's look: copies that should be alike are not.
    tracing::warn!(device = device.number.0, facet = request.at.facet.name(), "a replica differs");
    let answer = relay.read(move |tx| {
        let granted = cache.rights().granted(tx, &device.holder, &day_of(now_ms))?;
        digests::compare(tx, &request, &granted, epoch, told_ms)
    });
    Ok(Json(answer.await?))
}
