//! Cassettes: calls recorded as JSON lines, and a model that answers from them.
//!
//! The first line holds what the run was given ([`Begun`]), the last how it ended ([`Ended`]); each other one is a call:
//! the hash of what was asked, the step it was asked for, a summary of the request and the response; no key, no address
//! and no header ever gets here. A request is answered
//! 1. by the recorded call that asked the same, the unused one first;
//! 2. else by the next unused call of the same kind, step and attempt;
//! 3. else by the next unused call of the same kind and step, whatever its attempt.
//!
//! The last two let a cassette survive changes of prompts. The model's name is no part of what was asked.

mod run;
pub use run::{Attached, Begun, Content, Ended, Tally, Was, begin, end, free};

use super::{Abilities, Model, ModelError, Request, Response, pricing::estimate_tokens};
use crate::{
    domain::{Clean, Hash, clause::LARGEST_REQUIREMENT, reply::ReplyKind, usage::Usage},
    files,
};
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use std::{
    fmt, fs,
    io::Write,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

const VERSION: u32 = 1;
/// The largest recording that is read, in bytes: long runs have tens of megabytes.
const LARGEST: u64 = 256 << 20;

/// One recorded call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Entry {
    version: u32,
    asked: Hash,
    kind: ReplyKind,
    step: String,
    attempt: u32,
    request: Summary,
    response: Response,
}

/// Enough to recognise a call by eye.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Summary {
    model: String,
    personas: Vec<String>,
    items: usize,
    system_bytes: usize,
    user_bytes: usize,
    max_output_tokens: u32,
}

/// Identity of a request without the model's name, which differs between recording and replay.
fn asked(request: &Request) -> Hash {
    // A value of ours always becomes JSON.
    let turns = match request.turns.as_slice() {
        [] => String::new(),
        turns => serde_json::to_string(turns).unwrap_or_default(),
    };
    Hash::of_parts([
        request.system.as_bytes(),
        request.user.as_bytes(),
        request.schema.to_string().as_bytes(),
        &request.max_output_tokens.to_be_bytes(),
        // Of a request without tools this is nothing, so older cassettes stay good.
        turns.as_bytes(),
    ])
}

/// Passes every call on and writes it down. Its id is the recorded model's, so nothing else of a run changes.
pub struct Recorder {
    inner: Arc<dyn Model>,
    path: PathBuf,
    file: Mutex<fs::File>,
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Recorder({} onto {})", self.inner.id(), self.path.display())
    }
}

impl Recorder {
    /// Appends to `path`.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn new(inner: Arc<dyn Model>, path: &Path) -> Result<Self, ModelError> {
        let file = fs::OpenOptions::new().create(true).append(true).open(path).map_err(|error| {
            ModelError::Provider(Clean::from(format!("cannot record onto {}: {error}", path.display())))
        })?;
        Ok(Self { inner, path: path.to_owned(), file: Mutex::new(file) })
    }

    fn write(&self, request: &Request, response: &Response) -> std::io::Result<()> {
        let entry = Entry {
            version: VERSION,
            asked: asked(request),
            kind: request.kind,
            step: request.pack.step.to_string(),
            attempt: request.pack.attempt,
            request: Summary {
                model: request.model.clone(),
                personas: request.pack.personas.iter().map(ToString::to_string).collect(),
                items: request.pack.items.len(),
                system_bytes: request.system.len(),
                user_bytes: request.user.len(),
                max_output_tokens: request.max_output_tokens,
            },
            response: response.clone(),
        };
        let mut line = serde_json::to_string(&entry)?;
        line.push('\n');
        self.file.lock().unwrap_or_else(PoisonError::into_inner).write_all(line.as_bytes())
    }
}

impl Model for Recorder {
    fn id(&self) -> &str {
        self.inner.id()
    }
    fn count_tokens(&self, text: &str) -> u32 {
        self.inner.count_tokens(text)
    }
    fn accepts(&self, clauses: &[crate::domain::clause::Clause]) -> Result<(), ModelError> {
        self.inner.accepts(clauses)
    }
    fn abilities(&self) -> Abilities {
        self.inner.abilities()
    }
    fn has_price(&self) -> bool {
        self.inner.has_price()
    }
    fn is_free(&self) -> bool {
        self.inner.is_free()
    }
    fn worst_case(&self, request: &Request) -> Usage {
        self.inner.worst_case(request)
    }
    fn call<'a>(
        &'a self,
        request: &'a Request,
        deltas: mpsc::Sender<Clean>,
        cancel: CancellationToken,
    ) -> BoxFuture<'a, Result<Response, ModelError>> {
        Box::pin(async move {
            let response = self.inner.call(request, deltas, cancel).await?;
            // The reply is paid for: a full disk must not lose it.
            if let Err(error) = self.write(request, &response) {
                tracing::warn!("a call could not be recorded onto {}: {error}", self.path.display());
            }
            Ok(response)
        })
    }
}

/// Answers from a cassette; costs nothing, but reports the tokens and cost of the recording.
#[derive(Debug)]
pub struct Cassette {
    id: String,
    path: PathBuf,
    begun: Option<Begun>,
    ended: Option<Ended>,
    entries: Vec<Entry>,
    played: Mutex<Played>,
}

/// What has been answered so far.
#[derive(Debug)]
struct Played {
    used: Vec<bool>,
    same: usize,
    by_place: usize,
    unanswered: usize,
}

impl Cassette {
    /// # Errors
    /// The file cannot be read, or a line of it is no recorded call.
    pub fn open(path: &Path) -> Result<Self, ModelError> {
        let wrong = |what: String| ModelError::Provider(Clean::from(format!("cassette {}: {what}", path.display())));
        let bytes = files::read(path, LARGEST).map_err(|error| wrong(format!("cannot be read: {error}")))?;
        let text = String::from_utf8(bytes).map_err(|error| wrong(format!("cannot be read: {error}")))?;
        let (mut begun, mut ended, mut entries) = (None, None, Vec::new());
        for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
            match run::line(line).map_err(|what| wrong(format!("line {number} {what}")))? {
                run::Line::Begun(_) if begun.is_some() || !entries.is_empty() => {
                    return Err(wrong(format!("line {number} begins a second run; a cassette holds one")));
                }
                run::Line::Begun(found) if found.requirement.len() as u64 > LARGEST_REQUIREMENT => {
                    return Err(wrong(format!(
                        "line {number} holds a requirement of more than 1 MB, which no run takes"
                    )));
                }
                run::Line::Begun(found) => begun = Some(*found),
                // What comes after the first end was asked for by a person: a change of the requirement.
                run::Line::Ended(found) => ended = ended.or(Some(found)),
                run::Line::Call(entry) => entries.push(*entry),
            }
        }
        if entries.is_empty() {
            return Err(wrong("it holds no calls".to_owned()));
        }
        let used = vec![false; entries.len()];
        let played = Mutex::new(Played { used, same: 0, by_place: 0, unanswered: 0 });
        let id = format!("cassette/{}", path.display());
        Ok(Self { id, path: path.to_owned(), begun, ended, entries, played })
    }

    /// What the recorded run was given; recordings of earlier versions do not say.
    #[must_use]
    pub fn begun(&self) -> Option<&Begun> {
        self.begun.as_ref()
    }

    /// How the recorded run ended, if it did and the recording says so.
    #[must_use]
    pub fn ended(&self) -> Option<&Ended> {
        self.ended.as_ref()
    }

    /// What has been answered so far, and from where.
    #[must_use]
    pub fn tally(&self) -> Tally {
        let played = self.played.lock().unwrap_or_else(PoisonError::into_inner);
        let unused = played.used.iter().filter(|used| !**used).count();
        Tally { same: played.same, by_place: played.by_place, unanswered: played.unanswered, unused }
    }

    fn find(&self, request: &Request) -> Option<&Entry> {
        let asked = asked(request);
        let step = request.pack.step.as_str();
        let same = |e: &Entry| e.asked == asked;
        let place = |e: &Entry| e.kind == request.kind && e.step == step;
        let attempt = |e: &Entry| place(e) && e.attempt == request.pack.attempt;
        let mut played = self.played.lock().unwrap_or_else(PoisonError::into_inner);
        let unused = |fits: &dyn Fn(&Entry) -> bool| {
            self.entries.iter().zip(played.used.iter()).position(|(entry, used)| !used && fits(entry))
        };
        let exact = unused(&same).or_else(|| self.entries.iter().rposition(same));
        let index = exact.or_else(|| unused(&attempt)).or_else(|| unused(&place));
        match (exact, index) {
            (Some(_), _) => played.same += 1,
            (None, Some(_)) => played.by_place += 1,
            (None, None) => played.unanswered += 1,
        }
        let index = index?;
        if let Some(used) = played.used.get_mut(index) {
            *used = true;
        }
        self.entries.get(index)
    }
}

impl Model for Cassette {
    fn id(&self) -> &str {
        &self.id
    }
    fn count_tokens(&self, text: &str) -> u32 {
        estimate_tokens(text)
    }
    fn accepts(&self, _: &[crate::domain::clause::Clause]) -> Result<(), ModelError> {
        Ok(())
    }
    fn has_price(&self) -> bool {
        true
    }
    fn is_free(&self) -> bool {
        true
    }
    fn worst_case(&self, _: &Request) -> Usage {
        Usage { calls: 1, ..Usage::default() }
    }
    fn call<'a>(
        &'a self,
        request: &'a Request,
        deltas: mpsc::Sender<Clean>,
        cancel: CancellationToken,
    ) -> BoxFuture<'a, Result<Response, ModelError>> {
        Box::pin(async move {
            let Some(entry) = self.find(request) else {
                let step = &request.pack.step;
                let why = match self.entries.iter().any(|entry| entry.step == step.as_str()) {
                    true => "The requirement, the plan or an answer differs from the recording",
                    false => "The recording has no call of this step: it ends earlier, or was made for another plan",
                };
                return Err(ModelError::Provider(Clean::from(format!(
                    "cassette {}: no recorded call answers step {step} (attempt {}). {why}; record it again with the model \
                     itself.",
                    self.path.display(),
                    request.pack.attempt
                ))));
            };
            for piece in pieces(&entry.response.text) {
                tokio::select! {
                    biased;
                    () = cancel.cancelled() => return Err(ModelError::Cancelled),
                    sent = deltas.send(Clean::new(piece)) => if sent.is_err() { break },
                }
            }
            Ok(entry.response.clone())
        })
    }
}

/// The text in pieces of some hundred bytes, cut between characters.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (piece, tail) =
            rest.split_at((400..rest.len()).find(|at| rest.is_char_boundary(*at)).unwrap_or(rest.len()));
        rest = tail;
        Some(piece)
    })
}

#[cfg(test)]
mod tests;
