//! Residents and how they live: households, residences, and apart from them what fewer people may see.

use super::declare::*;
use super::field::Class::{Personal, Sensitive};
use super::route::{FacetRule, Hop};
use super::{Basis, Kind};
use crate::channel::Facet;
use crate::policy::Role::{GridWorker, Supervisor};

const PURPOSE: &str = "reach people, answer what they ask";

pub fn kinds() -> Vec<Kind> {
    vec![household(), resident(), residence(), identity(), guardian(), consent(), care()]
}

fn household() -> Kind {
    kind("household", "户", "household")
        .class(Personal, Facet::Personal)
        .route([Hop::ParentInGridOnly("dwelling")])
        .by([GridWorker, Supervisor])
        .by_relay()
        .latest("dwelling", to("dwelling"))
        .latest("tenure", one_of(&["owned", "long_let", "short_let", "borrowed", "public"]).optional())
        .latest("home_hours", line().optional())
        .latest("contact_by", one_of(&["phone", "message", "door", "family"]).optional())
        .latest("rhythm", one_of(&["week", "month", "quarter", "half_year", "on_request"]).optional())
        .latest("ended_on", date().optional())
        .latest("merged_into", to("household").optional())
        .greatest("last_visited", date().optional())
        .purpose(PURPOSE)
        .keep(AS_RESIDENT)
        .build()
}

fn resident() -> Kind {
    kind("resident", "居民", "resident")
        .class(Personal, Facet::Personal)
        .facet(FacetRule::GuardedWhileMinor)
        .route([Hop::Homes])
        .by([GridWorker, Supervisor])
        .by_relay()
        .latest("name", line().masked())
        // Pinyin, where the usual reading of the name is wrong.
        .latest("reading", line().optional())
        .latest("gender", one_of(&["female", "male"]).optional())
        .latest("born_on", date().optional())
        .latest("phone", text(20).optional().masked())
        .latest("phone_2", text(20).optional().masked())
        .latest("number_tail", text(4).optional())
        .sensitive()
        // A keyed hash of the identity number, to find doubles without holding the number.
        .latest("number_mark", text(32).optional())
        .sensitive()
        .latest("minor", truth().optional())
        .latest("died_on", date().optional())
        .latest("merged_into", to("resident").optional())
        .set("other_names", line())
        .set("languages", line())
        .purpose(PURPOSE)
        .keep(AS_RESIDENT)
        .build()
}

fn residence() -> Kind {
    let relations =
        &["head", "spouse", "child", "parent", "grandchild", "relative", "tenant", "co_tenant", "helper", "other"];
    kind("residence", "居住", "residence")
        .class(Personal, Facet::Personal)
        .facet(FacetRule::As("resident"))
        // An ended residence stays with the place and no longer follows the person.
        .route([Hop::Parent("household"), Hop::ParentWhile("resident", "until")])
        .by([GridWorker, Supervisor])
        .by_relay()
        .once("resident", to("resident"))
        .once("household", to("household"))
        .latest("relation", one_of(relations))
        .latest("stays", one_of(&["main", "second", "seasonal", "away"]))
        .latest("registered_here", truth().optional())
        .latest("since", date().optional())
        .latest("until", date().optional())
        .purpose(PURPOSE)
        .keep(AS_RESIDENT)
        .build()
}

fn identity() -> Kind {
    kind("identity", "证件号码", "identity document")
        .class(Sensitive, Facet::Identity)
        .route([Hop::SameId("resident")])
        .same_id_as("resident")
        .by([GridWorker, Supervisor])
        .by_relay()
        .latest("document", one_of(&["resident_card", "permit", "passport"]))
        .latest("number", text(32).masked())
        .purpose("tell two people apart; where a named service asks for it")
        .keep("as resident; the number is erased 30 days after that service ended")
        .build()
}

fn guardian() -> Kind {
    kind("guardian", "监护人", "guardian")
        .class(Sensitive, Facet::Guarded)
        .route([Hop::Parent("child")])
        .by([GridWorker, Supervisor])
        .once("child", to("resident"))
        .once("relation", one_of(&["parent", "grandparent", "other"]))
        .latest("guardian", to("resident").optional())
        .latest("name", line().optional().masked())
        .latest("phone", text(20).optional().masked())
        .latest("until", date().optional())
        .basis(Basis::Consent)
        .purpose("wanted services; minors")
        .keep("until the child is 14 or consent is withdrawn; consent itself 3 years as proof")
        .build()
}

fn consent() -> Kind {
    kind("consent", "同意", "consent")
        .class(Sensitive, Facet::Guarded)
        .route([Hop::Parent("resident")])
        .by([GridWorker, Supervisor])
        .once("resident", to("resident"))
        .once("purpose", one_of(&["care", "share_with_helpers", "share_contact", "photo", "minor"]))
        .once("text_version", text(20))
        .once("given_by", one_of(&["self", "guardian"]))
        .once("guardian", to("resident").optional())
        .latest("withdrawn_on", date().optional())
        .basis(Basis::Consent)
        .purpose("wanted services; minors")
        .keep("3 years as proof")
        .build()
}

fn care() -> Kind {
    kind("care", "关爱服务", "care wanted")
        .class(Sensitive, Facet::Guarded)
        .route([Hop::SameId("resident")])
        .same_id_as("resident")
        .by([GridWorker, Supervisor])
        .latest("consent", to("consent"))
        .set("services", to("category"))
        .basis(Basis::Consent)
        .purpose("wanted services; minors")
        .keep("until withdrawn")
        .build()
}
