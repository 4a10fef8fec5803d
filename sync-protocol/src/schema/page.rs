//! The page `docs/schema.md`, made from the declarations so that it cannot disagree with them.

use super::field::{Class, Field, FieldType, Rule};
use super::{Basis, Schema, Writer};
use std::fmt::Write;

/// The whole schema as Markdown.
pub fn page(schema: &Schema) -> String {
    let mut out = String::from(
        "# Records: kinds, fields, merge rules and privacy\n\n\
         Made from `sync-protocol/src/schema/` by `make generate`; edit the declarations, not this page.\n\
         The rule says how concurrent edits come together: see `sync-protocol/src/merge.rs`. `?` may be absent, `*` is\n\
         masked until somebody with the right asks.\n",
    );
    for kind in schema.kinds() {
        let basis = match kind.basis {
            Basis::Duty => "statutory duty",
            Basis::Consent => "consent",
            Basis::AsQuestionnaire => "as the questionnaire says",
        };
        let writers: Vec<&str> = kind
            .writers
            .iter()
            .map(|writer| match writer {
                Writer::Role(role) => role.name(),
                Writer::Relay => "relay",
                Writer::Anyone => "anyone",
            })
            .collect();
        // Writing to a String cannot fail.
        let _ = write!(
            out,
            "\n## {} {} (`{}`)\n\nPurpose: {}. Basis: {basis}. Kept: {}. Written by: {}.\n\n\
             | field | type | rule | class |\n| --- | --- | --- | --- |\n",
            kind.zh,
            kind.en,
            kind.name,
            kind.purpose,
            kind.keeping,
            writers.join(", "),
        );
        for field in &kind.fields {
            let class = class_name(field.class.unwrap_or(kind.class));
            let _ = writeln!(out, "| {} | {} | {} | {class} |", field.name, type_name(field), rule_name(field.rule));
        }
    }
    out
}

fn type_name(field: &Field) -> String {
    let name = one_type(&field.ty);
    format!("{name}{}{}", if field.optional { "?" } else { "" }, if field.masked { "*" } else { "" })
}

fn one_type(ty: &FieldType) -> String {
    match ty {
        FieldType::Text(most) => format!("text({most})"),
        FieldType::Words => "words".into(),
        FieldType::Int => "int".into(),
        FieldType::Bool => "bool".into(),
        FieldType::Date => "date".into(),
        FieldType::Time => "time".into(),
        FieldType::Code => "code".into(),
        FieldType::OneOf(values) => values.join(" / "),
        FieldType::Hash => "hash".into(),
        FieldType::Ref(kind) => format!("→{kind}"),
        FieldType::RefAny([]) => "→any".into(),
        FieldType::RefAny(kinds) => format!("→{}", kinds.join(" / ")),
        FieldType::List(of) => format!("[{}]", one_type(of)),
        FieldType::Structure => "structure".into(),
    }
}

fn rule_name(rule: Rule) -> &'static str {
    match rule {
        Rule::Once => "once",
        Rule::Latest => "latest",
        Rule::Set => "set",
        Rule::Greatest => "greatest",
    }
}

fn class_name(class: Class) -> &'static str {
    match class {
        Class::Plain => "plain",
        Class::Personal => "personal",
        Class::Sensitive => "sensitive",
    }
}
