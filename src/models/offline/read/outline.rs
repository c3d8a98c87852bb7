//! A specification as text that a person can read: for `examples/read` and for snapshots.

use crate::domain::ClauseId;
use crate::models::offline::spec::{AppSpec, Entity, Field};
use std::fmt::Write as _;

/// Each clause as the grammar takes it apart: words with their classes, then who does what to what.
#[must_use]
pub fn grammar(clauses: &[super::Input]) -> String {
    let mut out = String::new();
    let known = super::known(clauses.iter().map(|(_, text, _)| text.as_str()));
    let _ = writeln!(out, "people by what they do: {}", known.words().join(", "));
    for (id, text, section) in clauses {
        let s = super::sentence::Sentence::new(*id, text, section);
        let words = s.words.iter().map(|w| format!("{}/{:?}", w.lower(), w.tag)).collect::<Vec<_>>().join(" ");
        let _ = writeln!(out, "{id} {words}");
        let names = |nps: &[super::chunk::Np]| {
            nps.iter().map(|n| n.pronoun.clone().unwrap_or_else(|| n.name())).collect::<Vec<_>>().join("+")
        };
        for p in &s.preds {
            let not = if p.verb.negated { "not " } else { "" };
            let preps = p.preps.iter().map(|pp| format!("{}({})", pp.prep, names(&pp.nps))).collect::<Vec<_>>();
            let _ = writeln!(
                out,
                "    {} | {not}{}{} {:?} {:?} | {} | {}{}",
                names(&p.subject),
                p.verb.base,
                if p.verb.passive { "*" } else { "" },
                p.verb.class,
                p.verb.modal,
                names(&p.objects),
                preps.join(" "),
                if p.subordinate { " (subordinate)" } else { "" },
            );
        }
    }
    out
}

fn list(ids: &[ClauseId]) -> String {
    ids.iter().map(|c| c.0.to_string()).collect::<Vec<_>>().join(",")
}

/// The whole specification; numbers in brackets are clauses.
#[must_use]
pub fn outline(spec: &AppSpec) -> String {
    let mut out = String::new();
    // writing to a String cannot fail
    let _ = writeln!(out, "{}", spec.title);
    for mark in &spec.marks {
        let _ = writeln!(out, "{} {} ({})", mark.clause, mark.kind.word(), mark.reason);
        for gap in spec.gaps.iter().filter(|g| g.clause == mark.clause) {
            let _ =
                writeln!(out, "    {}: {} – {}", if gap.whole { "missing" } else { "in part" }, gap.what, gap.reason);
        }
    }
    if let Some(u) = &spec.users {
        let _ = writeln!(
            out,
            "accounts by {:?} [{}]; sign up [{}], log in [{}], password [{}], profile [{}]",
            u.sign_in_with,
            list(&u.clauses),
            list(&u.sign_up),
            list(&u.log_in),
            list(&u.change_password),
            list(&u.edit_profile)
        );
        for f in &u.profile {
            let _ = writeln!(out, "  {}", field(f));
        }
        for r in &u.roles {
            let _ = writeln!(out, "  role {}{} [{}]", r.name, if r.open { " (open)" } else { "" }, list(&r.clauses));
        }
    }
    for e in &spec.entities {
        entity(e, &mut out);
    }
    for f in &spec.features {
        let mut plain = f.clone();
        let clauses = std::mem::take(plain.clauses_mut());
        let text =
            format!("{plain:?}").replace(", clauses: []", "").replace(", only: []", "").replace("{ clauses: [] }", "");
        let _ = writeln!(out, "{text} [{}]", list(&clauses));
    }
    for q in &spec.assumptions {
        let _ = writeln!(out, "? {} [{}] {} → {}", q.key, list(&q.clauses), q.question, q.answer);
    }
    for r in &spec.interpretations {
        let _ = writeln!(out, "{} [{}] {}", if r.functional { "FR" } else { "NFR" }, list(&r.clauses), r.statement);
        for a in &r.acceptance {
            let _ = writeln!(out, "    {a}");
        }
    }
    out
}

fn entity(e: &Entity, out: &mut String) {
    let owned = if e.owned { ", owned" } else { "" };
    let private = if e.private.is_empty() { String::new() } else { format!(", private [{}]", list(&e.private)) };
    let _ = writeln!(out, "{} /{}{owned}{private} [{}]", e.name, e.plural, list(&e.clauses));
    for f in &e.fields {
        let _ = writeln!(out, "  {}", field(f));
    }
    for a in &e.access {
        let only = if a.only_fields.is_empty() { String::new() } else { format!(" only {}", a.only_fields.join(", ")) };
        let _ = writeln!(out, "  may {:?} {:?} {:?}{only} [{}]", a.who, a.ops, a.scope, list(&a.clauses));
    }
}

fn field(f: &Field) -> String {
    let rules: Vec<String> = f.rules.iter().map(|r| format!(" {:?}[{}]", r.rule, list(&r.clauses))).collect();
    let unit = f.unit.as_deref().map(|u| format!(" in {u}")).unwrap_or_default();
    let required = if f.required { "*" } else { "" };
    let set = if f.read_only { " read-only" } else { "" };
    format!("{}{required} “{}” {:?}{unit}{set} [{}]{}", f.name, f.label, f.ty, list(&f.clauses), rules.concat())
}
