//! What somebody sees limits what they may do: nobody changes what they cannot see.

use super::answers::{Asked, Holder, all_of};
use super::draft::Draft;
use super::lexicon::{nouns::Person, verbs::Class};
use crate::domain::ClauseId;
use crate::models::offline::spec::{Access, FieldType, Op, Scope, Who};

/// `Sellers see only their own quotes. Sellers can search quotes by client.`: among those they see.
pub fn limits_of_sight(d: &mut Draft, e: usize) {
    let sentences = d.sentences;
    let every = |id: &ClauseId| {
        let said = |w: &super::tag::Word| matches!(w.lower(), "all" | "every" | "any" | "everything");
        sentences.iter().any(|s| s.id == *id && s.words.iter().any(said))
    };
    for (_, who, scope) in d.limited.clone().into_iter().filter(|(of, ..)| *of == e) {
        let mut wider: Vec<ClauseId> = Vec::new();
        for a in d.entities[e].entity.access.iter_mut().filter(|a| a.who == who && a.scope == Scope::All) {
            if a.ops.contains(&Op::Read) {
                a.scope = scope.clone();
                wider.extend(a.clauses.iter().copied().filter(|id| every(id)));
            }
        }
        for id in wider {
            d.gap(id, "all of them", "another sentence says that they see only some", false);
        }
    }
}

/// Whether a sentence says who alone sees the records of a kind.
#[must_use]
pub fn only_some(d: &Draft, e: usize) -> bool {
    let whole = |np: &super::chunk::Np| {
        let named = d.find(&np.name()).or_else(|| d.find(&np.head)) == Some(e);
        named && np.pronoun.is_none() && !np.possessed() && np.of.is_none()
    };
    let says = |p: &super::sentence::Pred| {
        let sees = p.only && p.verb.class == Class::Read && !p.verb.negated && !p.verb.passive && !p.subordinate;
        sees && p.objects.iter().any(whole) && !d.actors(p).is_empty()
    };
    d.has_users() && d.sentences.iter().flat_map(|s| &s.preds).any(says)
}

/// What is attached to somebody's record is seen by that somebody.
pub fn parent_owner(d: &mut Draft, e: usize, clauses: &[ClauseId]) {
    // who books something does not show it to whoever offers it, unless the text says so
    let withheld = super::closed::unseen(d, e) || super::closed::kept_back(d, e);
    if d.entities[e].about.is_some() || withheld || only_some(d, e) {
        return;
    }
    let parents: Vec<(String, String)> = d.entities[e]
        .entity
        .fields
        .iter()
        .filter_map(|f| match &f.ty {
            FieldType::Reference { entity } => Some((f.name.clone(), entity.clone())),
            _ => None,
        })
        .collect();
    for (field, parent) in parents {
        let Some(p) = d.find(&parent) else { continue };
        if d.entities[p].entity.owned && d.has_users() {
            let who = d.ordinary();
            let all = d.entities[e]
                .entity
                .access
                .iter()
                .any(|a| a.ops.contains(&Op::Read) && a.scope == Scope::All && a.who == who);
            if !all {
                for id in clauses {
                    d.allow(e, who.clone(), &[Op::Read], Scope::OwnParent { field: field.clone() }, *id);
                }
            }
        }
    }
}

/// `The treasurer may see approved applications only.`, `Visitors read the closed topics without logging in.`: those in a
/// state, and no others.
pub fn in_a_state(d: &mut Draft, e: usize) {
    let Some(field) = d.status(e) else { return };
    let sentences = d.sentences;
    for (si, s) in sentences.iter().enumerate() {
        for pred in s.preds.iter().filter(|p| p.verb.class == Class::Read && !p.verb.negated && !p.verb.passive) {
            let [np] = &pred.objects[..] else { continue };
            let values = super::lifecycle::before(d, np, e);
            let only = pred.only || s.words[pred.range.clone()].iter().any(|w| w.is("only") || w.is("just"));
            let strangers = super::sign_in::anonymous(s).is_some();
            if values.is_empty() || !only && !strangers || d.entity_of(np) != Some(e) {
                continue;
            }
            let scope = Scope::Where { field: field.clone(), values };
            let given = |a: &&mut Access| a.ops == [Op::Read] && a.scope == Scope::All && a.clauses == [s.id];
            let mut narrowed = false;
            for a in d.entities[e].entity.access.iter_mut().filter(given) {
                a.scope = scope.clone();
                narrowed = true;
            }
            if narrowed {
                see_the_others(d, e);
            }
            if only {
                d.limited.extend(d.actors(pred).into_iter().map(|who| (e, who, scope.clone())));
            }
            d.mark_np(si, np);
        }
    }
}

/// Somebody sees those in other states, too: whoever adds them, where the text says of nobody that they do.
pub fn see_the_others(d: &mut Draft, e: usize) {
    let entity = &d.entities[e].entity;
    let makers = entity.access.iter().filter(|a| a.ops.contains(&Op::Create) && a.who != Who::Anyone);
    let makers = super::rights::unique(makers.map(|a| a.who.clone()));
    let seen = |a: &Access| a.ops.contains(&Op::Read) && !matches!(a.scope, Scope::Where { .. });
    if makers.is_empty() || entity.access.iter().any(seen) {
        return;
    }
    let (key, question) =
        (format!("see:{}", entity.name), format!("Who sees {} in any state?", entity.label_plural.to_lowercase()));
    let (default, clauses) = (super::rights::words_for(d, &makers), d.home(e));
    let asked = Asked { key: &key, question: &question, default: &default, clauses: &clauses };
    for Holder { who, own } in d.ask_who(asked, all_of(makers)) {
        d.entities[e].entity.owned |= own;
        let scope = if own && who != Who::Anyone { Scope::Own } else { Scope::All };
        for id in &clauses {
            d.allow(e, who.clone(), &[Op::Read], scope.clone(), *id);
        }
    }
}

/// `Drivers see only their own tours. Drivers confirm a tour.`: one of those.
fn decides_on_what_one_sees(d: &mut Draft, e: usize) {
    let rights = d.entities[e].entity.access.clone();
    let decided = |who: &Who, id: &ClauseId| {
        rights.iter().any(|a| a.who == *who && !a.only_fields.is_empty() && a.clauses.contains(id))
    };
    let sees_some = |who: &Who| {
        rights.iter().any(|a| {
            a.who == *who
                && a.ops == [Op::Read]
                && a.scope != Scope::All
                && !a.clauses.iter().all(|id| decided(who, id))
        })
    };
    d.entities[e].entity.access.retain(|a| {
        let follows = a.ops == [Op::Read] && a.scope == Scope::All && a.clauses.iter().all(|id| decided(&a.who, id));
        !(follows && sees_some(&a.who))
    });
}

/// Who changes a record must be able to see it: the change reaches no further than the sight, and gives it where there
/// is none.
pub fn see_what_one_changes(d: &mut Draft, e: usize) {
    decides_on_what_one_sees(d, e);
    let access = d.entities[e].entity.access.clone();
    let reads = |who: &Who| {
        access
            .iter()
            .filter(|a| {
                a.ops.contains(&Op::Read)
                    && (a.who == *who || a.who == Who::Anyone || a.who == Who::SignedIn && *who != Who::Anyone)
            })
            .map(|a| a.scope.clone())
            .collect::<Vec<_>>()
    };
    let keepers: Vec<Who> =
        d.roles.iter().filter(|r| !r.open && r.kind == Person::Appointed).map(|r| Who::Role(r.name.clone())).collect();
    let mut give: Vec<(Who, Scope, Vec<ClauseId>)> = Vec::new();
    for a in
        d.entities[e].entity.access.iter_mut().filter(|a| a.ops.iter().any(|op| matches!(op, Op::Update | Op::Delete)))
    {
        let seen = reads(&a.who);
        // whoever is appointed to delete or to change any record sees them all, unless the text says which they see
        let told = access.iter().any(|r| r.who == a.who && r.ops.contains(&Op::Read));
        let appointed = a.scope == Scope::All && a.only_fields.is_empty() && keepers.contains(&a.who) && !told;
        // `Breeders look at approved litters`, and at their own: what they change is their own
        let in_a_state = !seen.is_empty() && seen.iter().all(|scope| matches!(scope, Scope::Where { .. }));
        let maker = in_a_state && access.iter().any(|b| b.who == a.who && b.ops.contains(&Op::Create));
        if maker && a.who != Who::Anyone && !appointed && a.only_fields.is_empty() {
            a.scope = Scope::Own;
            give.push((a.who.clone(), Scope::Own, a.clauses.clone()));
        } else if seen.is_empty() || appointed && !seen.contains(&Scope::All) {
            give.push((a.who.clone(), a.scope.clone(), a.clauses.clone()));
        } else if a.scope == Scope::All && !seen.contains(&Scope::All) {
            a.scope = seen.iter().find(|scope| **scope == Scope::Own).unwrap_or(&seen[0]).clone();
        }
    }
    for (who, scope, clauses) in give {
        d.entities[e].entity.owned |= scope == Scope::Own;
        for id in clauses {
            d.allow(e, who.clone(), &[Op::Read], scope.clone(), id);
        }
    }
}

/// Where others must never see somebody's records, nobody reads all of them, unless the text says who may.
pub fn privacy(d: &mut Draft, e: usize) {
    let private = d.entities[e].entity.private.clone();
    if private.is_empty() {
        return;
    }
    let ordinary = d.ordinary();
    for a in &mut d.entities[e].entity.access {
        if a.scope == Scope::All
            && (a.who == ordinary || a.who == Who::SignedIn || a.who == Who::Anyone)
            && !a.ops.contains(&Op::Create)
        {
            a.scope = Scope::Own;
        }
    }
}

/// Who books a course, or names another record in one, must see which there are, unless the text keeps them from it.
pub fn see_what_one_takes(d: &mut Draft, e: usize) {
    let about = d.entities[e].about.clone().and_then(|a| d.find(&a)).filter(|p| *p != e);
    let about = about.filter(|p| d.reference(e, &d.entities[*p].entity.name).is_some());
    let name = d.entities[e].entity.name.clone();
    // how people are reached is for nobody who only picks one of them
    let told = |d: &Draft, p: usize| {
        d.entities[p].entity.owned
            || d.entities[p].entity.access.iter().any(|a| a.ops.contains(&Op::Read) && a.scope != Scope::All)
            || d.entities[p].entity.fields.iter().any(|f| matches!(f.ty, FieldType::Email | FieldType::Phone))
    };
    let named: Vec<usize> = d.entities[e]
        .entity
        .fields
        .iter()
        .filter(|f| !f.read_only)
        .filter_map(|f| match &f.ty {
            FieldType::Reference { entity } => d.find(entity).filter(|p| *p != e && Some(*p) != about),
            _ => None,
        })
        .collect();
    if let Some(what) = about {
        see_which_there_are(d, e, what, &format!("choose:{name}"));
    }
    for what in named {
        see_those_of_the_right(d, e, what);
        if told(d, what) {
            continue;
        }
        let key = format!("choose:{name}.{}", d.entities[what].entity.name);
        see_which_there_are(d, e, what, &key);
    }
}

/// `A contractor writes a quote for an assigned defect`: the defects are seen that quotes can be written for.
fn see_those_of_the_right(d: &mut Draft, e: usize, what: usize) {
    let Some(by) = d.reference(e, &d.entities[what].entity.name) else { return };
    let reads: Vec<Who> =
        d.entities[what].entity.access.iter().filter(|a| a.ops.contains(&Op::Read)).map(|a| a.who.clone()).collect();
    let behind = |path: &str| path.strip_prefix(&format!("{by}.")).map(str::to_owned);
    let scope = |scope: &Scope| match scope {
        Scope::AssignedTo { field } => behind(field).map(|field| Scope::AssignedTo { field }),
        Scope::OwnParent { field } if *field == by => Some(Scope::Own),
        Scope::OwnParent { field } => behind(field).map(|field| Scope::OwnParent { field }),
        _ => None,
    };
    let sees = |who: &Who| reads.iter().any(|r| r == who || matches!(r, Who::Anyone | Who::SignedIn));
    let rights = d.entities[e].entity.access.iter().filter(|a| a.ops.contains(&Op::Create) && !sees(&a.who));
    let given: Vec<(Who, Scope, Vec<ClauseId>)> =
        rights.filter_map(|a| Some((a.who.clone(), scope(&a.scope)?, a.clauses.clone()))).collect();
    for (who, scope, clauses) in given {
        for id in clauses {
            d.allow(what, who.clone(), &[Op::Read], scope.clone(), id);
        }
    }
}

fn see_which_there_are(d: &mut Draft, e: usize, what: usize, key: &str) {
    if !d.entities[what].entity.private.is_empty() {
        return;
    }
    // `Only owners can see courses`, `Customers see no courses`
    let kept = |p: &super::sentence::Pred| {
        let said = || p.subject.iter().chain(&p.objects).any(|np| d.entity_of(np) == Some(what));
        p.verb.class == super::lexicon::verbs::Class::Read && (p.only || p.verb.negated) && said()
    };
    if d.sentences.iter().flat_map(|s| &s.preds).any(kept) {
        return;
    }
    let reads = |who: &Who| {
        let access = d.entities[what].entity.access.iter().filter(|a| a.ops.contains(&Op::Read));
        access
            .into_iter()
            .any(|a| a.who == *who || a.who == Who::Anyone || a.who == Who::SignedIn && *who != Who::Anyone)
    };
    let makers = d.entities[e].entity.access.iter().filter(|a| a.ops.contains(&Op::Create)).map(|a| a.who.clone());
    let blind: Vec<Who> = super::rights::unique(makers).into_iter().filter(|who| !reads(who)).collect();
    if blind.is_empty() {
        return;
    }
    let [many, things] = [e, what].map(|x| d.entities[x].entity.label_plural.to_lowercase());
    let question = format!("Which {things} does somebody see who adds {many}?");
    let clauses = d.home(e);
    let answer = d.ask(key, &question, "all of them", &clauses).to_lowercase();
    d.offer(key, "all of them", ["none of them"]);
    if matches!(answer.as_str(), "none of them" | "none" | "no" | "nothing") {
        return;
    }
    if !answer.contains("all") {
        let asked = Asked { key, question: &question, default: "all of them", clauses: &clauses };
        d.not_followed(asked, &answer, "it is neither all of them nor none of them");
    }
    for who in blind {
        for id in &clauses {
            d.allow(what, who.clone(), &[Op::Read], Scope::All, *id);
        }
    }
}
