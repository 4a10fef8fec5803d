//! How a kind finds its channels and facet. [`crate::routes`] walks these hops.

use crate::channel::Facet;

/// One step on the way from a record to its channels. A record's channels are the union over its kind's hops.
#[derive(Clone, Debug, PartialEq)]
pub enum Hop {
    /// The deployment's district.
    District,
    /// The division or grid whose code this field holds.
    Division(&'static str),
    /// As [`Hop::Division`], and where that is a grid its community as well.
    DivisionAndCommunity(&'static str),
    /// The unit this field points to.
    Unit(&'static str),
    /// Every unit in this list.
    Units(&'static str),
    /// The person this field points to.
    Person(&'static str),
    /// The person who created the record.
    Author,
    /// The record's own channel, as a building, a unit or a person has one.
    OwnBuilding,
    OwnUnit,
    OwnPerson,
    /// All channels of the record this field points to.
    Parent(&'static str),
    /// Of a conflict: all channels of the record this field points to, and those it would have by each of the sides.
    EverySide(&'static str),
    /// The communities of the grids that the record this field points to is in.
    CommunitiesOf(&'static str),
    /// The parent's channels without its building's: for what a building lead is not to see.
    ParentInGridOnly(&'static str),
    /// As [`Hop::Parent`], while the second field is absent.
    ParentWhile(&'static str, &'static str),
    /// As [`Hop::ParentInGridOnly`] while the second field is true, else as [`Hop::Parent`].
    ParentUnlessPrivate(&'static str, &'static str),
    /// The first of these whose field is set.
    FirstOf(&'static [Hop]),
    /// The record with the same id, of this kind.
    SameId(&'static str),
    /// The households of the residences without `until`; after the last one ended, of that one.
    Homes,
    /// Of an issue: the units that its steps brought it to, and the divisions of the levels it was escalated to, by the grid
    /// this field names.
    Handling(&'static str),
    /// The scopes of the assignments that point here.
    Assignments,
}

/// The facet a record has in each of its channels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FacetRule {
    Fixed(Facet),
    /// Guarded while the field `minor` is true, else personal.
    GuardedWhileMinor,
    /// Personal while the field `private` is true, else open.
    PersonalWhilePrivate,
    /// As the record this field points to, or the record with the same id where the field is `id`.
    As(&'static str),
    /// Guarded where the category this field points to is of the group care, else personal.
    GuardedForCare(&'static str),
    /// What the questionnaire this field points to says of itself.
    AsQuestionnaire(&'static str),
}
