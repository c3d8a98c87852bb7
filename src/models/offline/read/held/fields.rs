//! Which properties are kept, and how many of each.

use super::super::chunk::{Item, Np};
use super::super::draft::Draft;
use super::super::lexicon::verbs::Class;
use super::super::naming::naming;
use super::super::sentence::Sentence;
use super::Broken;
use crate::models::offline::spec::{Feature, Field, FieldType};

/// `An order has a date and one or more items.` that became one text, which may be empty too.
pub fn several(d: &Draft, s: &Sentence) -> Option<Broken> {
    let counted = |np: &Np| {
        np.pronoun.is_none()
            && (matches!(np.det.as_deref(), Some("several" | "many")) || np.mods.iter().any(|m| m == "multiple"))
    };
    s.items.iter().find_map(|item| {
        let Item::Np(np) = item else { return None };
        let (name, _) = counted(np).then(|| naming(s, np))?;
        let kept = d.entities.iter().find_map(|e| {
            let of = |f: &&Field| f.name == name && f.clauses.contains(&s.id);
            Some((e, e.entity.fields.iter().find(of)?))
        });
        let (e, field) = kept?;
        let refers = matches!(field.ty, FieldType::Reference { .. } | FieldType::UserReference { .. });
        let built = format!(
            "{} keeps its {} in one field, which tells none from another",
            super::super::readings::a(&e.entity.label.to_lowercase()),
            field.label.to_lowercase()
        );
        (!refers).then(|| Broken::new(np.range.clone(), built))
    })
}

/// `An order has one or more lines.` while it can be kept without any, `A tour has 8 boats.` while it may have any number.
pub fn how_many(d: &Draft, s: &Sentence) -> Option<Broken> {
    let has = s.preds.iter().filter(|p| p.verb.class == Class::Have && !p.verb.negated);
    let first = |np: &Np| s.quote(np.range.start..np.range.start + 1).to_lowercase();
    let said = |np: &&Np| np.number.is_some() || first(np).starts_with("one or ");
    has.flat_map(|p| &p.objects).filter(said).find_map(|np| {
        let child = &d.entities[d.find(&np.name()).or_else(|| d.find(&np.head))?].entity;
        let whole = child.fields.iter().find_map(|f| match &f.ty {
            FieldType::Reference { entity } if f.clauses.contains(&s.id) => d.find(entity),
            _ => None,
        })?;
        let limited = d.features.iter().any(|f| {
            matches!(f, Feature::Limit { entity, .. } if *entity == child.name) && f.clauses().contains(&s.id)
        });
        let one = super::super::readings::a(&d.entities[whole].entity.label.to_lowercase());
        let any = if np.number.is_some() { "any number of" } else { "no" };
        let built = format!("{one} may have {any} {}", child.label_plural.to_lowercase());
        (!limited).then(|| Broken::new(np.range.clone(), built))
    })
}

/// `The fence is not mandatory.` while another sentence asks for it, `The name need not be unique.` while it is.
pub fn waived(d: &Draft, s: &Sentence) -> Option<Broken> {
    let of = |w: &&super::super::waived::Waived| w.clause == s.id;
    d.waived.iter().filter(of).find_map(|w| {
        let entity = &d.entities[w.entity].entity;
        let field = entity.fields.iter().find(|f| f.name == w.field)?;
        let built = format!("the {} of {} is bound", field.label.to_lowercase(), entity.label_plural.to_lowercase());
        w.waiver.taken_back(field).then(|| Broken::new(0..s.words.len(), built))
    })
}

/// `the total of entry fees per race`, `the sum of all routes of a member` that is one sum of all there are.
pub fn split(d: &Draft, s: &Sentence) -> Option<Broken> {
    let entity = d.features.iter().find_map(|f| match f {
        Feature::Totals { entity, group_by: None, each: None, everyone, clauses, .. } if clauses.contains(&s.id) => {
            Some((entity, *everyone))
        }
        _ => None,
    });
    let (entity, everyone) = entity?;
    let e = &d.entities[d.find(entity)?].entity;
    let total = s.words.iter().position(|w| matches!(w.base.as_str(), "total" | "sum" | "statistic"))?;
    let led = |at: &usize| {
        let next = s.words.get(at + 1).map_or("", |w| w.lower());
        s.words[*at].is("per")
            || matches!(s.words[*at].lower(), "for" | "of" | "by")
                && matches!(next, "each" | "every" | "a" | "an" | "one")
    };
    let known = |np: &Np| d.entity_of(np).is_some() || d.role(np).is_some();
    let phrases = (total + 1..s.words.len()).filter(led);
    let np = phrases.filter_map(|at| super::super::chunk::noun_phrase(&s.words, at + 1)).find(known)?;
    // the totals of what is one's own are of one person
    let own = e.owned && !everyone && d.role(&np).is_some();
    let built = format!("one total of all {}", e.label_plural.to_lowercase());
    (!own).then(|| Broken::new(np.range.clone(), built))
}

/// `Entries are logged with user and time.` while no entry tells the user.
pub fn by_whom(d: &Draft, s: &Sentence) -> Option<Broken> {
    let logged = s.preds.iter().filter(|p| p.verb.passive && !p.verb.negated && p.verb.class == Class::Create);
    logged.flat_map(|p| p.preps.iter().filter(|pp| pp.prep == "with").map(move |pp| (p, pp))).find_map(|(p, pp)| {
        let np = pp.nps.iter().find(|np| np.head == "user" && np.pronoun.is_none() && !np.possessed())?;
        let e = &d.entities[p.subject.iter().find_map(|np| d.entity_of(np))?].entity;
        let told = e.fields.iter().any(|f| matches!(f.ty, FieldType::UserReference { .. }))
            || d.features.iter().any(|f| matches!(f, Feature::History { entity, .. } if *entity == e.name));
        let built = format!("{} keeps no user", super::super::readings::a(&e.label.to_lowercase()));
        (!told).then(|| Broken::new(np.range.clone(), built))
    })
}
