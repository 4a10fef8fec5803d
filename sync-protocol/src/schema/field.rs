//! A field's declaration: its type, merge rule, privacy class and mask.

/// How concurrent values of a field come together (see [`crate::merge`]).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rule {
    /// Set when the record is created, refused later.
    Once,
    /// The newest value nobody has answered wins; others are an open conflict.
    Latest,
    /// Each element is present or absent for itself; no conflicts.
    Set,
    /// The greatest value ever written.
    Greatest,
}

/// How sensitive a field is (GB/T 35273).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Class {
    Plain,
    Personal,
    Sensitive,
}

#[derive(Clone, PartialEq, Debug)]
pub enum FieldType {
    /// One line of at most so many characters.
    Text(u32),
    /// Up to 4,000 characters, line breaks allowed.
    Words,
    /// 32 bits.
    Int,
    Bool,
    /// A day in Asia/Shanghai, `2026-11-23`.
    Date,
    /// A moment in UTC, `2026-11-23T01:12:00.000Z`.
    Time,
    /// A division or grid code: 6, 9, 12 or 15 digits.
    Code,
    OneOf(&'static [&'static str]),
    /// 64 lower-case hex digits.
    Hash,
    /// The id of a record of this kind.
    Ref(&'static str),
    /// `kind:id` of a record of one of these kinds; of any kind when empty.
    RefAny(&'static [&'static str]),
    /// A list that never changes.
    List(Box<FieldType>),
    /// A structure that its own module reads: a form, an edit as it was sent.
    Structure,
}

#[derive(Clone, Debug)]
pub struct Field {
    pub name: &'static str,
    pub rule: Rule,
    pub ty: FieldType,
    pub optional: bool,
    /// Shown in part until a person with the right asks, and that look is recorded.
    pub masked: bool,
    /// Where it differs from the kind's.
    pub class: Option<Class>,
}

/// A type on its way to becoming a field.
#[derive(Clone)]
pub struct Typed {
    pub(super) ty: FieldType,
    pub(super) optional: bool,
    pub(super) masked: bool,
}

impl Typed {
    pub(super) fn of(ty: FieldType) -> Self {
        Self { ty, optional: false, masked: false }
    }
    /// May be absent.
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }
    pub fn masked(mut self) -> Self {
        self.masked = true;
        self
    }
}
