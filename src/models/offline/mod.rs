//! The offline engine: rules instead of a language model. It reads English, derives an [`spec::AppSpec`] from the clauses
//! in its pack and fills parametric blueprints. Deterministic, no network, no key.

pub mod blueprint;
pub mod doubt;
pub mod read;
pub mod replies;
pub mod spec;
pub mod suite;

use super::{Model, ModelError, Request, Response};
use crate::domain::{
    ClauseId, Clean, DecisionId,
    clause::{Assumption, Clause, ClauseKind, Gap, in_answer_to},
    pack::{ContextPack, PackItem, PackKind},
    plan::{Module, Task},
    reply::{NewAssumption, NewDecision, ReplyKind, TeachBackReply},
    usage::Usage,
};
use futures::future::BoxFuture;
use spec::AppSpec;
use std::collections::{BTreeMap, BTreeSet};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// The rule engine as a model. It has no state: everything comes from the pack.
#[derive(Debug, Clone, Copy, Default)]
pub struct Offline;

impl Offline {
    #[must_use]
    pub fn new() -> Self {
        Self
    }
}

/// What the pack's clauses and a person's answers add up to.
fn understand(pack: &ContextPack, kind: ReplyKind) -> Result<AppSpec, read::Refusal> {
    let clauses: Vec<(ClauseId, String)> = pack
        .of_kind(PackKind::Clause)
        .filter_map(|item| item.id.parse::<ClauseId>().ok().map(|id| (id, item.text.clone())))
        .collect();
    // Of the whole text the engine finds its own defaults again, and keeps to those that were in force before something was
    // added to it. Who sees a part of it keeps to what is in force, or was said on an earlier page.
    let in_part = in_part(pack);
    let assumptions = || {
        let items = pack.of_kind(PackKind::Assumption);
        items.filter_map(|item| serde_json::from_str::<Assumption>(&item.text).ok())
    };
    let told = |a: &Assumption| (a.key.to_string(), a.answer.to_string());
    let mut answers: BTreeMap<String, String> =
        assumptions().filter(|a| in_part || a.answered_by.is_some()).map(|a| told(&a)).collect();
    let kept: BTreeMap<String, String> = assumptions()
        .filter(|a| !in_part && a.answered_by.is_none() && keeps_defaults(pack, kind))
        .map(|a| told(&a))
        .collect();
    for said in drafts::<NewAssumption>(pack, "assumptions") {
        answers.entry(said.key).or_insert(said.default);
    }
    let texts = clauses.iter().cloned().collect();
    let inputs = read::inputs(clauses);
    let mut spec = match read::analyse_again(&inputs, &answers, &kept) {
        Ok(spec) => candid(spec, &texts),
        // A page of introductions or of footnotes is no reason to give the rest up.
        Err(refusal) if in_part => nothing_to_build(read::marks(&inputs), &refusal),
        Err(refusal) => return Err(refusal),
    };
    if in_part {
        // What a default names may be on another page; what a person answered is looked at on each.
        let persons: Vec<String> =
            assumptions().filter(|a| a.answered_by.is_some()).map(|a| in_answer_to(&a.question)).collect();
        spec.gaps
            .retain(|gap| !gap.what.contains(" in the answer to “") || persons.iter().any(|p| gap.what.ends_with(p)));
        let kinds: BTreeMap<ClauseId, ClauseKind> = pack.of_kind(PackKind::Clause).filter_map(marked).collect();
        for mark in &mut spec.marks {
            mark.kind = kinds.get(&mark.clause).copied().unwrap_or(mark.kind);
        }
        if !kinds.is_empty() {
            keep_to_gaps(&mut spec, pack);
        }
    }
    Ok(spec)
}

/// Whether the defaults in force stay: a clause was added to others, or they were understood and are being built.
fn keeps_defaults(pack: &ContextPack, kind: ReplyKind) -> bool {
    let known = |item: &PackItem| marked(item).is_some();
    let clauses = || pack.of_kind(PackKind::Clause);
    kind != ReplyKind::Understand || clauses().any(known) && !clauses().all(known)
}

/// Some of the text is not in this prompt.
fn in_part(pack: &ContextPack) -> bool {
    pack.page.is_part() || pack.cut.iter().any(|cut| cut.kind == PackKind::Clause)
}

/// The clauses that the plan gives the module of this step, as far as the pack says it.
fn planned(pack: &ContextPack) -> BTreeSet<ClauseId> {
    pack.of_kind(PackKind::Plan)
        .filter_map(|item| serde_json::from_str::<Module>(&item.text).ok())
        .flat_map(|module| module.clauses)
        .collect()
}

/// Which clauses nobody answers for is settled by the understanding. A page that can do less with a clause than the page
/// that understood it still answers for it.
fn keep_to_gaps(spec: &mut AppSpec, pack: &ContextPack) {
    let named: BTreeSet<ClauseId> = named_gaps(pack).filter(|gap| gap.whole).map(|gap| gap.clause).collect();
    for gap in &mut spec.gaps {
        gap.whole &= named.contains(&gap.clause);
    }
}

fn named_gaps(pack: &ContextPack) -> impl Iterator<Item = Gap> + '_ {
    pack.of_kind(PackKind::Gap).filter_map(|item| serde_json::from_str(&item.text).ok())
}

/// The kind that the whole understanding gave a clause.
fn marked(item: &PackItem) -> Option<(ClauseId, ClauseKind)> {
    let kind = serde_json::from_value(serde_json::Value::String(item.label.to_string())).ok()?;
    Some((item.id.parse().ok()?, kind))
}

fn nothing_to_build(marks: Vec<spec::Mark>, why: &read::Refusal) -> AppSpec {
    let reason = match why {
        read::Refusal::NotEnglish => "the offline engine reads English only; a model (-m) may",
        read::Refusal::NotDataDriven(_) => {
            "beside it stands nothing of which the offline engine could keep records; a model (-m) may"
        }
    };
    let demands = marks.iter().filter(|m| m.kind.demands()).map(|m| m.clause);
    let gap = |clause| spec::SpecGap { clause, what: "all of it".into(), reason: reason.into(), whole: true };
    AppSpec { gaps: demands.map(gap).collect(), marks, ..AppSpec::default() }
}

/// What was said on earlier pages of this step in one field of the reply.
fn drafts<'a, T: serde::de::DeserializeOwned>(pack: &'a ContextPack, field: &'a str) -> impl Iterator<Item = T> + 'a {
    let of_field = move |item: &&PackItem| item.id.split('/').rev().nth(1) == Some(field);
    pack.of_kind(PackKind::Draft).filter(of_field).filter_map(|item| serde_json::from_str(&item.text).ok())
}

/// The specification with what it does not show, and what its words say beyond it, named as gaps.
#[must_use]
pub fn candid(mut spec: AppSpec, texts: &BTreeMap<ClauseId, String>) -> AppSpec {
    let _known = read::known(texts.values().map(String::as_str));
    let unshown = suite::unshown(&spec).into_iter().filter(|gap| !spec.gaps.iter().any(|g| g.clause == gap.clause));
    let mut unshown: Vec<_> = unshown.collect();
    for gap in &mut unshown {
        named_in_its_words(gap, &spec, texts);
    }
    spec.gaps.extend(unshown);
    let doubts = doubt::doubts(&spec, texts);
    spec.gaps.extend(doubts);
    spec
}

/// A gap quotes its clause, and says which open question it hangs on.
fn named_in_its_words(gap: &mut spec::SpecGap, spec: &AppSpec, texts: &BTreeMap<ClauseId, String>) {
    let who = |q: &&spec::Question| {
        let entity =
            q.key.split_once(':').filter(|(kind, _)| matches!(*kind, "see" | "create" | "edit" | "own" | "decide"));
        let many = entity.and_then(|(_, name)| spec.entity(name)).map(|e| e.label_plural.to_lowercase());
        many.is_some_and(|many| gap.what.to_lowercase().contains(&many))
    };
    if let Some(q) = spec.assumptions.iter().find(who) {
        gap.reason = format!("{}; another answer to “{}” may change that", gap.reason, q.question);
    }
    if let Some(text) = texts.get(&gap.clause) {
        gap.what = read::quoted(text, &gap.what);
    }
}

/// The reply as JSON, and what a person reads meanwhile.
fn answer(request: &Request) -> Result<(String, Vec<String>), ModelError> {
    let pack = &request.pack;
    let spec =
        understand(pack, request.kind).map_err(|refusal| ModelError::Refused(Clean::from(refusal.to_string())))?;
    let decisions: Vec<DecisionId> = pack.of_kind(PackKind::Decision).filter_map(|i| i.id.parse().ok()).collect();
    let unusable = |e: serde_json::Error| ModelError::Reply(Clean::from(format!("the reply is no JSON: {e}")));
    let seat = replies::Section::of(pack);
    match pack.task() {
        Task::Work => {}
        Task::TeachBack => {
            let demanding = spec.marks.iter().filter(|m| m.kind.demands()).map(|m| m.clause);
            let reply = TeachBackReply { teach_back: replies::teach_back(demanding, decisions) };
            let said = format!("I will honour {} clauses.\n", reply.teach_back.clauses.len());
            return Ok((serde_json::to_string(&reply).map_err(unusable)?, vec![said]));
        }
        Task::Review => {
            let reply = replies::review::reply(&spec, pack, decisions);
            return Ok((serde_json::to_string(&reply).map_err(unusable)?, replies::verify::narration(&reply)));
        }
    }
    let out = match request.kind {
        ReplyKind::Understand => {
            let reply = seat.understand(replies::understand::reply(&spec));
            (serde_json::to_string(&reply).map_err(unusable)?, replies::understand::narration(&spec))
        }
        ReplyKind::Plan => {
            let reply = seat.plan(replies::plan::reply(&spec, decisions));
            (serde_json::to_string(&reply).map_err(unusable)?, replies::plan::narration(&reply))
        }
        ReplyKind::Design => {
            let mut reply = seat.design(replies::design::reply(&spec, decisions));
            // What is decided on one page is about its clauses: another choice needs another title.
            let before: Vec<NewDecision> = drafts(pack, "decisions").collect();
            for decision in reply.decisions.iter_mut().filter(|_| pack.page.number > 1) {
                if !before.iter().any(|b| b.title == decision.title && b.choice == decision.choice) {
                    decision.title = format!("{} (page {})", decision.title, pack.page.number);
                }
            }
            (serde_json::to_string(&reply).map_err(unusable)?, replies::design::narration(&reply))
        }
        ReplyKind::Build => {
            let found = module(pack, &spec);
            let mut reply = replies::build::reply(&spec, &found, decisions);
            if in_part(pack) {
                let kinds: BTreeMap<ClauseId, ClauseKind> = pack.of_kind(PackKind::Clause).filter_map(marked).collect();
                let of = |wanted: fn(ClauseKind) -> bool| -> BTreeSet<ClauseId> {
                    kinds.iter().filter(|(_, kind)| wanted(**kind)).map(|(id, _)| *id).collect()
                };
                let demands = of(ClauseKind::demands);
                let own = planned(pack);
                let mut own = if own.is_empty() { demands } else { demands.intersection(&own).copied().collect() };
                own.retain(|id| named_gaps(pack).all(|gap| gap.clause != *id));
                let bare = of(|kind| matches!(kind, ClauseKind::Exclusion | ClauseKind::Quality));
                replies::build::in_part(&mut reply, &own, &bare, pack.page.number == 1);
            }
            replies::build::rename(&mut reply, &found, asked(pack));
            (serde_json::to_string(&reply).map_err(unusable)?, replies::build::narration(&reply))
        }
        ReplyKind::Test => {
            let feedback: Vec<&str> = pack.of_kind(PackKind::Feedback).map(|item| item.text.as_str()).collect();
            let found = module(pack, &spec);
            let mut reply = replies::test::reply(&spec, &feedback, &found, decisions);
            replies::test::rename(&mut reply, &found, asked(pack));
            (serde_json::to_string(&reply).map_err(unusable)?, replies::test::narration(&reply))
        }
        ReplyKind::Verify => {
            let reply = replies::verify::reply(&spec, pack, decisions);
            (serde_json::to_string(&reply).map_err(unusable)?, replies::verify::narration(&reply))
        }
    };
    Ok(out)
}

/// The module a build or test step is about.
fn asked(pack: &ContextPack) -> &str {
    pack.module.as_ref().map_or("", |module| module.as_str())
}

/// What this module is called by who sees only a part of the text: the one of that name, or else the one that has most of
/// its clauses.
fn module(pack: &ContextPack, spec: &AppSpec) -> String {
    let (name, modules) = (asked(pack), blueprint::modules(spec));
    let planned = planned(pack);
    let shared = |m: &blueprint::ModuleSpec| m.clauses.iter().filter(|id| planned.contains(id)).count();
    let nearest = modules.iter().filter(|m| m.name != "core" && shared(m) > 0).max_by_key(|m| shared(m));
    match nearest {
        Some(nearest) if modules.iter().all(|m| m.name != name) => nearest.name.clone(),
        _ => name.to_owned(),
    }
}

impl Model for Offline {
    fn id(&self) -> &str {
        "offline"
    }

    fn count_tokens(&self, text: &str) -> u32 {
        // four characters a token, as for English text with the usual tokenizers
        u32::try_from(text.chars().count().div_ceil(4)).unwrap_or(u32::MAX)
    }

    fn accepts(&self, clauses: &[Clause]) -> Result<(), ModelError> {
        let list = clauses.iter().filter(|c| c.retired.is_none()).map(|c| (c.id, c.text.clone())).collect();
        read::analyse(&read::inputs(list), &BTreeMap::new())
            .map(|_| ())
            .map_err(|refusal| ModelError::Refused(Clean::from(refusal.to_string())))
    }

    fn has_price(&self) -> bool {
        true
    }

    fn is_free(&self) -> bool {
        true
    }
    fn worst_case(&self, request: &Request) -> Usage {
        Usage {
            calls: 1,
            input_tokens: u64::from(request.pack.tokens()),
            output_tokens: u64::from(request.max_output_tokens),
            ..Usage::default()
        }
    }

    fn call<'a>(
        &'a self,
        request: &'a Request,
        deltas: mpsc::Sender<Clean>,
        cancel: CancellationToken,
    ) -> BoxFuture<'a, Result<Response, ModelError>> {
        Box::pin(async move {
            if cancel.is_cancelled() {
                return Err(ModelError::Cancelled);
            }
            // Seconds of work on a long text: not on the threads that keep everything else moving.
            let request = request.clone();
            let worked = tokio::task::spawn_blocking(move || answer(&request).map(|reply| (reply, request))).await;
            let ((text, narration), request) = match worked {
                Ok(result) => result?,
                Err(ended) => match ended.try_into_panic() {
                    Ok(panic) => std::panic::resume_unwind(panic),
                    Err(_) => return Err(ModelError::Cancelled),
                },
            };
            for line in narration {
                if cancel.is_cancelled() {
                    return Err(ModelError::Cancelled);
                }
                // nobody listening is no reason not to answer
                let _ = deltas.send(Clean::from(line)).await;
            }
            let usage = Usage {
                calls: 1,
                input_tokens: u64::from(request.pack.tokens()),
                output_tokens: u64::from(self.count_tokens(&text)),
                ..Usage::default()
            };
            Ok(Response::reply(text, usage))
        })
    }
}
