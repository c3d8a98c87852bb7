//! The database as SQL.

use crate::models::offline::spec::{AppSpec, Entity, Feature, FieldType};
use std::fmt::Write as _;

pub fn schema(spec: &AppSpec) -> String {
    let mut out = String::new();
    if spec.users.is_some() {
        out.push_str(
            "CREATE TABLE \"app_accounts\" (\n  id INTEGER PRIMARY KEY AUTOINCREMENT,\n  sign_in TEXT,\n  sign_in_key TEXT \
             UNIQUE,\n  password TEXT,  -- a salted scrypt hash\n  administrator INTEGER\n);\nCREATE TABLE \"app_roles\" \
             (id INTEGER PRIMARY KEY, account_id INTEGER, role TEXT, UNIQUE (account_id, role));\nCREATE TABLE \
             \"app_sessions\" (id INTEGER PRIMARY KEY, account_id INTEGER, token TEXT UNIQUE, since INTEGER);\n\n",
        );
    }
    for entity in &spec.entities {
        table(spec, entity, &mut out);
    }
    for feature in &spec.features {
        match feature {
            Feature::Grant { entity, .. } => {
                let _ = writeln!(
                    out,
                    "CREATE TABLE \"{entity}_grants\" (id INTEGER PRIMARY KEY, owner_id INTEGER, user_id INTEGER);\n"
                );
            }
            Feature::History { entity, .. } => {
                let _ = writeln!(
                    out,
                    "CREATE TABLE \"{entity}_changes\" (id INTEGER PRIMARY KEY, {entity}_id INTEGER, action TEXT, user_id \
                     INTEGER,\n  user_name TEXT, at TEXT, changes TEXT);\n"
                );
            }
            _ => {}
        }
    }
    out
}

fn table(spec: &AppSpec, entity: &Entity, out: &mut String) {
    let _ = write!(out, "CREATE TABLE \"{}\" (\n  id INTEGER PRIMARY KEY AUTOINCREMENT", entity.plural);
    if entity.owned {
        out.push_str(",\n  owner_id INTEGER");
    }
    for field in &entity.fields {
        let kind = match &field.ty {
            FieldType::Integer | FieldType::Boolean | FieldType::UserReference { .. } => "INTEGER".to_owned(),
            FieldType::Reference { entity } => {
                let parent = spec.entity(entity).map_or_else(|| entity.clone(), |e| e.plural.clone());
                format!("INTEGER  -- an id of \"{parent}\"")
            }
            FieldType::Decimal { .. } => "NUMERIC".to_owned(),
            _ => "TEXT".to_owned(),
        };
        let _ = match kind.split_once("  -- ") {
            Some((kind, note)) => write!(out, ",\n  \"{}\" {kind} /* {note} */", field.name),
            None => write!(out, ",\n  \"{}\" {kind}", field.name),
        };
    }
    out.push_str("\n);\n\n");
}
