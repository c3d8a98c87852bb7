//! The hub and what it is measured against, on the same clauses, the same kinds and the same budgets.

use crate::{
    Score,
    text::{Text, count},
};
use g1::{
    domain::{ClauseId, clause::Clause, pack::PackKind},
    hub::index::{Lexical, lexical},
    personas::Library,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
};

/// Hops of the chains: understanding, plan, design, code, tests.
const HOPS: usize = 5;

/// One line of the table; each value is the mean over the texts.
#[derive(Debug, Clone, Default)]
pub struct Row {
    pub fits: f64,
    pub forwarded: f64,
    pub first_hop: f64,
    pub lossy: f64,
    pub careful: f64,
    pub head: f64,
    pub unpaged: Score,
    pub hub: Score,
}

impl Row {
    pub fn line(&self, budget: u32, kind: &str, texts: usize) -> String {
        format!(
            "| {}k {kind} | {texts} | {:.0} % | {:.3} | {:.3} | {:.3} | {:.3} | {:.3} | {:.3} | {:.3} | {:.3} | **{:.3}** |",
            budget / 1000,
            self.fits * 100.0,
            self.forwarded,
            self.first_hop,
            self.lossy,
            self.careful,
            self.head,
            self.unpaged.one,
            self.unpaged.persona,
            self.hub.one,
            self.hub.persona
        )
    }
}

pub fn row(texts: &[&Text], budget: u32) -> Result<Row, Box<dyn Error>> {
    let mut sum = Row::default();
    for text in texts {
        let demands: BTreeSet<ClauseId> = text.demanding().map(|c| c.id).collect();
        let share = |ids: &BTreeSet<ClauseId>| ids.intersection(&demands).count() as f64 / demands.len().max(1) as f64;
        let all: Vec<&Clause> = text.run.clauses.values().collect();
        let whole: u32 = all.iter().map(|c| count(&c.text)).sum();
        let wanted: u32 = text.demanding().map(|c| count(&c.text)).sum();
        sum.fits += f64::from(u8::from(wanted <= budget));
        // Forwarded whole, or refused by the server: a prompt is not cut by itself.
        sum.forwarded += f64::from(u8::from(whole <= budget));
        sum.first_hop += share(&hop(&all, budget, 1.0, 1));
        sum.lossy += share(&hop(&all, budget, 0.7, HOPS));
        sum.careful += share(&hop(&all, budget, 0.9, HOPS));
        sum.head += share(&head(&all, budget));
        let prompts = retrieved(&all, budget);
        sum.unpaged.one += prompts.iter().map(&share).sum::<f64>() / prompts.len().max(1) as f64;
        let union: BTreeSet<ClauseId> = prompts.into_iter().flatten().collect();
        sum.unpaged.persona += share(&union);
        let (mut one, mut least, mut steps) = (0.0, 1.0_f64, 0.0);
        for step in &text.run.steps {
            let pages = text.pages(step, budget)?;
            let seen: Vec<BTreeSet<ClauseId>> = pages.iter().map(|p| shown(&p.pack)).collect();
            one += seen.iter().map(&share).sum::<f64>() / seen.len().max(1) as f64;
            least = least.min(share(&seen.into_iter().flatten().collect()));
            steps += 1.0;
        }
        sum.hub.one += one / steps;
        sum.hub.persona += least;
    }
    let n = texts.len().max(1) as f64;
    for value in [
        &mut sum.fits,
        &mut sum.forwarded,
        &mut sum.first_hop,
        &mut sum.lossy,
        &mut sum.careful,
        &mut sum.head,
        &mut sum.unpaged.one,
        &mut sum.unpaged.persona,
        &mut sum.hub.one,
        &mut sum.hub.persona,
    ] {
        *value /= n;
    }
    sum.hub.texts = texts.len();
    Ok(sum)
}

/// Clauses that stand in a pack word for word; the text is compared, not the id.
pub fn shown(pack: &g1::domain::pack::ContextPack) -> BTreeSet<ClauseId> {
    pack.of_kind(PackKind::Clause).filter_map(|item| item.id.parse().ok()).collect()
}

fn head(all: &[&Clause], budget: u32) -> BTreeSet<ClauseId> {
    let mut used = 0;
    let fits = all.iter().take_while(|c| {
        used += count(&c.text);
        used <= budget
    });
    fits.map(|c| c.id).collect()
}

/// An extractive summariser at every hop: it keeps the sentences that share most with the others, in their order, up to
/// its part of what it received, and never more than a prompt holds.
fn hop(all: &[&Clause], budget: u32, carry: f64, hops: usize) -> BTreeSet<ClauseId> {
    let mut kept: Vec<&Clause> = all.to_vec();
    for number in 0..hops {
        let received: u32 = kept.iter().map(|c| count(&c.text)).sum();
        let room = if number == 0 { received } else { (f64::from(received) * carry) as u32 };
        kept = summary(&kept, room.min(budget));
    }
    kept.into_iter().map(|c| c.id).collect()
}

fn summary<'a>(clauses: &[&'a Clause], room: u32) -> Vec<&'a Clause> {
    let words: Vec<BTreeSet<String>> = clauses.iter().map(|c| lexical::words(&c.text).into_iter().collect()).collect();
    let mut often: BTreeMap<&str, u32> = BTreeMap::new();
    for word in words.iter().flatten() {
        *often.entry(word).or_default() += 1;
    }
    let central = |at: usize| {
        let sum: u32 = words[at].iter().map(|w| often[w.as_str()]).sum();
        f64::from(sum) / (words[at].len().max(1) as f64)
    };
    let mut order: Vec<usize> = (0..clauses.len()).collect();
    order.sort_by(|a, b| central(*b).total_cmp(&central(*a)).then(a.cmp(b)));
    let mut used = 0;
    let mut kept: Vec<usize> = order
        .into_iter()
        .filter(|at| {
            let tokens = count(&clauses[*at].text);
            let fits = used + tokens <= room;
            used += if fits { tokens } else { 0 };
            fits
        })
        .collect();
    kept.sort_unstable();
    kept.into_iter().map(|at| clauses[at]).collect()
}

/// What each of six personas is given by the hub's index alone: the clauses nearest to what the persona does, while they fit.
fn retrieved(all: &[&Clause], budget: u32) -> Vec<BTreeSet<ClauseId>> {
    const WHO: [&str; 6] =
        ["business-analyst", "solution-architect", "database-architect", "developer", "tester", "verifier"];
    let (library, _) = Library::load(None, None);
    let mut index = Lexical::default();
    for clause in all {
        index.add(&clause.text);
    }
    WHO.iter()
        .filter_map(|who| g1::domain::PersonaId::new(*who).ok())
        .filter_map(|id| library.get(&id))
        .map(|persona| {
            let query = format!("{} {}", persona.role, persona.prompt);
            let found = index.search(&query, usize::MAX, |_| true);
            let mut order: Vec<usize> = found.iter().map(|(at, _)| *at as usize).collect();
            order.extend((0..all.len()).filter(|at| !found.iter().any(|(f, _)| *f as usize == *at)));
            let mut used = 0;
            let fits = order.into_iter().filter(|at| {
                let tokens = count(&all[*at].text);
                let fits = used + tokens <= budget;
                used += if fits { tokens } else { 0 };
                fits
            });
            fits.map(|at| all[at].id).collect()
        })
        .collect()
}
