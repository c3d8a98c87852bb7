//! `understand`: the Requirement Concierge marks every clause, the Business Analyst says what the demands mean.

use crate::domain::{
    ClauseId, counted,
    reply::{MarkedClause, NewAssumption, NewGap, NewInterpretation, UnderstandReply},
};
use crate::models::offline::spec::AppSpec;

/// The reply for a specification.
#[must_use]
pub fn reply(spec: &AppSpec) -> UnderstandReply {
    let ids = |clauses: &[ClauseId]| clauses.iter().map(ToString::to_string).collect::<Vec<_>>();
    UnderstandReply {
        teach_back: super::teach_back(spec.marks.iter().map(|m| m.clause), Vec::new()),
        title: spec.title.clone(),
        product: String::new(),
        stack: String::new(),
        clauses: spec
            .marks
            .iter()
            .map(|m| MarkedClause { id: m.clause.to_string(), kind: m.kind, reason: m.reason.clone() })
            .collect(),
        interpretations: spec
            .interpretations
            .iter()
            .map(|r| NewInterpretation {
                functional: r.functional,
                statement: r.statement.clone(),
                clauses: ids(&r.clauses),
                acceptance: r.acceptance.clone(),
            })
            .collect(),
        assumptions: spec
            .assumptions
            .iter()
            .map(|q| NewAssumption {
                key: q.key.clone(),
                question: q.question.clone(),
                default: q.answer.clone(),
                clauses: ids(&q.clauses),
                choices: q.choices.clone(),
            })
            .collect(),
        gaps: spec
            .gaps
            .iter()
            .map(|g| NewGap {
                clause: g.clause.to_string(),
                what: g.what.clone(),
                reason: g.reason.clone(),
                whole: g.whole,
            })
            .collect(),
    }
}

/// What a person reads while it works.
#[must_use]
pub fn narration(spec: &AppSpec) -> Vec<String> {
    let demanding = spec.marks.iter().filter(|m| m.kind.demands()).count();
    let mut lines = vec![format!(
        "I read {} of “{}”; {demanding} of them demand something.\n",
        counted(spec.marks.len(), "clause"),
        spec.title
    )];
    if let Some(users) = &spec.users {
        let roles: Vec<String> = users.roles.iter().map(|r| r.label.to_lowercase()).collect();
        lines.push(match roles.len() {
            0 => "People sign in.\n".to_owned(),
            _ => format!("People sign in; they act as: {}.\n", roles.join(", ")),
        });
    } else {
        lines.push("Nobody has to sign in.\n".to_owned());
    }
    for e in &spec.entities {
        let fields: Vec<String> = e.fields.iter().map(|f| f.label.to_lowercase()).collect();
        lines.push(format!("{}: {}.\n", e.label_plural, fields.join(", ")));
    }
    if !spec.assumptions.is_empty() {
        lines.push(format!("{} open questions answered with a default, for you to check.\n", spec.assumptions.len()));
    }
    let whole = spec.gaps.iter().filter(|g| g.whole).count();
    let part = spec.gaps.len() - whole;
    if whole + part > 0 {
        lines.push(format!("I cannot do {whole} clauses at all and {part} only in part; each says why.\n"));
    }
    lines
}
