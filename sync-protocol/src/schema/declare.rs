//! The words in which kinds are declared. The builder asks for purpose and keeping time last, so none can be forgotten.

use super::field::{Class, Field, FieldType, Rule, Typed};
use super::route::{FacetRule, Hop};
use super::{Basis, Kind, Writer};
use crate::channel::Facet;
use crate::policy::Role;

pub struct Declaring(Kind);

pub fn kind(name: &'static str, zh: &'static str, en: &'static str) -> Declaring {
    Declaring(Kind {
        name,
        zh,
        en,
        class: Class::Plain,
        facet: FacetRule::Fixed(Facet::Open),
        route: Vec::new(),
        writers: Vec::new(),
        purpose: "",
        basis: Basis::Duty,
        keeping: "",
        same_id_as: None,
        fields: Vec::new(),
    })
}

impl Declaring {
    pub fn class(mut self, class: Class, facet: Facet) -> Self {
        (self.0.class, self.0.facet) = (class, FacetRule::Fixed(facet));
        self
    }
    pub fn facet(mut self, rule: FacetRule) -> Self {
        self.0.facet = rule;
        self
    }
    pub fn route(mut self, hops: impl IntoIterator<Item = Hop>) -> Self {
        self.0.route = hops.into_iter().collect();
        self
    }
    pub fn same_id_as(mut self, kind: &'static str) -> Self {
        self.0.same_id_as = Some(kind);
        self
    }
    pub fn by(mut self, roles: impl IntoIterator<Item = Role>) -> Self {
        self.0.writers.extend(roles.into_iter().map(Writer::Role));
        self
    }
    pub fn by_relay(mut self) -> Self {
        self.0.writers.push(Writer::Relay);
        self
    }
    pub fn by_anyone(mut self) -> Self {
        self.0.writers.push(Writer::Anyone);
        self
    }
    pub fn once(self, name: &'static str, ty: Typed) -> Self {
        self.field(name, Rule::Once, ty)
    }
    pub fn latest(self, name: &'static str, ty: Typed) -> Self {
        self.field(name, Rule::Latest, ty)
    }
    pub fn set(self, name: &'static str, ty: Typed) -> Self {
        self.field(name, Rule::Set, ty)
    }
    pub fn greatest(self, name: &'static str, ty: Typed) -> Self {
        self.field(name, Rule::Greatest, ty)
    }
    fn field(mut self, name: &'static str, rule: Rule, typed: Typed) -> Self {
        let Typed { ty, optional, masked } = typed;
        self.0.fields.push(Field { name, rule, ty, optional, masked, class: None });
        self
    }
    /// Gives the field declared last a class of its own.
    pub fn sensitive(mut self) -> Self {
        if let Some(field) = self.0.fields.last_mut() {
            field.class = Some(Class::Sensitive);
        }
        self
    }
    pub fn basis(mut self, basis: Basis) -> Self {
        self.0.basis = basis;
        self
    }
    pub fn purpose(mut self, purpose: &'static str) -> Purposed {
        self.0.purpose = purpose;
        Purposed(self.0)
    }
}

pub struct Purposed(Kind);

impl Purposed {
    pub fn keep(mut self, keeping: &'static str) -> Kept {
        self.0.keeping = keeping;
        Kept(self.0)
    }
}

pub struct Kept(Kind);

impl Kept {
    pub fn build(self) -> Kind {
        self.0
    }
}

pub fn text(most: u32) -> Typed {
    Typed::of(FieldType::Text(most))
}
/// A text of the usual length, 60 characters.
pub fn line() -> Typed {
    text(60)
}
pub fn words() -> Typed {
    Typed::of(FieldType::Words)
}
pub fn int() -> Typed {
    Typed::of(FieldType::Int)
}
pub fn truth() -> Typed {
    Typed::of(FieldType::Bool)
}
pub fn date() -> Typed {
    Typed::of(FieldType::Date)
}
pub fn time() -> Typed {
    Typed::of(FieldType::Time)
}
pub fn code() -> Typed {
    Typed::of(FieldType::Code)
}
pub fn hash() -> Typed {
    Typed::of(FieldType::Hash)
}
pub fn one_of(values: &'static [&'static str]) -> Typed {
    Typed::of(FieldType::OneOf(values))
}
pub fn to(kind: &'static str) -> Typed {
    Typed::of(FieldType::Ref(kind))
}
pub fn to_any(kinds: &'static [&'static str]) -> Typed {
    Typed::of(FieldType::RefAny(kinds))
}
pub fn list(of: Typed) -> Typed {
    Typed::of(FieldType::List(Box::new(of.ty)))
}
pub fn structure() -> Typed {
    Typed::of(FieldType::Structure)
}

pub const IN_USE: &str = "while in use, then 3 years at the relay";
pub const AS_RESIDENT: &str = "tablet: while they live here; relay: 180 days after moving out or death";
