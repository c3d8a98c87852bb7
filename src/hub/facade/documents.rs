//! What the hub knows of a run, as documents.

use super::{Document, Key};
use crate::{
    domain::{Clean, Hash, StepId, attachment::Role, pack::PackKind, plan::Phase, run::Run},
    hub::Blobs,
};

/// A document that should be there.
pub(super) struct Wish {
    pub key: Key,
    pub title: Clean,
    pub hash: Hash,
    pub phase: Phase,
    source: Source,
}

enum Source {
    Text(String),
    Blob,
}

impl Wish {
    pub fn document(&self, blobs: &Blobs) -> Document {
        let text = match &self.source {
            Source::Text(text) => text.clone(),
            Source::Blob => blobs.get(&self.hash).ok().and_then(|b| String::from_utf8(b).ok()).unwrap_or_default(),
        };
        let (kind, id) = self.key.clone();
        Document { kind, id, title: self.title.clone(), text, hash: self.hash.clone(), phase: Some(self.phase) }
    }
}

pub(super) fn kind_word(kind: PackKind) -> &'static str {
    match kind {
        PackKind::Clause => "clause",
        PackKind::Interpretation => "interpretation",
        PackKind::Assumption => "assumption",
        PackKind::Decision => "decision",
        PackKind::Gap => "gap",
        PackKind::Plan => "plan",
        PackKind::Artifact => "artifact",
        PackKind::File => "file",
        PackKind::Evidence => "evidence",
        PackKind::Attachment => "attachment",
        PackKind::Instructions => "instructions",
        PackKind::Handoff => "handoff",
        PackKind::Feedback => "feedback",
        PackKind::Draft => "draft",
        PackKind::Existing => "existing",
        PackKind::Links => "links",
    }
}

fn text(kind: PackKind, id: String, title: &str, text: String) -> Wish {
    let hash = Hash::of(text.as_bytes());
    let phase = if kind == PackKind::Decision { Phase::Architecture } else { Phase::Requirements };
    Wish {
        key: (kind, id),
        title: Clean::new(&Clean::new(title).one_line(100)),
        hash,
        phase,
        source: Source::Text(text),
    }
}

fn blob(kind: PackKind, id: String, title: &str, hash: &Hash, phase: Phase) -> Wish {
    Wish { key: (kind, id), title: Clean::new(title), hash: hash.clone(), phase, source: Source::Blob }
}

pub(super) fn of(run: &Run) -> Vec<Wish> {
    let of_step = |id: &StepId, else_: Phase| run.step(id).map_or(else_, |step| step.plan.phase);
    let mut wishes = Vec::new();
    for clause in run.clauses.values().filter(|c| c.retired.is_none()) {
        wishes.push(text(PackKind::Clause, clause.id.to_string(), &clause.line(100), clause.text.clone()));
    }
    for item in run.interpretations.values() {
        let acceptance: Vec<&str> = item.acceptance.iter().map(Clean::as_str).collect();
        let body = format!("{}\n{}", item.statement, acceptance.join("\n"));
        wishes.push(text(PackKind::Interpretation, item.id.to_string(), &item.statement, body));
    }
    for item in run.decisions.values() {
        let body = format!("{}\n{}\n{}", item.title, item.choice, item.why);
        wishes.push(text(PackKind::Decision, item.id.to_string(), &item.title, body));
    }
    for item in run.assumptions.values() {
        let body = format!("{}\n{}", item.question, item.answer);
        wishes.push(text(PackKind::Assumption, item.id.to_string(), &item.question, body));
    }
    for file in run.attachments.iter().filter(|file| file.text && file.role == Role::Beside) {
        wishes.push(blob(PackKind::Attachment, file.name.clone(), &file.name, &file.sha256, Phase::Requirements));
    }
    for item in run.artifacts.values() {
        let phase = of_step(&item.step, Phase::Architecture);
        wishes.push(blob(PackKind::Artifact, item.name.to_string(), &item.name, &item.hash, phase));
    }
    for file in run.files.values() {
        let phase = of_step(&file.step, Phase::Development);
        wishes.push(blob(PackKind::File, file.path.clone(), &file.path, &file.sha256, phase));
    }
    wishes
}
