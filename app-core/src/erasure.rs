//! Having everything erased that is held on a resident: at a desk, by a supervisor of where they live, with the relay there.
//!
//! Nothing can be taken back, so this is the one use case that asks to be told whose data it is once more.

use crate::core::{Asking, Core, Shell, guard};
use crate::error::{CommandError, Result};
use crate::rights;
use crate::saved::id;
use crate::sign_in::Session;
use crate::words;
use local_store::{Tx, records, review};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use sync_client::transport::Transport;
use sync_protocol::messages::{self, ErasureRequest};
use sync_protocol::policy::may_erase;
use sync_protocol::{RecordId, RecordKey};
use ts_rs::TS;

words::words! {
    ErasureReason { Request, Expired, Mistake }
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct ErasureInput {
    pub resident: String,
    /// Typed by who asks for it, and the same as in the file.
    pub name: String,
    pub reason: ErasureReason,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct Erased {
    /// How many records the relay erased.
    pub records: u32,
}

/// Whether the asker may have a resident erased from where they ask.
pub(crate) fn may_be_asked(tx: &Tx<'_>, asking: &Asking, resident: RecordId) -> Result<bool> {
    if asking.shell != Shell::Console {
        return Ok(false);
    }
    let channels = review::channels(tx, &RecordKey::new("resident", resident))?;
    Ok(may_erase(&rights::assignments(tx, asking.person)?, &channels, &crate::moment::today(tx)?))
}

pub(crate) async fn erase_resident(core: &Arc<Core>, session: Option<&Session>, input: ErasureInput) -> Result<Erased> {
    let resident = id("resident", &input.resident)?;
    let asking = core.asking(session)?;
    asking.read(|tx| {
        let held = records::expect(tx, &RecordKey::new("resident", resident))?;
        if !may_be_asked(tx, &asking, resident)? {
            return Err(CommandError::new("not_allowed").with("what", "resident"));
        }
        match held.text("name").is_some_and(|name| name.trim() == input.name.trim()) {
            true => Ok(()),
            false => Err(CommandError::value("name", "not_the_same")),
        }
    })?;
    let token = session.and_then(|session| guard(&core.author_tokens).get(&session.person).cloned());
    let reason = match input.reason {
        ErasureReason::Request => messages::ErasureReason::Request,
        ErasureReason::Expired => messages::ErasureReason::Expired,
        ErasureReason::Mistake => messages::ErasureReason::Mistake,
    };
    let line = core.line(&asking.open.store, &asking.open.facts)?;
    let answer = line.erase(&ErasureRequest { resident, reason }, token.as_deref()).await?;
    // This desk, too, forgets them with the next round.
    asking.open.engine.nudge();
    Ok(Erased { records: answer.records })
}
