//! What happens at a door: rounds, visits, promises, notes, needs and questionnaires.

use super::declare::*;
use super::field::Class::{Personal, Plain};
use super::route::{FacetRule, Hop};
use super::{Basis, Kind};
use crate::channel::Facet;
use crate::policy::Role::{GridWorker, Handler, Supervisor};

const PURPOSE: &str = "what was said, asked and promised";
const KEEPING: &str = "tablet 12 months, relay 3 years";

pub fn kinds() -> Vec<Kind> {
    vec![round(), visit(), promise(), note(), need(), questionnaire(), answer()]
}

fn round() -> Kind {
    kind("round", "走访计划", "round")
        .class(Plain, Facet::Open)
        .route([Hop::Division("grid")])
        .by([GridWorker, Supervisor])
        .once("grid", code())
        .once("from", date())
        .latest("name", line())
        .latest("to", date().optional())
        .latest("order", one_of(&["top_down", "bottom_up"]))
        .latest("closed_on", date().optional())
        .set("workers", to("person"))
        .set("buildings", to("building"))
        .purpose("know the place, who is responsible, what is offered")
        .keep(IN_USE)
        .build()
}

fn visit() -> Kind {
    kind("visit", "走访", "visit")
        .class(Personal, Facet::Personal)
        .route([Hop::FirstOf(&[Hop::Parent("household"), Hop::ParentInGridOnly("dwelling")])])
        .by([GridWorker])
        .by_relay()
        .once("dwelling", to("dwelling"))
        .once("household", to("household").optional())
        .once("round", to("round").optional())
        .once("outcome", one_of(&["met", "nobody", "appointment", "refused", "vacant", "moved"]))
        .once("met", list(to("resident")).optional())
        .once("said", words().optional())
        .once("confirmed", list(line()).optional())
        .once("revisit_on", date().optional())
        .once("replaces", to("visit").optional())
        .once("void", truth().optional())
        .once("happened_at", time())
        .once("author_name", line())
        .purpose(PURPOSE)
        .keep(KEEPING)
        .build()
}

fn promise() -> Kind {
    kind("promise", "承诺", "promise")
        .class(Personal, Facet::Personal)
        .facet(FacetRule::As("made_in"))
        .route([Hop::Parent("made_in")])
        .by([GridWorker, Supervisor, Handler])
        .once("made_in", to_any(&["visit", "meeting"]))
        .once("words", words())
        .once("by", to_any(&["person", "unit"]))
        .latest("due_on", date().optional())
        .latest("kept_on", date().optional())
        .latest("kept_words", words().optional())
        .purpose(PURPOSE)
        .keep(KEEPING)
        .build()
}

fn note() -> Kind {
    kind("note", "备注", "note")
        .class(Personal, Facet::Personal)
        .facet(FacetRule::As("about"))
        .route([Hop::Parent("about")])
        .by([GridWorker, Supervisor, Handler])
        .once("about", to_any(&["household", "resident", "building", "issue", "project"]))
        .once("words", words())
        .once("happened_at", time())
        .once("author_name", line())
        .purpose(PURPOSE)
        .keep(KEEPING)
        .build()
}

fn need() -> Kind {
    kind("need", "需求", "need")
        .class(Personal, Facet::Personal)
        .facet(FacetRule::GuardedForCare("category"))
        .route([Hop::Parent("household")])
        .by([GridWorker, Supervisor])
        .once("household", to("household"))
        .once("resident", to("resident").optional())
        .latest("category", to("category"))
        .latest("words", words())
        .latest("urgency", one_of(&["normal", "soon", "today"]))
        .latest("consent", to("consent").optional())
        .latest("state", one_of(&["open", "matched", "answered", "declined", "withdrawn"]))
        .latest("answer", words().optional())
        .latest("answered_on", date().optional())
        .latest("told_on", date().optional())
        .latest("issue", to("issue").optional())
        .purpose(PURPOSE)
        .keep(KEEPING)
        .build()
}

fn questionnaire() -> Kind {
    kind("questionnaire", "问卷", "questionnaire")
        .class(Plain, Facet::Open)
        .route([Hop::Division("division")])
        .by([Supervisor])
        .once("code", text(20))
        .once("version", int())
        .once("subject", one_of(&["household", "resident", "dwelling", "building"]))
        .once("form", structure())
        .once("facet", one_of(&["personal", "guarded"]))
        .once("purpose", text(200))
        .once("basis", one_of(&["duty", "consent"]))
        .latest("title", line())
        .latest("division", code())
        .latest("target", text(400).optional())
        .latest("opens_on", date().optional())
        .latest("closes_on", date().optional())
        .basis(Basis::AsQuestionnaire)
        .purpose("as the questionnaire says")
        .keep("1 year after closing")
        .build()
}

fn answer() -> Kind {
    kind("answer", "答卷", "answer")
        .class(Personal, Facet::Personal)
        .facet(FacetRule::AsQuestionnaire("questionnaire"))
        .route([Hop::ParentInGridOnly("subject")])
        .by([GridWorker])
        .once("questionnaire", to("questionnaire"))
        .once("subject", to_any(&["household", "resident", "dwelling", "building"]))
        .latest("finished_on", date().optional())
        .basis(Basis::AsQuestionnaire)
        .purpose("as the questionnaire says")
        .keep("1 year after closing; answers that are register fields live on there")
        .build()
}
