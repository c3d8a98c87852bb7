//! Atoms in artifacts: how many demands the replies of the offline engine link to a design, to code and to a test, and how
//! many of these links hold: their target is there and has a word in common with the clause.

use crate::text::Text;
use g1::{
    domain::ClauseId,
    hub::index::lexical,
    models::offline::{blueprint, replies, spec::AppSpec},
};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Default)]
struct Tally {
    linked: usize,
    links: usize,
    valid: usize,
}

impl Tally {
    /// Links of one text, each with the words of its target; `None`: there is no such target.
    fn add(&mut self, demands: &BTreeMap<ClauseId, BTreeSet<String>>, links: &[(ClauseId, Option<String>)]) {
        let mut linked = BTreeSet::new();
        for (id, target) in links {
            let Some(words) = demands.get(id) else { continue };
            linked.insert(*id);
            self.links += 1;
            let shares = |text: &String| stems(text).intersection(words).next().is_some();
            self.valid += usize::from(target.as_ref().is_some_and(shares));
        }
        self.linked += linked.len();
    }

    fn cells(&self, demands: usize) -> String {
        let share = |a: usize, b: usize| if b == 0 { "–".to_owned() } else { format!("{:.3}", a as f64 / b as f64) };
        format!("{} | {}", share(self.linked, demands), share(self.valid, self.links))
    }
}

/// Words of four letters and more, cut to their beginnings, so that endings do not matter.
fn stems(text: &str) -> BTreeSet<String> {
    let split: String = text.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    lexical::words(&split).into_iter().filter(|w| w.len() >= 4).map(|w| w.chars().take(5).collect()).collect()
}

pub fn row(kind: &str, texts: &[&Text]) -> String {
    let (mut design, mut code, mut tests) = (Tally::default(), Tally::default(), Tally::default());
    let (mut read, mut count) = (0, 0);
    for (text, spec) in texts.iter().filter_map(|t| Some((t, t.spec.as_ref()?))) {
        read += 1;
        let demands: BTreeMap<ClauseId, BTreeSet<String>> = spec
            .marks
            .iter()
            .filter(|m| m.kind.demands())
            .filter_map(|m| Some((m.clause, stems(&text.run.clauses.get(&m.clause)?.text))))
            .collect();
        count += demands.len();
        design.add(&demands, &designed(spec));
        let (built, tested) = built(spec);
        code.add(&demands, &built);
        tests.add(&demands, &tested);
    }
    format!(
        "| {kind} | {read} of {} | {count} | {} | {} | {} |",
        texts.len(),
        design.cells(count),
        code.cells(count),
        tests.cells(count)
    )
}

fn ids(texts: &[String]) -> impl Iterator<Item = ClauseId> + '_ {
    texts.iter().filter_map(|t| t.parse().ok())
}

fn designed(spec: &AppSpec) -> Vec<(ClauseId, Option<String>)> {
    let reply = replies::design::reply(spec, Vec::new());
    let decisions = reply.decisions.iter().map(|d| (&d.clauses, format!("{} {}", d.title, d.choice)));
    let artifacts = reply.artifacts.iter().map(|a| (&a.clauses, a.content.clone()));
    decisions
        .chain(artifacts)
        .flat_map(|(clauses, text)| ids(clauses).map(move |id| (id, Some(text.clone()))).collect::<Vec<_>>())
        .collect()
}

type Links = Vec<(ClauseId, Option<String>)>;

fn built(spec: &AppSpec) -> (Links, Links) {
    let (mut code, mut tests) = (Vec::new(), Vec::new());
    for module in blueprint::modules(spec) {
        let reply = replies::build::reply(spec, &module.name, Vec::new());
        for link in &reply.links {
            let Ok(id) = link.clause.parse() else { continue };
            let file = reply.files.iter().find(|f| f.path == link.path);
            // What is named is the last part: a row `FIELDS[text]`, a function `may_read_notes`.
            let symbol = link.symbol.clone().unwrap_or_default();
            let name = symbol.trim_end_matches(']').rsplit(['[', '.']).next().unwrap_or_default().to_owned();
            let target = file.filter(|f| f.content.contains(&name)).map(|f| {
                let lines: Vec<&str> = f.content.lines().filter(|l| l.contains(&name)).take(3).collect();
                format!("{symbol} {}", lines.join(" "))
            });
            code.push((id, target));
        }
        let reply = replies::test::reply(spec, &[], &module.name, Vec::new());
        for link in &reply.links {
            let Ok(id) = link.clause.parse() else { continue };
            let name = link.test.rsplit('.').next().unwrap_or_default();
            let there = reply.files.iter().any(|f| f.content.contains(&format!("def {name}(")));
            tests.push((id, there.then(|| format!("{name} {}", link.shows))));
        }
    }
    (code, tests)
}
