//! Issues and what hangs on them: contacts, steps, meetings and attachments.

use super::Kind;
use super::declare::*;
use super::field::Class::{Personal, Plain};
use super::route::{FacetRule, Hop};
use crate::channel::Facet;
use crate::policy::Role::{BuildingLead, GridWorker, Handler, Supervisor, Volunteer};

const PURPOSE: &str = "solve it, show how";
const KEEPING: &str = "tablet: while open, and 90 days after closing; relay 5 years";

pub const STEPS: &[&str] = &[
    "accept",
    "return",
    "hand_back",
    "supplement",
    "solve",
    "open",
    "dispatch",
    "pass_on",
    "sign",
    "handle",
    "check_passed",
    "check_failed",
    "close",
    "rate",
    "reopen",
    "suspend",
    "resume",
    "ask_time",
    "grant_time",
    "refuse_time",
    "escalate",
    "urge",
    "supervise",
    "position",
    "add",
    "merge",
    "void",
];

pub fn kinds() -> Vec<Kind> {
    vec![issue(), issue_contact(), issue_step(), meeting(), attachment()]
}

fn issue() -> Kind {
    kind("issue", "问题", "issue")
        .class(Plain, Facet::Open)
        .facet(FacetRule::PersonalWhilePrivate)
        .route([
            Hop::FirstOf(&[Hop::ParentUnlessPrivate("building", "private"), Hop::Division("grid")]),
            Hop::Handling("grid"),
            Hop::Author,
        ])
        .by([GridWorker, BuildingLead, Volunteer, Supervisor, Handler])
        .by_relay()
        .once("number", text(24))
        .once("words", words())
        .once("source", one_of(&["seen", "visit", "resident", "lead", "hotline", "open311"]))
        .once("household", to("household").optional())
        .once("need", to("need").optional())
        .once("author_name", line())
        .once("happened_at", time())
        // The limit of being accepted, as steps carry theirs.
        .once("limit_minutes", int().optional())
        .once("calendar_version", text(24).optional())
        .latest("category", to("category"))
        .latest("place", text(200))
        .latest("grid", code())
        .latest("building", to("building").optional())
        .latest("latitude_e6", int().optional())
        .latest("longitude_e6", int().optional())
        .latest("urgency", one_of(&["normal", "soon", "now"]))
        .latest("private", truth())
        .latest("external_id", line().optional())
        .set("parties", to("unit"))
        .purpose(PURPOSE)
        .keep(KEEPING)
        .build()
}

fn issue_contact() -> Kind {
    kind("issue_contact", "联系人", "issue contact")
        .class(Personal, Facet::Personal)
        .route([Hop::SameId("issue")])
        .same_id_as("issue")
        .by([GridWorker, BuildingLead, Volunteer, Supervisor, Handler])
        .once("consent", to("consent").optional())
        .latest("name", line().optional().masked())
        .latest("phone", text(20).masked())
        .purpose(PURPOSE)
        .keep("90 days after closing")
        .build()
}

fn issue_step() -> Kind {
    kind("issue_step", "步骤", "issue step")
        .class(Plain, Facet::Open)
        .facet(FacetRule::As("issue"))
        .route([Hop::Parent("issue")])
        .by([GridWorker, BuildingLead, Volunteer, Supervisor, Handler])
        .by_relay()
        .once("issue", to("issue"))
        .once("step", one_of(STEPS))
        .once("words", words().optional())
        // The unit its author acted for, so that the fold need not know who works where.
        .once("for_unit", to("unit").optional())
        .once("to", list(to("unit")).optional())
        .once("due", time().optional())
        .once("reason", text(20).optional())
        .once("rating", one_of(&["satisfied", "not_satisfied"]).optional())
        .once("same_as", to("issue").optional())
        // Filled by the app where the step starts a clock, so that later changes of category or calendar move nothing.
        .once("limit_minutes", int().optional())
        .once("calendar_version", text(24).optional())
        .once("happened_at", time())
        .once("author_name", line())
        .purpose(PURPOSE)
        .keep(KEEPING)
        .build()
}

fn meeting() -> Kind {
    kind("meeting", "联席会议", "joint meeting")
        .class(Personal, Facet::Personal)
        .route([Hop::Division("division")])
        .by([Supervisor])
        .once("division", code())
        .latest("held_at", time())
        .latest("place", text(200).optional())
        .latest("minutes", words().optional())
        .set("issues", to("issue"))
        .set("units", to("unit"))
        .purpose(PURPOSE)
        .keep(KEEPING)
        .build()
}

fn attachment() -> Kind {
    let about = &["visit", "issue", "issue_step", "need", "consent", "meeting", "project", "notice", "building"];
    kind("attachment", "附件", "attachment")
        .class(Personal, Facet::Personal)
        .facet(FacetRule::As("about"))
        .route([Hop::Parent("about")])
        .by([GridWorker, BuildingLead, Volunteer, Supervisor, Handler])
        .once("about", to_any(about))
        .once("use", one_of(&["before", "after", "photo", "signature", "voice", "document"]))
        .once("sha256", hash())
        .once("thumb", hash().optional())
        .once("media_type", text(40))
        .once("bytes", int())
        .once("place_kept", truth())
        .latest("words", words().optional())
        .purpose("as its record")
        .keep("as its record; the original leaves a tablet only after 45 days and a verified backup")
        .build()
}
