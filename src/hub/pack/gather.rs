//! What may go into a pack, in the order a persona reads it, with how important it is.

use super::{
    Ask, drafts, existing, judged,
    pages::{Chunk, demands},
    report,
    sight::{self, Sight},
};
use crate::{
    domain::{
        ClauseId, Clean, Hash, StepId,
        artifact::FileEntry,
        attachment::Role,
        clause::{Assumption, Clause, ClauseKind},
        existing::STEP,
        pack::{self, CutItem, PackItem, PackKind},
        persona::ReadKind,
        plan::Task,
        reply::ReplyKind,
        run::{Run, Step, is_about_words},
    },
    hub::{Blobs, Hub, HubError, index::Lexical},
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Never cut.
pub(super) const ALWAYS: u8 = 0;
const ORDERS: u8 = 1;
const OWN_CONTEXT: u8 = 2;
const FRAME: u8 = 3;
const MEANING: u8 = 4;
const OTHERS: u8 = 5;
const DESIGN: u8 = 6;
const OWN_FILES: u8 = 7;
const BACKGROUND: u8 = 8;
const OTHER_FILES: u8 = 9;
const LAST_REPLY: u8 = 10;

/// Why a reply that is right but for its words is repaired without what it is about.
const ABOUT_WORDS: &str = "only words are to be put right";
/// Says of a file that it is not shown whole.
const EXCERPT: &str = "excerpt";

pub(super) struct Candidate {
    pub item: PackItem,
    pub priority: u8,
}

struct Gathered<'a> {
    run: &'a Run,
    step: &'a Step,
    ask: &'a Ask<'a>,
    chunk: &'a Chunk,
    upstream: BTreeSet<StepId>,
    out: Vec<Candidate>,
    cut: Vec<CutItem>,
}

/// All candidates in reading order, and what is left out for another reason than the budget.
pub(super) fn all(
    run: &Run,
    step: &Step,
    ask: &Ask<'_>,
    chunk: &Chunk,
    upstream: BTreeSet<StepId>,
    hub: &Hub,
    blobs: &Blobs,
) -> Result<(Vec<Candidate>, Vec<CutItem>), HubError> {
    let mut gathered = Gathered { run, step, ask, chunk, upstream, out: Vec::new(), cut: Vec::new() };
    gathered.clauses();
    gathered.hub_items();
    gathered.plan();
    gathered.artifacts(hub, blobs)?;
    gathered.existing(blobs)?;
    gathered.files(hub, blobs)?;
    gathered.links();
    gathered.evidence();
    gathered.attachments(hub, blobs)?;
    gathered.instructions(blobs)?;
    gathered.drafts();
    gathered.handoff();
    gathered.feedback(blobs);
    Ok((gathered.out, gathered.cut))
}

/// Every step that has to be done before this one.
pub(super) fn upstream(run: &Run, step: &Step) -> BTreeSet<StepId> {
    let mut seen = BTreeSet::new();
    let mut open: Vec<&StepId> = step.plan.after.iter().collect();
    while let Some(id) = open.pop() {
        if seen.insert(id.clone())
            && let Some(before) = run.step(id)
        {
            open.extend(&before.plan.after);
        }
    }
    seen
}

pub(super) fn json(value: &impl Serialize) -> String {
    // Plain data with string keys: serialising to memory cannot fail.
    serde_json::to_string(value).unwrap_or_default()
}

impl Gathered<'_> {
    fn reads(&self, kind: ReadKind) -> bool {
        self.step.plan.reads.contains(&kind)
    }

    fn touches(&self, clauses: &[ClauseId]) -> bool {
        clauses.iter().any(|id| self.chunk.own.contains(id))
    }

    /// Whether all that is asked of a tester is to say something in other words: neither code, designs nor his own files are
    /// shown again for that.
    fn mends_words(&self) -> bool {
        let alone = self.step.plan.personas.iter().all(|persona| self.ask.seat.personas.contains(persona));
        let whole = alone && self.ask.seat.task == Task::Work && !self.chunk.page.is_part();
        self.step.plan.produces == ReplyKind::Test
            && whole
            && self.step.last_reply.is_some()
            && is_about_words(&self.step.feedback)
    }

    fn leave_out(&mut self, kind: PackKind, id: &str, hash: &Hash, why: &str) {
        self.cut.push(CutItem { kind, id: id.to_owned(), tokens: 0, hash: hash.clone(), why: Clean::new(why) });
    }

    fn push(&mut self, kind: PackKind, id: &str, label: &str, text: String, priority: u8, why: &str) {
        self.scored(kind, id, label, text, priority, None, why);
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of one item, named at the only two callers")]
    fn scored(
        &mut self,
        kind: PackKind,
        id: &str,
        label: &str,
        text: String,
        priority: u8,
        score: Option<f32>,
        why: &str,
    ) {
        let hash = Hash::of(text.as_bytes());
        let (label, why) = (Clean::new(label), Clean::new(why));
        let item = PackItem { kind, id: id.to_owned(), label, text, hash, score, tokens: 0, why };
        self.out.push(Candidate { item, priority });
    }

    fn clauses(&mut self) {
        let run = self.run;
        let in_force: Vec<&Clause> = run.clauses.values().filter(|c| c.retired.is_none()).collect();
        let whole = !matches!(self.step.plan.produces, ReplyKind::Build | ReplyKind::Test);
        let part = self.chunk.page.is_part();
        let (first, last) = (self.chunk.covers.first(), self.chunk.covers.last());
        // How near a clause of another page is to this one.
        let near = |id: ClauseId| match (first, last) {
            (Some(first), _) if id < *first => -((first.0 - id.0) as f32),
            (_, Some(last)) if id > *last => -((id.0 - last.0) as f32),
            _ => 0.0,
        };
        // What is not the step's own is ranked by what it shares with it.
        let scores = || {
            let mut index = Lexical::default();
            for clause in &in_force {
                index.add(&clause.text);
            }
            let query: String =
                in_force.iter().filter(|c| self.chunk.own.contains(&c.id)).map(|c| c.text.as_str()).collect();
            index.search(&query, usize::MAX, |_| true)
        };
        let scores: BTreeMap<u32, f32> = if whole { BTreeMap::new() } else { scores().into_iter().collect() };
        for (number, clause) in (0..).zip(in_force) {
            let demands = demands(run, clause.id);
            if self.chunk.alone && demands && !self.chunk.own.contains(&clause.id) {
                self.cut.push(CutItem {
                    kind: PackKind::Clause,
                    id: clause.id.to_string(),
                    tokens: 0,
                    hash: Hash::of(clause.text.as_bytes()),
                    why: Clean::new("this prompt is full of the clauses that it is about"),
                });
                continue;
            }
            let (priority, score, why) = match (self.chunk.own.contains(&clause.id), demands) {
                _ if self.chunk.others.contains(&clause.id) => {
                    (OTHERS, Some(near(clause.id)), "another page of this step is about it")
                }
                (false, false) if part && whole => {
                    (OTHERS, Some(near(clause.id)), "a clause that demands nothing, for context")
                }
                (true, true) => (ALWAYS, None, "a clause this step answers for"),
                (true, false) => (OWN_CONTEXT, None, "a clause that demands nothing, for context"),
                (false, demands) => {
                    let priority = if demands { OTHERS } else { BACKGROUND };
                    (priority, Some(scores.get(&number).copied().unwrap_or(0.0)), "another step's clause, for context")
                }
            };
            let label = clause.kind.map_or("", |k| k.word());
            self.scored(PackKind::Clause, &clause.id.to_string(), label, clause.text.clone(), priority, score, why);
        }
    }

    /// Interpretations, assumptions, decisions and gaps.
    fn hub_items(&mut self) {
        let run = self.run;
        let near = |touches: bool, priority: u8| {
            if touches { (priority, "it is about this step's clauses") } else { (OTHERS, "it is about other clauses") }
        };
        if self.reads(ReadKind::Interpretations) {
            // Who builds or tests a module reads what others have to keep in the original words alone.
            let whole = !matches!(self.step.plan.produces, ReplyKind::Build | ReplyKind::Test);
            // But everybody who builds what is to be found nowhere, in code, pages or remarks.
            let builds = self.step.plan.produces == ReplyKind::Build;
            let excluded = |id: &ClauseId| {
                run.clauses.get(id).is_some_and(|c| c.retired.is_none() && c.kind == Some(ClauseKind::Exclusion))
            };
            for item in run.interpretations.values() {
                let touches = self.touches(&item.clauses);
                if whole || touches || builds && item.clauses.iter().any(excluded) {
                    let (priority, why) = near(touches, MEANING);
                    self.push(PackKind::Interpretation, &item.id.to_string(), "", json(item), priority, why);
                }
            }
        }
        if self.reads(ReadKind::Assumptions) {
            for item in run.assumptions.values() {
                let (priority, why) = near(self.touches(&item.clauses), FRAME);
                // What else could have been answered is for who answers.
                let item = Assumption { choices: Vec::new(), ..item.clone() };
                self.push(PackKind::Assumption, &item.id.to_string(), "", json(&item), priority, why);
            }
        }
        if self.reads(ReadKind::Decisions) {
            for item in run.decisions.values() {
                let (priority, why) = near(self.touches(&item.clauses), FRAME);
                self.push(PackKind::Decision, &item.id.to_string(), "", json(item), priority, why);
            }
        }
        if self.reads(ReadKind::Gaps) {
            let mut numbers: BTreeMap<ClauseId, u32> = BTreeMap::new();
            for item in run.gaps_for(self.step) {
                let number = numbers.entry(item.clause).and_modify(|n| *n += 1).or_insert(1);
                let id = if *number == 1 { item.clause.to_string() } else { format!("{}/{number}", item.clause) };
                let (priority, why) = near(self.touches(&[item.clause]), FRAME);
                self.push(PackKind::Gap, &id, "", json(item), priority, why);
            }
        }
    }

    fn plan(&mut self) {
        let Some(plan) = self.run.plan.as_ref().filter(|_| self.reads(ReadKind::Plan)) else { return };
        let module = self.step.plan.module.as_ref();
        match module.and_then(|name| plan.modules.iter().find(|m| m.name == *name)) {
            Some(module) => {
                let id = format!("module:{}", module.name);
                self.push(PackKind::Plan, &id, "", json(module), FRAME, "the module this step is about");
            }
            None => {
                // What it is expected to take is for the person who approves it, and the steps follow from the modules.
                self.push(PackKind::Plan, "plan", "", json(&plan.for_personas()), FRAME, "the plan in force");
            }
        }
    }

    fn artifacts(&mut self, hub: &Hub, blobs: &Blobs) -> Result<(), HubError> {
        if !self.reads(ReadKind::Artifacts) {
            return Ok(());
        }
        let run = self.run;
        let upstream = self.upstream.clone();
        for artifact in run.artifacts.values().filter(|a| upstream.contains(&a.step)) {
            let name = artifact.name.as_str();
            if self.mends_words() {
                self.leave_out(PackKind::Artifact, name, &artifact.hash, ABOUT_WORDS);
                continue;
            }
            let Some(text) = hub.content(PackKind::Artifact, name, &artifact.hash, blobs)? else { continue };
            let why = format!("designed in {}", artifact.step);
            self.push(PackKind::Artifact, name, artifact.by.as_str(), text, DESIGN, &why);
        }
        Ok(())
    }

    /// What was there before, file by file.
    fn existing(&mut self, blobs: &Blobs) -> Result<(), HubError> {
        let run = self.run;
        let Some(existing) = &run.existing else { return Ok(()) };
        let list = String::from_utf8_lossy(&blobs.get(&existing.outline)?).into_owned();
        let own = self.chunk.own.iter().filter_map(|id| run.clauses.get(id));
        let query: String = own.map(|clause| clause.text.as_str()).collect();
        let text = existing::lines(&list, &query, self.ask.budget);
        self.push(PackKind::Existing, "existing", "", text, FRAME, "the software that is changed");
        Ok(())
    }

    fn files(&mut self, hub: &Hub, blobs: &Blobs) -> Result<(), HubError> {
        let (code, tests) = (self.reads(ReadKind::Files), self.reads(ReadKind::Tests));
        let run = self.run;
        let mut texts: Vec<(&FileEntry, String)> = Vec::new();
        let reading = matches!(self.step.plan.produces, ReplyKind::Understand | ReplyKind::Plan);
        for file in run.files_after(|step| self.upstream.contains(step)) {
            if self.mends_words() {
                self.leave_out(PackKind::File, &file.path, &file.sha256, ABOUT_WORDS);
                continue;
            }
            // Everybody sees what is changed, whatever the plan says.
            let there = file.step.as_str() == STEP;
            if !(if sight::is_test(&file.path) { tests || there } else { (code || there) && !self.ask.seat.blind }) {
                continue;
            }
            match hub.content(PackKind::File, &file.path, &file.sha256, blobs)? {
                Some(text) => texts.push((file, text)),
                None => self.cut.push(CutItem {
                    kind: PackKind::File,
                    id: file.path.clone(),
                    tokens: 0,
                    hash: file.sha256.clone(),
                    why: Clean::new("it is not text"),
                }),
            }
        }
        let mut index = Lexical::default();
        for (file, text) in &texts {
            index.add(&format!("{} {text}", file.path));
        }
        let query: String =
            self.chunk.own.iter().filter_map(|id| run.clauses.get(id)).map(|c| c.text.as_str()).collect();
        let hits = index.search(&query, usize::MAX, |_| true);
        let paths: Vec<&str> = texts.iter().map(|(file, _)| file.path.as_str()).collect();
        let near = reading.then(|| existing::nearest(&paths, hits.iter().map(|(at, _)| *at as usize)));
        let scores: BTreeMap<u32, f32> = hits.into_iter().collect();
        let sight = Sight::of(run, self.step, self.ask);
        let judged = sight.judged(&texts);
        for (number, (file, text)) in (0..).zip(texts) {
            // The files under test, or of the module that is repaired.
            let own = self.step.plan.after.contains(&file.step) || file.step == self.step.plan.id;
            let why = match file.step.as_str() {
                STEP => "it was there before".to_owned(),
                step => format!("written in {step}"),
            };
            let priority = if own { OWN_FILES } else { OTHER_FILES };
            let score = Some(scores.get(&number).copied().unwrap_or(0.0));
            let far = near.as_ref().is_some_and(|near| !near.contains(file.path.as_str()));
            if !far && sight.shows(file) {
                let (text, label) = match sight.excerpt(file, &text).or_else(|| judged.get(&file.path).cloned()) {
                    Some(excerpt) => (excerpt, EXCERPT),
                    None => (text, ""),
                };
                self.scored(PackKind::File, &file.path, label, text, priority, score, &why);
            } else {
                self.cut.push(CutItem {
                    kind: PackKind::File,
                    id: file.path.clone(),
                    tokens: 0,
                    hash: file.sha256.clone(),
                    why: Clean::new(if far {
                        "others are nearer to the clauses; who designs and builds sees it"
                    } else {
                        "of another module; `read` shows it"
                    }),
                });
            }
        }
        Ok(())
    }

    /// What is said of each clause, before the one who judges whether it is so.
    fn links(&mut self) {
        let judges = self.step.plan.produces == ReplyKind::Verify && self.reads(ReadKind::Tests);
        let text = if judges { judged::links(self.run, &self.chunk.own, &self.upstream) } else { String::new() };
        if !text.is_empty() {
            self.push(PackKind::Links, "links", "", text, MEANING, "what keeps and shows each clause, as it is said");
        }
    }

    /// Reports of upstream steps, without times: the same result reads the same.
    fn evidence(&mut self) {
        if !self.reads(ReadKind::Evidence) {
            return;
        }
        for (step, evidence) in report::told(self.run, &self.upstream) {
            let why = format!("G1 ran it for {}", step.plan.id);
            let label = format!("{:?}", evidence.kind).to_lowercase();
            let text = report::of(self.run, evidence);
            self.push(PackKind::Evidence, &evidence.id.to_string(), &label, text, MEANING, &why);
        }
    }

    /// Given to those who read the requirement to understand and to design it.
    fn attachments(&mut self, hub: &Hub, blobs: &Blobs) -> Result<(), HubError> {
        let run = self.run;
        if !matches!(self.step.plan.produces, ReplyKind::Understand | ReplyKind::Design) {
            return Ok(());
        }
        for file in &run.attachments {
            match file.not_read(&run.settings.model) {
                // It is the requirement itself.
                Some(_) if file.role == Role::Original => {}
                Some(why) => self.cut.push(CutItem {
                    kind: PackKind::Attachment,
                    id: file.name.clone(),
                    tokens: 0,
                    hash: file.sha256.clone(),
                    why: Clean::from(why),
                }),
                None => {
                    let text = hub.content(PackKind::Attachment, &file.name, &file.sha256, blobs)?.unwrap_or_default();
                    self.push(PackKind::Attachment, &file.name, "", text, BACKGROUND, "it came with the requirement");
                }
            }
        }
        Ok(())
    }

    fn instructions(&mut self, blobs: &Blobs) -> Result<(), HubError> {
        let Some(hash) = self.run.instructions.as_ref().filter(|_| self.reads(ReadKind::Instructions)) else {
            return Ok(());
        };
        let text = String::from_utf8_lossy(&blobs.get(hash)?).into_owned();
        self.push(PackKind::Instructions, "AGENTS.md", "", text, OWN_CONTEXT, "the project's own instructions");
        Ok(())
    }

    /// What was said earlier in this attempt, by whom this seat listens to.
    fn drafts(&mut self) {
        let reviewed = self.ask.seat.task == Task::Review;
        let priority = if reviewed { ORDERS } else { FRAME };
        let part = self.chunk.page.is_part().then_some(&self.chunk.own);
        for draft in drafts::items(self.ask.earlier, part) {
            let why = if reviewed { "the draft that is judged" } else { "said earlier in this step" };
            match draft.file {
                true => self.push(
                    PackKind::File,
                    &draft.id,
                    &draft.by,
                    draft.text,
                    OWN_FILES,
                    "written earlier in this step",
                ),
                false => self.push(PackKind::Draft, &draft.id, &draft.by, draft.text, priority, why),
            }
        }
    }

    fn handoff(&mut self) {
        let text = self.chunk.handoff.clone();
        if text.is_empty() {
            self.cut.push(CutItem {
                kind: PackKind::Handoff,
                id: "handoff".into(),
                tokens: 0,
                hash: Hash::of(b""),
                why: Clean::new("it would cost a page; answer for every clause shown that demands something"),
            });
        } else {
            self.push(PackKind::Handoff, "handoff", "", text, ORDERS, "the transition manager's handoff");
        }
    }

    /// What the last attempt got wrong. On a page only what concerns it: a page that was right is the same call again and
    /// costs nothing.
    fn feedback(&mut self, blobs: &Blobs) {
        let step = self.step;
        let mut told = false;
        for (number, words) in (1..).zip(&step.feedback) {
            let words = match self.chunk.page.is_part() {
                true => drafts::concerning(words, &self.chunk.own),
                false => Some(words.to_string()),
            };
            let Some(words) = words else { continue };
            told = true;
            let id = format!("feedback-{number}");
            self.push(PackKind::Feedback, &id, "", words, ORDERS, "why the last attempt did not pass");
        }
        // What is to be repaired, if it is still known. A reply that cannot be read is no reason to fail.
        if let Some(reply) = step.last_reply.as_ref().filter(|_| told)
            && let Ok(bytes) = blobs.get(reply)
        {
            let mut text = String::from_utf8_lossy(&bytes).into_owned();
            if self.mends_words() {
                text = drafts::without_files(&text).unwrap_or(text);
            }
            text = drafts::without_defaults(&text).unwrap_or(text);
            self.push(
                PackKind::Feedback,
                pack::LAST_REPLY,
                "your last reply",
                text,
                LAST_REPLY,
                "the reply that did not pass",
            );
        }
    }
}
