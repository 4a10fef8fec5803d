//! Mistakes made on purpose, one at a time, to show that the simulation finds them (`simulation/tests/planted.rs`).
//!
//! A program built for release holds none of this: there [`is`] is `false` before anything runs. Elsewhere nothing is
//! planted until a test says so.

use std::sync::atomic::{AtomicU8, Ordering};

macro_rules! bugs {
    ($($(#[$doc:meta])* $variant:ident),+ $(,)?) => {
        /// A mistake somebody could make.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(u8)]
        pub enum Bug { None, $($(#[$doc])* $variant),+ }

        impl Bug {
            pub const ALL: &'static [Bug] = &[$(Bug::$variant),+];
        }
    };
}

bugs! {
    // Merging.
    /// Of versions that nobody answered only the winner is kept.
    LoserDropped,
    /// An edit does not end the versions it was written over.
    BasesIgnored,
    /// The earliest version wins.
    OldestWins,
    /// A greatest value gives way to any later one.
    GreatestGivesWay,
    // The relay's judging.
    /// An edit that runs ahead, or behind what it was written over, gets no order.
    NoOrder,
    /// An edit held for a supervisor leaves no record for them.
    HeldUnseen,
    /// A disagreement leaves no conflict record.
    ConflictUnseen,
    /// What waited is not tried when the record it needs has come.
    WaitingForgotten,
    /// An edit that needs an unknown record is refused for good.
    WaitingRefused,
    /// A repeated push is judged once more.
    RepeatJudged,
    /// An edit that is refused ends its push: what is behind it hears nothing.
    RefusalBlocks,
    /// An issue's step keeps its stamp as order.
    StepUnordered,
    /// A refused edit is answered and not kept.
    OutcomeUnstored,
    /// The end of a device's chain stays where it was.
    ChainUnmoved,
    // Channels.
    /// A record that left a channel is not said to have departed.
    DepartureUnsaid,
    /// A changed record keeps its old position.
    ChangeUnlisted,
    /// What hangs below a record that moved stays where it was.
    ChildrenStay,
    /// A cursor goes to the head though the page ended before it.
    CursorEarly,
    /// The relay's digests do not follow its records.
    RelayDigestStale,
    // The device.
    /// A device's digests do not follow its rows.
    DeviceDigestStale,
    /// What differs from the relay's is never looked for.
    DifferenceIgnored,
    /// Rows stay when the channel that listed them is given up.
    RowsStay,
    /// A departed record's row stays.
    DepartedStays,
    /// Departures are left out of a page that lists something too.
    DepartedOvertaken,
    /// Edits are settled when they are sent, not when the relay has said what became of them.
    SettledWhenSent,
    /// The first pending edit of a push is skipped.
    PushSkips,
    /// The clock is not kept with the edit that used it.
    ClockForgotten,
    /// New grants bring no channels.
    GrantsUnfollowed,
    /// An edit stays laid over a copy that shows it.
    AccountForgotten,
    // A restored relay.
    /// Cursors keep their positions when the relay was restored.
    CursorsKept,
    /// What a restored relay lacks is not offered to it.
    RefillForgotten,
    /// What was offered to a restored relay is offered for ever.
    RefillForever,
}

static PLANTED: AtomicU8 = AtomicU8::new(Bug::None as u8);

/// Plants a mistake in this process, in place of any before it. Nothing happens in a program built for release.
pub fn plant(bug: Bug) {
    PLANTED.store(bug as u8, Ordering::Relaxed);
}

/// Whether this mistake is to be made.
#[inline]
pub fn is(bug: Bug) -> bool {
    cfg!(debug_assertions) && PLANTED.load(Ordering::Relaxed) == bug as u8
}
