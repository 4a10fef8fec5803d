//! Help between neighbours and what the district offers: wishes, resources, volunteers, pairings, projects, notices.

use super::declare::*;
use super::field::Class::{Personal, Plain};
use super::route::Hop;
use super::{Basis, Kind};
use crate::channel::Facet;
use crate::policy::Role::{Administrator, Supervisor, Volunteer};

const OFFER_PURPOSE: &str = "know the place, who is responsible, what is offered";
const HELP_PURPOSE: &str = "help between neighbours";
const HELP_KEEPING: &str = "1 year after the end";

pub fn kinds() -> Vec<Kind> {
    vec![wish(), resource(), volunteer(), pairing(), project(), notice()]
}

fn wish() -> Kind {
    kind("wish", "微心愿", "small wish")
        .class(Plain, Facet::Open)
        .route([Hop::Division("community")])
        .by([Supervisor, Volunteer])
        .once("need", to("need"))
        .once("community", code())
        .once("category", to("category"))
        .latest("words", words())
        .latest("until", date().optional())
        .latest("state", one_of(&["open", "claimed", "met", "withdrawn"]))
        .basis(Basis::Consent)
        .purpose(HELP_PURPOSE)
        .keep(HELP_KEEPING)
        .build()
}

fn resource() -> Kind {
    kind("resource", "资源", "resource")
        .class(Plain, Facet::Open)
        .route([Hop::Division("division")])
        .by([Supervisor, Administrator])
        .once("type", one_of(&["service", "venue", "firm", "equipment", "desk_session"]))
        .latest("name", line())
        .latest("unit", to("unit").optional())
        .latest("division", code())
        .latest("hours", text(200).optional())
        .latest("phone", text(20).optional())
        .latest("address", text(200).optional())
        .latest("latitude_e6", int().optional())
        .latest("longitude_e6", int().optional())
        .latest("from", date().optional())
        .latest("until", date().optional())
        .set("helps_with", to("category"))
        .purpose(OFFER_PURPOSE)
        .keep(IN_USE)
        .build()
}

fn volunteer() -> Kind {
    kind("volunteer", "志愿者", "volunteer")
        .class(Plain, Facet::Open)
        .route([Hop::Division("community")])
        .by([Volunteer, Supervisor])
        .once("person", to("person"))
        .once("from", date())
        .latest("community", code())
        .latest("until", date().optional())
        .set("skills", to("category"))
        .set("free", text(12))
        .basis(Basis::Consent)
        .purpose(HELP_PURPOSE)
        .keep(HELP_KEEPING)
        .build()
}

fn pairing() -> Kind {
    kind("pairing", "结对", "pairing")
        .class(Personal, Facet::Personal)
        .route([Hop::Parent("household"), Hop::Person("person")])
        .by([Supervisor, Volunteer])
        .once("volunteer", to("volunteer"))
        // The volunteer's account, so that a route needs no second look-up.
        .once("person", to("person"))
        .once("household", to("household"))
        .once("wish", to("wish").optional())
        .once("consent", to("consent"))
        .once("from", date())
        .latest("call", line().masked())
        .latest("door", line().masked())
        .latest("until", date().optional())
        .latest("words", words().optional())
        .basis(Basis::Consent)
        .purpose(HELP_PURPOSE)
        .keep(HELP_KEEPING)
        .build()
}

fn project() -> Kind {
    kind("project", "民生项目", "livelihood project")
        .class(Plain, Facet::Open)
        .route([Hop::Division("division")])
        .by([Supervisor])
        .once("division", code())
        .latest("name", line())
        .latest("compound", to("compound").optional())
        .latest("stage", one_of(&["proposed", "asked", "planned", "building", "finished", "cared_for"]))
        .latest("words", words())
        .latest("starts_on", date().optional())
        .latest("ends_on", date().optional())
        .set("issues", to("issue"))
        .set("needs", to("need"))
        .purpose(OFFER_PURPOSE)
        .keep(IN_USE)
        .build()
}

fn notice() -> Kind {
    kind("notice", "通知", "notice")
        .class(Plain, Facet::Open)
        .route([Hop::FirstOf(&[Hop::Parent("building"), Hop::Division("division")])])
        .by([Supervisor])
        .once("division", code().optional())
        .once("building", to("building").optional())
        .latest("title", line())
        .latest("words", words())
        .latest("until", date().optional())
        .purpose(OFFER_PURPOSE)
        .keep(IN_USE)
        .build()
}
