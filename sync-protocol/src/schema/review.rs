//! What sync and the law ask people to look at: conflicts, held edits, looks at masked values, complaints.

use super::Kind;
use super::declare::*;
use super::field::Class::Personal;
use super::route::{FacetRule, Hop};
use crate::channel::Facet;
use crate::policy::Role::Supervisor;

const NOTHING_LOST: &str = "nothing entered is lost";
const UNTIL_SETTLED: &str = "30 days after settling (undo), then the history";
const BE_HEARD: &str = "answer for looking; be heard";

pub fn kinds() -> Vec<Kind> {
    vec![conflict(), held_edit(), reveal(), complaint()]
}

fn conflict() -> Kind {
    kind("conflict", "冲突", "conflict")
        .class(Personal, Facet::Personal)
        .facet(FacetRule::As("record"))
        .route([Hop::EverySide("record")])
        .by_relay()
        .once("record", to_any(&[]))
        .once("field", line())
        .latest("sides", structure())
        .latest("count", int())
        .latest("settled", structure().optional())
        .purpose(NOTHING_LOST)
        .keep(UNTIL_SETTLED)
        .build()
}

fn held_edit() -> Kind {
    kind("held_edit", "待审", "held edit")
        .class(Personal, Facet::Review)
        .route([Hop::FirstOf(&[Hop::CommunitiesOf("record"), Hop::Division("community")]), Hop::Author])
        .by([Supervisor])
        .by_relay()
        .once("record", to_any(&[]))
        .once("community", code().optional())
        .once("edit", structure())
        .once("reason", one_of(&["right_ended", "moved_away", "device_removed"]))
        .latest("decision", one_of(&["accept", "decline"]).optional())
        .latest("words", words().optional())
        .purpose(NOTHING_LOST)
        .keep(UNTIL_SETTLED)
        .build()
}

fn reveal() -> Kind {
    // No route: it only goes up, into the audit trail.
    kind("reveal", "查看记录", "reveal")
        .class(Personal, Facet::Review)
        .by_anyone()
        .once("record", to_any(&[]))
        .once("field", line())
        .once("reason", one_of(&["call", "visit", "service", "duplicate", "request"]))
        .once("happened_at", time())
        .purpose(BE_HEARD)
        .keep("3 years")
        .build()
}

fn complaint() -> Kind {
    kind("complaint", "意见", "complaint")
        .class(Personal, Facet::Review)
        .route([Hop::District, Hop::Author])
        .by_anyone()
        .once("about", one_of(&["app", "task", "person", "other"]))
        .once("words", words())
        .latest("state", one_of(&["open", "answered"]))
        .latest("answer", words().optional())
        .purpose(BE_HEARD)
        .keep("3 years")
        .build()
}
