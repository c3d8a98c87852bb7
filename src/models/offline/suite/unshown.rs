//! What a specification asks for and the suite cannot show: an element without a line of its own, or without a test that
//! asks for just that. Its clauses must not look proven because of what else they ask for.

use super::{access, described};
use crate::{
    domain::ClauseId,
    models::offline::{
        blueprint,
        spec::{Access, AppSpec, Clauses, Feature, SpecGap},
    },
};
use std::collections::{BTreeMap, BTreeSet};

/// Far from any clause of a requirement.
const FIRST: u32 = 1_000_000;

/// An element of the specification under a number of its own.
struct Element {
    label: ClauseId,
    clauses: Clauses,
    what: String,
    /// Tests that somebody is refused do not show that others are not.
    is_right: bool,
}

/// A gap for each clause that names an element which no test shows.
#[must_use]
pub fn unshown(spec: &AppSpec) -> Vec<SpecGap> {
    let (labelled, elements) = label(spec);
    let (mut coded, mut tested, mut granted) =
        (BTreeSet::<ClauseId>::new(), BTreeSet::<ClauseId>::new(), BTreeSet::<ClauseId>::new());
    for module in blueprint::modules(&labelled) {
        coded.extend(
            blueprint::build(&labelled, &module.name)
                .links
                .into_iter()
                .filter_map(|l| l.clause.parse::<ClauseId>().ok()),
        );
        for link in super::tests(&labelled, &module.name).links {
            let Ok(clause) = link.clause.parse::<ClauseId>() else { continue };
            if described::only_describes(&link.test) {
                continue;
            }
            tested.insert(clause);
            if !access::only_refuses(&link.test) {
                granted.insert(clause);
            }
        }
    }
    let mut gaps: BTreeMap<ClauseId, SpecGap> = BTreeMap::new();
    for element in elements {
        let shown = if element.is_right { &granted } else { &tested };
        if coded.contains(&element.label) && shown.contains(&element.label) {
            continue;
        }
        for clause in element.clauses {
            gaps.entry(clause).or_insert_with(|| SpecGap {
                clause,
                what: element.what.clone(),
                reason: "the offline engine can make no test that would show it".into(),
                whole: false,
            });
        }
    }
    gaps.into_values().collect()
}

/// The specification with a number for each of its elements instead of its clauses.
fn label(spec: &AppSpec) -> (AppSpec, Vec<Element>) {
    let mut out = spec.clone();
    let mut elements: Vec<Element> = Vec::new();
    let mut take = |clauses: &mut Clauses, what: String, is_right: bool| {
        if clauses.is_empty() {
            return;
        }
        let number = u32::try_from(elements.len()).unwrap_or(u32::MAX - FIRST);
        let label = ClauseId(FIRST + number);
        let clauses = std::mem::replace(clauses, vec![label]);
        elements.push(Element { label, clauses, what, is_right });
    };
    if let Some(users) = &mut out.users {
        take(&mut users.clauses, "accounts".into(), false);
        take(&mut users.sign_up, "signing up".into(), false);
        take(&mut users.log_in, "logging in".into(), false);
        take(&mut users.change_password, "changing the password".into(), false);
        take(&mut users.edit_profile, "changing one's own data".into(), false);
        for role in &mut users.roles {
            take(&mut role.clauses, role.label.clone(), false);
        }
        for field in &mut users.profile {
            take(&mut field.clauses, field.label.clone(), false);
            for rule in &mut field.rules {
                take(&mut rule.clauses, format!("the rule for {}", field.label.to_lowercase()), false);
            }
        }
    }
    for entity in &mut out.entities {
        let many = entity.label_plural.to_lowercase();
        take(&mut entity.clauses, entity.label_plural.clone(), false);
        take(&mut entity.private, format!("the privacy of {many}"), false);
        for field in &mut entity.fields {
            // The test of what works a value out, or moves it, is the test of the field.
            let made = spec.features.iter().any(|f| {
                f.entity() == Some(&entity.name)
                    && matches!(f, Feature::Computed { field: g, .. } | Feature::Workflow { field: g, .. } if *g == field.name)
            });
            if made {
                field.clauses.clear();
            }
            take(&mut field.clauses, format!("{} of {many}", field.label), false);
            for rule in &mut field.rules {
                take(&mut rule.clauses, format!("the rule for {} of {many}", field.label.to_lowercase()), false);
            }
        }
        // Each operation of a right is a right of its own.
        let rights = std::mem::take(&mut entity.access);
        entity.access = rights.into_iter().flat_map(single).collect();
        for right in &mut entity.access {
            let ops: Vec<&str> = right.ops.iter().map(|op| access::verb(*op)).collect();
            let what = format!("that {} can {} {many}", access::who_words(&right.who), ops.join(" and "));
            take(&mut right.clauses, what, true);
        }
    }
    for feature in &mut out.features {
        let what = name(feature, spec);
        if !matches!(feature, Feature::Exclusion { .. }) {
            take(feature.clauses_mut(), what, false);
        }
    }
    (out, elements)
}

fn single(access: Access) -> Vec<Access> {
    access.ops.iter().map(|op| Access { ops: vec![*op], ..access.clone() }).collect()
}

/// `search` of `events` in words.
fn name(feature: &Feature, spec: &AppSpec) -> String {
    let kind = serde_json::to_value(feature).ok().and_then(|v| v.get("feature")?.as_str().map(str::to_owned));
    let kind = kind.unwrap_or_default().replace('_', " ");
    match feature.entity().and_then(|e| spec.entity(e)) {
        Some(entity) => format!("{kind} of {}", entity.label_plural.to_lowercase()),
        None => kind,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::offline::spec::{Field, FieldType, Op, Who};

    fn shop() -> AppSpec {
        serde_json::from_str(include_str!("../../../../tests/specs/shop.json")).unwrap()
    }

    #[test]
    fn what_can_be_tested_is_no_gap() {
        for text in [
            include_str!("../../../../tests/specs/guestbook.json"),
            include_str!("../../../../tests/specs/fitness.json"),
            include_str!("../../../../tests/specs/maintenance.json"),
            include_str!("../../../../tests/specs/shop.json"),
            include_str!("../../../../tests/specs/loans.json"),
            include_str!("../../../../tests/specs/rooms.json"),
        ] {
            let spec: AppSpec = serde_json::from_str(text).unwrap();
            assert_eq!(unshown(&spec), [], "{}", spec.title);
        }
    }

    #[test]
    fn a_search_without_texts_a_second_page_size_and_a_right_nobody_can_use_are_gaps() {
        let mut spec = shop();
        let clause = |n| vec![ClauseId(n)];
        let mut bare = spec.entities[0].clone();
        bare.name = "tally".into();
        bare.plural = "tallies".into();
        bare.clauses = clause(1);
        bare.private = Vec::new();
        bare.owned = false;
        bare.fields = vec![Field {
            name: "number".into(),
            label: "Number".into(),
            ty: FieldType::Integer,
            required: true,
            read_only: false,
            default: None,
            unit: None,
            clauses: clause(1),
            rules: Vec::new(),
        }];
        let right = |ops: &[Op], n| Access {
            who: Who::SignedIn,
            ops: ops.to_vec(),
            scope: crate::models::offline::spec::Scope::All,
            only_fields: Vec::new(),
            clauses: clause(n),
        };
        bare.access = vec![right(&[Op::Create, Op::Read], 1)];
        // Nobody can make one, so nobody can be shown to change one.
        let mut hollow = bare.clone();
        hollow.name = "hollow".into();
        hollow.plural = "hollows".into();
        hollow.access = vec![right(&[Op::Read, Op::Update], 9)];
        spec.entities.extend([bare, hollow]);
        let tally = || "tally".to_owned();
        spec.features.push(Feature::Search { entity: tally(), fields: Vec::new(), clauses: clause(7) });
        spec.features.push(Feature::Pagination { entity: tally(), per_page: 20, clauses: clause(1) });
        spec.features.push(Feature::Pagination { entity: tally(), per_page: 50, clauses: clause(8) });
        let gaps: Vec<u32> = unshown(&spec).into_iter().map(|g| g.clause.0).collect();
        assert!([7, 8, 9].iter().all(|n| gaps.contains(n)), "{gaps:?}");
    }
}
