//! Content: whether what is said of a clause says what the clause says. Naming an id proves nothing; these checks hold
//! statements, decisions, tests and findings against the clauses word for word. English only, as far as they find words
//! they know; a text in other words than theirs passes them, so they never replace the verifier or the control runs.
//!
//! Words can mislead such checks, so what they find is told once, in a repair. What the persona then says again stands as
//! an open doubt: before a person at the gate, and before the verifier.

mod actors;
mod align;
mod amounts;
mod compare;
mod kinds;
mod leads;
#[cfg(test)]
mod tests;
mod understanding;
mod words;

use super::{schema::Reply, verdict};
use crate::{
    domain::{
        self, ClauseId, Clean,
        clause::ClauseKind,
        made::Made,
        reply::{DesignReply, TestReply, Verdict, VerifyReply},
        run::{Check, Run, Step},
        trace::{self, doubts},
    },
    orchestrator::repair,
};
use actors::People;
use compare::Wording;
use std::collections::{BTreeMap, BTreeSet};
use words::Text;

/// Clauses with fewer words of meaning say too little to be compared by their words.
const LEAST: usize = 2;

/// Red, so that the persona hears of it, unless it was told all of it already: then what is found is an open doubt.
#[must_use]
pub fn check(run: &Run, step: &Step, reply: &Reply) -> Check {
    let found = findings(run, reply);
    let is_final = repair::is_final(run, step);
    let (known, new): (Vec<String>, Vec<String>) =
        found.into_iter().partition(|finding| is_final || step.told.contains(&repair::sense(finding)));
    match (known.len(), new.len()) {
        (0, 0) => verdict("content", "nothing is said otherwise than in the original".to_owned(), new),
        (n, 0) => {
            let taken = taken(reply).len();
            let reasoned = known.into_iter().map(|finding| with_reason(reply, finding)).collect();
            verdict(Check::DOUBTS, format!("{}; held to when asked", counted(n, taken)), reasoned)
        }
        // What was told before is not told again: it shows as a doubt when nothing new is found.
        (_, n) => {
            let taken = taken(reply).iter().filter(|finding| new.contains(finding)).count();
            let summary = format!(
                "{}. Correct what is wrong. Keep what is right and say why where the reply has room for it (`reason`, `why`, \
                 `notes`, `argument`): it then stands as a doubt for whoever decides",
                counted(n, taken)
            );
            verdict("content", summary, new)
        }
    }
}

/// How many of what: `taken` of the findings are links that a repair took away.
fn counted(all: usize, taken: usize) -> String {
    let links = || format!("the repair took away {}", domain::counted(taken, "link"));
    match all - taken.min(all) {
        0 => links(),
        n => {
            let said = format!("{n} said otherwise than in the original, as seen by their words");
            if taken == 0 { said } else { format!("{said}, and {}", links()) }
        }
    }
}

/// The links that a repair took away: for naming one of a clause it gave up the others.
fn taken(reply: &Reply) -> Vec<String> {
    let links = match reply {
        Reply::Build(r) => &r.took_away,
        Reply::Test(r) => &r.took_away,
        Reply::Understand(_) | Reply::Plan(_) | Reply::Design(_) | Reply::Verify(_) => return Vec::new(),
    };
    let said = |link: &String| {
        let (clause, place) = link.split_once(": ").unwrap_or(("a clause", link));
        format!("{clause} has lost its link to {place}: a repair gave fewer links of it, which took the others away")
    };
    links.iter().map(said).collect()
}

/// What the persona gives as its reason beside a finding.
fn with_reason(reply: &Reply, finding: String) -> String {
    let about = doubts::named(&finding);
    let is = |id: &str| id.parse().is_ok_and(|id| about.contains(&id));
    let reason = match reply {
        Reply::Understand(r) => r.clauses.iter().find(|m| is(&m.id)).map(|m| m.reason.as_str()),
        Reply::Design(r) => {
            r.decisions.iter().find(|d| finding.contains(&format!("'{}", short(&d.title)))).map(|d| d.why.as_str())
        }
        Reply::Test(r) => Some(r.notes.as_str()),
        Reply::Verify(r) => r.findings.iter().find(|f| is(&f.clause)).map(|f| f.argument.as_str()),
        Reply::Build(r) => Some(r.notes.as_str()),
        Reply::Plan(_) => None,
    };
    let said = reason.map(|reason| Clean::new(reason).one_line(400)).filter(|reason| !reason.is_empty());
    said.map_or_else(|| finding.clone(), |reason| doubts::with_reason(&finding, &reason))
}

/// Everything that is found in the words of a reply, in words for the persona.
#[must_use]
pub fn findings(run: &Run, reply: &Reply) -> Vec<String> {
    let mut found = Vec::new();
    // What code says is shown by tests and control runs, not by its words.
    if !matches!(reply, Reply::Plan(_) | Reply::Build(_)) {
        let original = Original::of(run);
        found.extend(drift(&original, run, reply));
        if let Reply::Understand(r) = reply {
            found.extend(understanding::unsourced(&original, r));
        }
        found.extend(conflicts(&original, run, reply));
    }
    found.extend(taken(reply));
    found
}

/// What of a reply says something else than the clauses it names.
fn drift(original: &Original, run: &Run, reply: &Reply) -> Vec<String> {
    let mut faults = match reply {
        Reply::Understand(r) => {
            let mut faults = original.kinds(r);
            faults.extend(original.understood(r));
            faults
        }
        Reply::Design(r) => original.designed(run, r),
        Reply::Test(r) => original.tested(run, r),
        Reply::Verify(r) => original.judged(run, r),
        Reply::Plan(_) | Reply::Build(_) => Vec::new(),
    };
    let mut seen = BTreeSet::new();
    faults.retain(|fault| seen.insert(fault.clone()));
    faults
}

/// `Build a website for our club`, and `A guest book.` where a text begins: everything that is made is about it, in whatever words.
fn names_product(text: &Text) -> bool {
    const MAKE: &str = "build create develop design make want need wish";
    const PRODUCT: &str =
        "website site app application system platform tool software program programme portal page service product";
    let mut words = text.words.iter().skip_while(|w| !words::listed(MAKE, &w.lower));
    words.next().is_some() && words.take(6).any(|w| words::listed(PRODUCT, &w.stem))
}

/// The clauses in force, as words.
struct Original {
    clauses: BTreeMap<ClauseId, (Wording, BTreeSet<String>)>,
    people: People,
    /// What begins the sentence that an item of a list ends: `Helpers cannot:`
    leads: BTreeMap<ClauseId, ClauseId>,
}

impl Original {
    fn of(run: &Run) -> Self {
        let clauses: BTreeMap<_, _> = run
            .clauses
            .values()
            .filter(|c| c.retired.is_none())
            .map(|c| {
                let headings = c.section.iter().flat_map(|s| Text::new(s).roots()).collect();
                (c.id, (Wording::new(&c.text), headings))
            })
            .collect();
        let people = People::of(clauses.values().map(|(w, _)| &w.text));
        Self { clauses, people, leads: leads::leads(run) }
    }

    /// Those among the ids that are clauses in force.
    fn named<'a>(&'a self, ids: &'a [String]) -> impl Iterator<Item = ClauseId> + 'a {
        let known: BTreeSet<ClauseId> =
            ids.iter().filter_map(|id| id.parse().ok()).filter(|id| self.clauses.contains_key(id)).collect();
        known.into_iter()
    }

    /// Nothing of what is said of the clause has a word in common with it.
    fn is_strange(&self, id: ClauseId, is_said: impl Fn(&str) -> bool) -> bool {
        let Some((clause, headings)) = self.clauses.get(&id) else { return false };
        let own = clause.text.roots();
        let opens = self.clauses.keys().next() == Some(&id) && !actors::obliges(&clause.text);
        own.len() >= LEAST
            && !opens
            && !names_product(&clause.text)
            && own.iter().chain(headings).all(|root| !is_said(root))
    }

    /// The clauses as one wording; `None` when there is none.
    fn together(&self, ids: &[ClauseId]) -> Option<Wording> {
        match ids {
            [] => None,
            [one] => self.clauses.get(one).map(|(wording, _)| wording.clone()),
            many => {
                let mut text = Text::default();
                let mut sentences = 0;
                for word in many
                    .iter()
                    .filter_map(|id| self.clauses.get(id))
                    .flat_map(|(w, _)| w.text.words.iter().map(Some).chain([None]))
                {
                    match word {
                        Some(word) => {
                            let mut word = word.clone();
                            word.sentence += sentences;
                            word.segment += sentences;
                            text.words.push(word);
                        }
                        None => sentences = text.words.last().map_or(0, |w| w.segment.max(w.sentence) + 1),
                    }
                }
                Some(Wording { amounts: amounts::amounts(&text), text })
            }
        }
    }
}

fn list(ids: &[ClauseId]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn short(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(80).collect()
}

fn quoted(text: &str) -> String {
    format!("'{}'", short(text))
}

/// What was understood of each clause, as roots.
fn understood(run: &Run) -> BTreeMap<ClauseId, BTreeSet<String>> {
    let mut all: BTreeMap<ClauseId, BTreeSet<String>> = BTreeMap::new();
    let mut add = |clauses: &[ClauseId], text: &str| {
        let roots = Text::new(text).roots();
        for id in clauses {
            all.entry(*id).or_default().extend(roots.iter().cloned());
        }
    };
    for i in run.interpretations.values() {
        add(&i.clauses, &i.statement);
        for criterion in &i.acceptance {
            add(&i.clauses, criterion);
        }
    }
    for a in run.assumptions.values() {
        add(&a.clauses, &a.question);
        add(&a.clauses, &a.answer);
    }
    for g in &run.gaps {
        add(&[g.clause], &g.what);
        add(&[g.clause], &g.reason);
    }
    all
}

/// What a reply says of clauses: the roots of each of its texts once, however many clauses it stands for.
#[derive(Default)]
struct Said {
    texts: Vec<BTreeSet<String>>,
    of: BTreeMap<ClauseId, Vec<usize>>,
}

impl Said {
    fn add(&mut self, text: &str, clauses: impl Iterator<Item = ClauseId>) {
        for id in clauses {
            self.of.entry(id).or_default().push(self.texts.len());
        }
        self.texts.push(words_of(text));
    }
}

impl Original {
    /// A clause of which everything said is foreign to it and to what was understood of it.
    fn foreign(&self, run: &Run, said: &Said, what: &str) -> Vec<String> {
        let understood = understood(run);
        let mut faults = Vec::new();
        for (id, at) in &said.of {
            let Some(clause) = run.clauses.get(id).filter(|c| c.demands()) else { continue };
            // Kept by absence: nobody need have a word for it.
            if super::kind_of(run, *id) == Some(ClauseKind::Exclusion) {
                continue;
            }
            let texts = || at.iter().map(|at| &said.texts[*at]);
            let meant = understood.get(id).is_some_and(|u| texts().any(|roots| !u.is_disjoint(roots)));
            if !meant && self.is_strange(*id, |root| texts().any(|roots| roots.contains(root))) {
                faults.push(format!("{id} is only listed: {what} has no word in common with \"{}\"", clause.line(80)));
            }
        }
        faults
    }

    fn designed(&self, run: &Run, reply: &DesignReply) -> Vec<String> {
        let mut said = Said::default();
        for d in &reply.decisions {
            said.add(&format!("{} {} {}", d.title, d.choice, d.why), self.named(&d.clauses));
        }
        for a in &reply.artifacts {
            said.add(&a.content, self.named(&a.clauses));
        }
        self.foreign(run, &said, "nothing that is decided or designed for it")
    }

    fn tested(&self, run: &Run, reply: &TestReply) -> Vec<String> {
        let mut said = Said::default();
        for link in &reply.links {
            said.add(&format!("{} {}", link.shows, link.test), link.clause.parse().into_iter());
        }
        let mut faults = self.foreign(run, &said, "what its tests are said to show");
        let terms =
            || reply.searches.iter().flat_map(|search| search.terms.iter().map(move |term| (&search.clause, term)));
        for id in self.named(&reply.searches.iter().map(|search| search.clause.clone()).collect::<Vec<_>>()) {
            let terms: Vec<&str> =
                terms().filter(|(clause, _)| clause.parse() == Ok(id)).map(|(_, term)| term.as_str()).collect();
            if let Some(clause) = run.clauses.get(&id)
                && Made::meant(&domain::words(&clause.text)).is_none()
                && !trace::is_about(run, clause, terms.iter().copied())
            {
                faults.push(format!(
                    "{id} is only listed: none of the words searched for ({}) is one of \"{}\" or of what was understood of \
                     it, so the search shows nothing",
                    terms.join(", "),
                    clause.line(80)
                ));
            }
        }
        faults
    }

    fn judged(&self, run: &Run, reply: &VerifyReply) -> Vec<String> {
        let mut said = Said::default();
        // Who finds a clause unmet may argue with what is not there.
        for finding in reply.findings.iter().filter(|f| f.verdict == Verdict::Met) {
            said.add(&finding.argument, finding.clause.parse().into_iter());
        }
        self.foreign(run, &said, "the argument that it is met")
    }

    /// The words of the things that shall not be, by their exclusion; a word that another demand uses is none.
    fn excluded(&self, run: &Run, kind: impl Fn(ClauseId) -> Option<ClauseKind>) -> Vec<(ClauseId, BTreeSet<String>)> {
        let is_out = |id: ClauseId| kind(id) == Some(ClauseKind::Exclusion);
        let wanted: BTreeSet<String> = self
            .clauses
            .iter()
            .filter(|(id, _)| !is_out(**id))
            .flat_map(|(_, (w, _))| w.text.content().filter(|w| !w.negated).map(words::Word::root).collect::<Vec<_>>())
            .collect();
        let demanded = run.clauses.keys().copied().filter(|id| is_out(*id));
        demanded
            .filter_map(|id| {
                let (clause, _) = self.clauses.get(&id)?;
                let words = clause.text.content().filter(|w| w.negated).map(words::Word::root);
                Some((id, words.filter(|w| !wanted.contains(w) && !WHERE.contains(&w.as_str())).collect()))
            })
            .filter(|(_, words): &(_, BTreeSet<String>)| !words.is_empty())
            .collect()
    }
}

/// Words of exclusions that are no things: `no packages from outside` forbids no value outside its limits.
const WHERE: [&str; 6] = ["anywhere", "elsewhere", "inside", "outside", "within", "without"];

/// Also of names in code: `test_requires_login`.
fn words_of(text: &str) -> BTreeSet<String> {
    let mut spaced = String::with_capacity(text.len() + 16);
    let mut before = ' ';
    for c in text.chars() {
        if c.is_uppercase() && before.is_lowercase() {
            spaced.push(' ');
        }
        spaced.push(if c == '_' { ' ' } else { c });
        before = c;
    }
    Text::new(&spaced).roots()
}

/// What statements and decisions demand against the clauses: an excluded thing that is brought back, a decision that says
/// another number, the other bound, or another actor than its clauses. Negations are not compared there: a decision speaks
/// of how something is made, and denies of parts of the product what the clause never said of them.
fn conflicts(original: &Original, run: &Run, reply: &Reply) -> Vec<String> {
    match reply {
        Reply::Understand(r) => {
            let marks: BTreeMap<ClauseId, ClauseKind> =
                r.clauses.iter().filter_map(|m| Some((m.id.parse().ok()?, m.kind))).collect();
            let out = original.excluded(run, |id| marks.get(&id).copied());
            let said = r.interpretations.iter().map(|i| ("statement", i.statement.as_str()));
            said.chain(r.assumptions.iter().map(|a| ("default", a.default.as_str())))
                .flat_map(|(what, text)| brought_back(&out, what, text))
                .collect()
        }
        Reply::Design(r) => {
            let out = original.excluded(run, |id| super::kind_of(run, id));
            let known: Vec<_> = run.assumptions.values().flat_map(|a| Wording::new(&a.answer).amounts).collect();
            let mut faults = Vec::new();
            for d in &r.decisions {
                let text = format!("{}. {}", d.title, d.choice);
                faults.extend(brought_back(&out, "decision", &text));
                let text = without_samples(&text);
                let ids: Vec<ClauseId> = original.named(&d.clauses).collect();
                let Some(clauses) = original.together(&ids) else { continue };
                let choice = Wording::new(&text);
                let found = other_numbers(&clauses, &known, &choice, |_| false)
                    .into_iter()
                    .chain(compare::turned_bounds(&clauses, &choice))
                    .chain(compare::other_actor(&clauses, &choice, &original.people));
                faults.extend(found.map(|f| format!("{} contradicts {}: {f}", quoted(&d.title), list(&ids))));
            }
            faults
        }
        Reply::Test(r) => {
            let known: Vec<_> = run.assumptions.values().flat_map(|a| Wording::new(&a.answer).amounts).collect();
            let mut faults = BTreeSet::new();
            for link in &r.links {
                let ids: Vec<ClauseId> = original.named(std::slice::from_ref(&link.clause)).collect();
                let Some(clause) = original.together(&ids) else { continue };
                let shows = Wording::new(&link.shows);
                // Who else may or may not is what tests are for: only numbers are compared.
                let found = other_numbers(&clause, &known, &shows, |b| amounts::is_example(&clause, b, &shows))
                    .into_iter()
                    .chain(compare::turned_bounds(&clause, &shows));
                faults.extend(found.map(|f| format!("'{}' contradicts {}: {f}", short(&link.shows), list(&ids))));
            }
            faults.into_iter().collect()
        }
        Reply::Plan(_) | Reply::Build(_) | Reply::Verify(_) => Vec::new(),
    }
}

/// A decision may bring numbers of its own, but none for what a clause counts already.
fn other_numbers(
    clauses: &Wording,
    known: &[amounts::Amount],
    said: &Wording,
    is_example: impl Fn(&amounts::Amount) -> bool,
) -> Vec<String> {
    let has = |list: &[amounts::Amount], b: &amounts::Amount| list.iter().any(|a| a.equals(b));
    let mut faults = Vec::new();
    let counts =
        |b: &amounts::Amount| b.is_factor(&said.text) || clauses.amounts.iter().any(|a| b.counts(a, &said.text));
    for b in said.amounts.iter().filter(|b| !has(&clauses.amounts, b) && !has(known, b) && !counts(b)) {
        let is_other = |a: &amounts::Amount| {
            let refused = || b.is_refused_for(a, &said.text, &clauses.text);
            a.comparable(b) && a.bound == b.bound && !refused() && !is_example(b)
        };
        let against = clauses.amounts.iter().find(|a| is_other(a) && !has(&said.amounts, a));
        if let Some(a) = against {
            faults.push(format!("it says {b} where the clause says {a}"));
        }
    }
    faults
}

/// A text without what it quotes of what the product prints or stores: `` `Length: 2.0 km` `` demands nothing. A single word
/// between backquotes is a name, or a value that is meant.
fn without_samples(text: &str) -> String {
    let parts = text.split('`').enumerate();
    let kept = parts.map(|(n, part)| if n % 2 == 1 && part.trim().contains(' ') { "…" } else { part });
    kept.collect::<Vec<_>>().join(" ")
}

/// An excluded thing that a text asks for.
fn brought_back(out: &[(ClauseId, BTreeSet<String>)], what: &str, text: &str) -> Vec<String> {
    let said = Text::new(text);
    if said.limits() {
        return Vec::new();
    }
    let asks = |words: &BTreeSet<String>| said.content().find(|w| words.contains(&w.root())).map(|w| w.lower.clone());
    out.iter()
        .filter_map(|(id, words)| {
            asks(words).map(|w| format!("the {what} '{}' brings back \"{w}\", which {id} excludes", short(text)))
        })
        .collect()
}
