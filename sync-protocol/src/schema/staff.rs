//! Who works here and for what: units, accounts, assignments and the categories that name a responsible unit.

use super::Kind;
use super::declare::*;
use super::field::Class::Plain;
use super::route::Hop;
use crate::channel::Facet::Open;
use crate::policy::Role::{Administrator, Supervisor};

const RIGHTS_PURPOSE: &str = "check rights; say who acted";
const RIGHTS_KEEPING: &str = "1 year after the end; the name in histories stays";

const UNIT_TYPES: &[&str] = &["office", "centre", "department", "property_firm", "owners_committee", "service_centre"];

pub fn kinds() -> Vec<Kind> {
    vec![unit(), person(), assignment(), category()]
}

fn unit() -> Kind {
    kind("unit", "处置单位", "handling unit")
        .class(Plain, Open)
        .route([Hop::Division("division"), Hop::OwnUnit])
        .by([Administrator])
        .by_relay()
        .once("type", one_of(UNIT_TYPES))
        .latest("name", line())
        .latest("short_name", text(12))
        .latest("division", code())
        .latest("parent", to("unit").optional())
        .latest("phone", text(20).optional())
        .latest("ended_on", date().optional())
        .purpose("know the place, who is responsible, what is offered")
        .keep(IN_USE)
        .build()
}

fn person() -> Kind {
    kind("person", "账号", "account")
        .class(Plain, Open)
        .route([Hop::Assignments, Hop::OwnPerson])
        .by([Administrator])
        .by_relay()
        .once("sign_in_name", text(32))
        .latest("name", line())
        .latest("work_phone", text(20).optional())
        .latest("ended_on", date().optional())
        .purpose(RIGHTS_PURPOSE)
        .keep(RIGHTS_KEEPING)
        .build()
}

fn assignment() -> Kind {
    kind("assignment", "任职", "assignment")
        .class(Plain, Open)
        .route([
            Hop::DivisionAndCommunity("division"),
            // Where the unit is as well: whoever appoints there has to see who is appointed.
            Hop::Parent("unit"),
            Hop::Parent("building"),
            Hop::Person("person"),
        ])
        .by([Administrator, Supervisor])
        .by_relay()
        .once("person", to("person"))
        .once("role", one_of(crate::policy::ROLE_NAMES))
        .once("division", code().optional())
        .once("unit", to("unit").optional())
        .once("building", to("building").optional())
        .once("from", date())
        .once("stands_in_for", to("person").optional())
        .latest("until", date().optional())
        .set("rights", one_of(&["identity", "register", "export"]))
        .purpose(RIGHTS_PURPOSE)
        .keep(RIGHTS_KEEPING)
        .build()
}

fn category() -> Kind {
    kind("category", "类别", "category")
        .class(Plain, Open)
        .route([Hop::District])
        .by([Administrator])
        .by_relay()
        .once("code", text(20))
        .once("group", one_of(&["issue", "need", "mediation", "care"]))
        .latest("name", line())
        .latest("name_en", line())
        // The class in GB/T 30428.2, from the district's own list; empty rather than guessed.
        .latest("standard", text(20).optional())
        .latest("picture", text(20).optional())
        .latest("unit", to("unit").optional())
        .latest("unit_type", one_of(UNIT_TYPES).optional())
        // Limits in work hours of the synced calendar.
        .latest("accept_hours", int())
        .latest("sign_hours", int())
        .latest("handle_hours", int())
        .latest("private", truth())
        .latest("sort", int())
        .latest("ended_on", date().optional())
        .purpose("know the place, who is responsible, what is offered")
        .keep(IN_USE)
        .build()
}
