//! Records of people: patients, guests, and what tells how they are reached. Who handles them sees them, and not everybody
//! who signs up.

use super::draft::Draft;
use super::lexicon::nouns::{self, Person};
use super::rights::unique;
use crate::models::offline::spec::{Field, FieldType, Op, Who};

/// Who adds such records, and who adds what names them and so must find them: an appointment with a doctor.
#[must_use]
pub fn carers(d: &Draft, e: usize, makers: &[Who]) -> Option<Vec<Who>> {
    if !(in_care(d, e) || confidential(d, e)) || !makers.iter().all(|who| matches!(who, Who::Role(_))) {
        return None;
    }
    let adds = referring(d, e).flat_map(|x| &d.entities[x].entity.access).filter(|a| a.ops.contains(&Op::Create));
    Some(unique(makers.iter().cloned().chain(adds.map(|a| a.who.clone()))))
}

/// Records of people other than those who work there, and such as tell how people are reached, or how old they are.
fn confidential(d: &Draft, e: usize) -> bool {
    let tells = |f: &Field| {
        matches!(f.ty, FieldType::Email | FieldType::Phone) || f.name.split('_').any(|part| part == "birth")
    };
    let entity = &d.entities[e].entity;
    let kind = nouns::person(entity.name.rsplit('_').next().unwrap_or(&entity.name));
    // who enters an appointment with a doctor must find the doctor
    let referred = || referring(d, e).next().is_some();
    kind.is_some_and(|kind| kind != Person::Appointed) || entity.fields.iter().any(tells) && !referred()
}

/// The other records that name these: appointments with a doctor, ratings of a barrel.
pub fn referring(d: &Draft, e: usize) -> impl Iterator<Item = usize> {
    (0..d.entities.len()).filter(move |x| *x != e && d.reference(*x, &d.entities[e].entity.name).is_some())
}

fn in_care(d: &Draft, e: usize) -> bool {
    const IN_CARE: [&str; 9] =
        ["patient", "pupil", "child", "kid", "client", "resident", "applicant", "inmate", "student"];
    let name = d.entities[e].entity.name.as_str();
    let mut accounts = d.roles.iter().filter(|r| r.kind != Person::Stranger);
    let appointed = accounts.all(|r| !r.open && r.kind == Person::Appointed);
    d.has_users() && appointed && IN_CARE.contains(&name.rsplit('_').next().unwrap_or(name))
}
