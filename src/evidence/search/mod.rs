//! The proof of an exclusion: a recorded search of the code, the API description and the pages of the running
//! application for words that would show the excluded thing.

mod crawl;
mod made;
mod network;
mod words;

use super::{
    EvidenceError, Manifest, Recorded, Runner, Tree,
    runner::{Boot, why_not_booted},
    syntax::{self, Language, Question},
};
use crate::{
    domain::{
        ClauseId, Clean, EvidenceId, Hash,
        evidence::{EvidenceKind, ExclusionSearch},
        made::Made,
        reply::NewSearch,
    },
    orchestrator::input::Executed,
};
use std::{sync::Arc, time::Instant};
use tokio_util::sync::CancellationToken;
use words::Term;

/// Places of a hit that are recorded for one clause.
const MOST_HITS: usize = 50;

/// Searches and the record of the run that they were made in.
#[derive(Debug, Clone, PartialEq)]
pub struct Searched {
    pub recorded: Recorded,
    /// `evidence` is 1, the record. One for each search that could be made.
    pub searches: Vec<ExclusionSearch>,
    /// Searches that cannot be made: no such clause, no words.
    pub problems: Vec<Clean>,
}

/// A text and where it is from, such as `app/pages.py` or `page /about`.
pub(super) struct Text {
    pub place: String,
    pub text: String,
}

impl Runner {
    /// Boots the application, reads its description and its pages (signed in, too, when it offers an account), and
    /// searches them and the code.
    ///
    /// # Errors
    /// It could not be run at all. An application that does not start is recorded with exit 1, and its searches are
    /// left out, because what was not seen is not excluded.
    pub async fn search(
        &self,
        tree: &Tree,
        manifest: &Manifest,
        searches: &[NewSearch],
        cancel: &CancellationToken,
    ) -> Result<Searched, EvidenceError> {
        let stack = self.ready(manifest).await?;
        let started = Instant::now();
        let scratch = self.scratch(tree, stack, cancel).await?;
        let mut texts = self.code(tree, cancel).await?;
        let files = texts.len();
        let mut note = None;
        match self.start(&scratch, manifest, cancel).await? {
            Boot::Up(Some(mut booted)) => {
                let seen = crawl::everything(booted.port, cancel).await;
                booted.running.stop();
                booted.running.wait().await?;
                texts.extend(seen?);
            }
            // What serves nothing has neither pages nor a description: its code is all there is.
            Boot::Up(None) => {}
            Boot::Down(finished) => note = Some(why_not_booted(&finished)),
        }
        let pages = texts.iter().filter(|text| text.place.starts_with("page ")).count();
        let described = texts.iter().any(|text| text.place == crawl::DESCRIPTION);
        let mut searched = vec![Clean::from(format!("code: {files} files"))];
        searched.extend(described.then(|| Clean::new("the API description")));
        searched.push(Clean::from(format!("pages: {pages}")));
        let asked = searches.iter().flat_map(|search| &search.terms).any(|term| Made::of(term).is_some());
        let made = if asked { Some(self.made(tree, manifest, &texts, cancel).await?) } else { None };
        searched.extend(made.is_some().then(|| Clean::new("manifests and imports")));
        let mut problems = vec![];
        let mut done = vec![];
        for search in searches {
            match self.one(search, &texts, &searched, made.as_ref()) {
                Ok(search) if note.is_none() => done.push(search),
                Ok(_) => {}
                Err(problem) => problems.push(problem),
            }
        }
        let output = protocol(&done, &texts);
        let exit = i32::from(note.is_some());
        let recorded = Recorded {
            executed: Executed {
                kind: EvidenceKind::Search,
                argv: manifest.run.clone(),
                exit: Some(exit),
                tests: vec![],
                output_sha256: Hash::of(&output),
                tree: tree.hash(),
                sandbox: self.sandbox().level,
                duration_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
                note: note.or_else(|| results(&done)).map(Clean::from),
            },
            output,
        };
        Ok(Searched { recorded, searches: done, problems })
    }

    /// The code without comments, docstrings, tests and documents: those may well say what is excluded.
    async fn code(&self, tree: &Tree, cancel: &CancellationToken) -> Result<Vec<Text>, EvidenceError> {
        let files: Vec<_> = tree.files().filter(|file| is_code(tree, &file.path)).collect();
        let parsed = |path: &str| Language::in_tree(tree, path).is_some();
        let questions: Vec<Question> = files
            .iter()
            .filter(|file| parsed(&file.path))
            .map(|file| Question::Strip { path: file.path.clone() })
            .collect();
        let mut stripped = syntax::ask(self, tree, &questions, cancel).await?.into_iter();
        Ok(files
            .into_iter()
            .map(|file| {
                let code = if parsed(&file.path) { stripped.next().and_then(|answer| answer.text) } else { None };
                // What cannot be parsed is searched as it is.
                let text = code.unwrap_or_else(|| String::from_utf8_lossy(&file.bytes).into_owned());
                Text { place: file.path.clone(), text }
            })
            .collect())
    }

    fn one(
        &self,
        search: &NewSearch,
        texts: &[Text],
        searched: &[Clean],
        made: Option<&made::Seen>,
    ) -> Result<ExclusionSearch, Clean> {
        let clause: ClauseId =
            search.clause.parse().map_err(|_| Clean::from(format!("{:?} is not the id of a clause", search.clause)))?;
        let mut hits = vec![];
        let mut looked = false;
        for asked in search.terms.iter().filter_map(|term| Made::of(term)) {
            let asked = asked.map_err(|why| Clean::from(format!("{clause}: {why}")))?;
            hits.extend(made.into_iter().flat_map(|seen| seen.against(asked)));
            looked = true;
        }
        hits.truncate(MOST_HITS);
        let words = search.terms.iter().filter(|term| Made::of(term).is_none());
        let terms: Vec<Term> = words.filter_map(|term| Term::new(term)).collect();
        if terms.is_empty() && !looked {
            return Err(Clean::from(format!("{clause}: there are no words to search for")));
        }
        for text in texts {
            for (number, line) in text.text.lines().enumerate() {
                if hits.len() < MOST_HITS && terms.iter().any(|term| term.is_in(line)) {
                    hits.push(Clean::from(format!("{}:{}", text.place, number + 1)));
                }
            }
        }
        Ok(ExclusionSearch {
            clause,
            terms: search.terms.clone(),
            hits,
            searched: searched.to_vec(),
            evidence: EvidenceId(1),
            given_up: false,
        })
    }
}

fn is_code(tree: &Tree, path: &str) -> bool {
    let lower = path.to_lowercase();
    let name = lower.rsplit('/').next().unwrap_or(&lower);
    let document = name.starts_with("readme") || name.starts_with("license") || lower.starts_with("docs/");
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let text = ["html", "css", "sql", "json", "csv", "xml", "svg", "jinja", "j2", "tmpl", "toml"].contains(&ending);
    let tests = lower.starts_with("tests/")
        || lower.starts_with("test/")
        || name.starts_with("test_")
        || name.contains(".test.");
    let named = matches!(name, "package-lock.json" | "g1.toml");
    !document && !tests && !named && (text || Language::of(&lower).or_else(|| Language::in_tree(tree, path)).is_some())
}

/// What was found, clause by clause: `C-011: not found; C-012: found in app/pages.py:3`.
fn results(searches: &[ExclusionSearch]) -> Option<String> {
    let of = |search: &ExclusionSearch| match search.hits.first() {
        Some(hit) => format!("{}: found in {hit}", search.clause),
        None => format!("{}: not found", search.clause),
    };
    (!searches.is_empty()).then(|| searches.iter().map(of).collect::<Vec<_>>().join("; "))
}

/// What was searched for, where, and what was found: the output that the record names by its hash.
fn protocol(searches: &[ExclusionSearch], texts: &[Text]) -> Arc<[u8]> {
    let mut lines = vec![];
    for search in searches {
        lines.push(format!("{}: {}", search.clause, search.terms.join(", ")));
        if search.hits.is_empty() {
            lines.push("  not found".to_owned());
        }
        lines.extend(search.hits.iter().map(|hit| format!("  found in {hit}")));
    }
    lines.push("searched:".to_owned());
    lines.extend(texts.iter().map(|text| format!("  {} ({} lines)", text.place, text.text.lines().count())));
    (lines.join("\n") + "\n").into_bytes().into()
}
