//! Where things are: divisions, compounds, buildings and dwellings. Nothing here speaks of a resident.

use super::Kind;
use super::declare::*;
use super::field::Class::Plain;
use super::route::Hop;
use crate::channel::Facet::Open;
use crate::policy::Role::{Administrator, GridWorker, Supervisor};

const PURPOSE: &str = "know the place, who is responsible, what is offered";

pub fn kinds() -> Vec<Kind> {
    vec![division(), workday_calendar(), compound(), building(), dwelling()]
}

fn division() -> Kind {
    kind("division", "区划", "division")
        .class(Plain, Open)
        .route([Hop::Division("code"), Hop::Division("parent")])
        .by([Administrator])
        .by_relay()
        .once("code", code())
        .once("level", one_of(&["district", "street", "community", "grid"]))
        .once("parent", code().optional())
        .latest("name", line())
        .latest("sort", int())
        .latest("ended_on", date().optional())
        .purpose(PURPOSE)
        .keep(IN_USE)
        .build()
}

fn workday_calendar() -> Kind {
    kind("workday_calendar", "工作日历", "workday calendar")
        .class(Plain, Open)
        .route([Hop::District])
        .by([Administrator])
        .by_relay()
        .once("year", int())
        .latest("days", text(366))
        .latest("hours", line())
        .purpose(PURPOSE)
        .keep(IN_USE)
        .build()
}

fn compound() -> Kind {
    kind("compound", "小区", "compound")
        .class(Plain, Open)
        .route([Hop::Division("community")])
        .by([Supervisor, Administrator])
        .by_relay()
        .latest("name", line())
        .latest("community", code())
        .latest("address", text(200).optional())
        .latest("property_firm", to("unit").optional())
        .latest("owners_committee", to("unit").optional())
        // WGS-84 in millionths of a degree.
        .latest("latitude_e6", int().optional())
        .latest("longitude_e6", int().optional())
        .latest("built_year", int().optional())
        .set("aliases", line())
        .purpose(PURPOSE)
        .keep(IN_USE)
        .build()
}

fn building() -> Kind {
    kind("building", "楼栋", "building")
        .class(Plain, Open)
        .route([Hop::Division("grid"), Hop::OwnBuilding])
        .by([GridWorker, Supervisor])
        .by_relay()
        .latest("grid", code())
        .latest("compound", to("compound").optional())
        .latest("name", line())
        .latest("number", text(20))
        .latest("address", text(200).optional())
        .latest("entrances", int())
        .latest("floors_up", int())
        .latest("floors_down", int())
        .latest("lift", truth().optional())
        .latest("walk_order", int())
        .latest("latitude_e6", int().optional())
        .latest("longitude_e6", int().optional())
        .set("aliases", line())
        .purpose(PURPOSE)
        .keep(IN_USE)
        .build()
}

fn dwelling() -> Kind {
    kind("dwelling", "住房", "dwelling")
        .class(Plain, Open)
        .route([Hop::Parent("building")])
        .by([GridWorker, Supervisor])
        .by_relay()
        .once("building", to("building"))
        .latest("entrance", text(10))
        .latest("floor", int())
        .latest("floor_name", text(10).optional())
        .latest("door", text(16))
        .latest("column", int().optional())
        .latest("span", int().optional())
        .latest("use", one_of(&["owner_occupied", "let", "commercial", "vacant", "other"]))
        .purpose(PURPOSE)
        .keep(IN_USE)
        .build()
}
