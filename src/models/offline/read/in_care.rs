//! Records of people who have no account: patients, pupils. Who handles them sees them, and not everybody who signs up.

use super::draft::Draft;
use super::lexicon::nouns::Person;
use super::rights::unique;
use crate::models::offline::spec::{Op, Who};

/// Who adds records of people in somebody's care, and who adds what names them, where only those who are appointed have an
/// account.
#[must_use]
pub fn carers(d: &Draft, e: usize, makers: &[Who]) -> Option<Vec<Who>> {
    let role = |who: &Who| matches!(who, Who::Role(_));
    if !in_care(d, e) || !makers.iter().all(role) {
        return None;
    }
    let name = &d.entities[e].entity.name;
    let name_them = (0..d.entities.len()).filter(|x| *x != e && d.reference(*x, name).is_some());
    let adds = name_them.flat_map(|x| &d.entities[x].entity.access).filter(|a| a.ops.contains(&Op::Create));
    Some(unique(makers.iter().cloned().chain(adds.map(|a| a.who.clone()).filter(role))))
}

fn in_care(d: &Draft, e: usize) -> bool {
    const IN_CARE: [&str; 9] =
        ["patient", "pupil", "child", "kid", "client", "resident", "applicant", "inmate", "student"];
    let name = d.entities[e].entity.name.as_str();
    let mut accounts = d.roles.iter().filter(|r| r.kind != Person::Stranger);
    let appointed = accounts.all(|r| !r.open && r.kind == Person::Appointed);
    d.has_users() && appointed && IN_CARE.contains(&name.rsplit('_').next().unwrap_or(name))
}
