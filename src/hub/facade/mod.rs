//! The hub as the rest of G1 uses it: documents to look up and search, and the call cache.

mod documents;
mod search;
#[cfg(test)]
mod tests;

pub use search::{Filter, Hit};

use super::{
    Blobs, HubError,
    encoder::Encode,
    index::Retrieval,
    journal,
    project::FOLDER,
    store::{self, MemoryStore, Place, Store, StoreError, Tree},
};
use crate::domain::{Clean, Hash, event::Event, pack::PackKind, plan::Phase, run::Run, usage::Usage};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, HashSet},
    path::{Path, PathBuf},
    sync::OnceLock,
};

/// One thing the hub knows: a clause, an interpretation, a decision, a file…
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Document {
    pub kind: PackKind,
    pub id: String,
    pub title: Clean,
    /// What is searched and shown. For a file or artifact its content, if it is text.
    pub text: String,
    /// Of the content; another hash means that the document is out of date.
    pub hash: Hash,
    /// The phase that it came from.
    #[serde(default)]
    pub phase: Option<Phase>,
}

type Key = (PackKind, String);

/// Documents, their index and the call cache of one project.
#[derive(Debug)]
pub struct Hub {
    store: Box<dyn Store>,
    /// `.g1` for a writer; readers have none.
    g1: Option<PathBuf>,
    blobs: Blobs,
    documents: BTreeMap<Key, Document>,
    /// Made when it is first needed, and again after a change.
    indexed: OnceLock<Indexed>,
    /// What made the vectors of the index, once it has some.
    encoder: Option<&'static dyn Encode>,
    seq: u64,
    notes: Vec<String>,
    /// Requests whose replies are in the store.
    calls: HashSet<Vec<u8>>,
    /// Not opened yet: where its store's engine will run.
    closed: Option<Place>,
}

#[derive(Debug)]
struct Indexed {
    index: Retrieval,
    /// The documents in the order of their numbers in the index.
    order: Vec<Key>,
}

#[derive(Serialize, Deserialize)]
struct CachedCall {
    reply: Hash,
    usage: Usage,
}

impl Hub {
    /// Opens the hub of the project in `dir` for its writer. Whatever its store lacks is rebuilt from the run, the blobs
    /// and the journal; where no store can be opened it works from memory. Both are said in [`Hub::note`].
    #[must_use]
    pub fn open(dir: &Path, run: &Run, blobs: &Blobs) -> Self {
        let mut hub = Self::closed(dir, blobs, Place::Here);
        hub.ready(run);
        hub
    }

    /// A hub that opens itself when it is needed ([`Hub::ready`]): who only looks at a project pays nothing for it.
    #[must_use]
    pub fn closed(dir: &Path, blobs: &Blobs, place: Place) -> Self {
        Self { closed: Some(place), ..Self::bare(Box::new(MemoryStore::default()), Some(dir.join(FOLDER)), blobs) }
    }

    /// Opens a closed hub and follows the run. What had to be put right is said once.
    pub fn ready(&mut self, run: &Run) -> Option<Clean> {
        let Some(place) = self.closed.take() else {
            let blobs = self.blobs.clone();
            self.refresh(run, &blobs);
            return None;
        };
        let mut notes = Vec::new();
        let mut expected = false;
        if let Some(g1) = &self.g1 {
            expected = g1.join("hub").join("db").metadata().is_ok_and(|m| m.len() > 0);
            match store::open(&place, &g1.join("hub")) {
                Ok((store, rebuilt)) => {
                    self.store = store;
                    expected &= rebuilt.is_none();
                    notes.extend(rebuilt.map(|why| format!("the hub's store was rebuilt: {why}")));
                }
                Err(why) => notes.push(format!("the hub works from memory, slower to open next time: {why}")),
            }
        }
        self.notes = notes;
        // A damaged file may look to sled like a new one.
        if self.fill(run) == 0 && expected {
            self.notes.push("the hub's store had lost all its entries; they were put back".to_owned());
        }
        self.note()
    }

    /// A hub without a store, for readers: it neither locks nor writes anything.
    #[must_use]
    pub fn in_memory(run: &Run, blobs: &Blobs) -> Self {
        let mut hub = Self::bare(Box::new(MemoryStore::default()), None, blobs);
        hub.fill(run);
        hub
    }

    fn bare(store: Box<dyn Store>, g1: Option<PathBuf>, blobs: &Blobs) -> Self {
        Self {
            store,
            g1,
            blobs: blobs.clone(),
            documents: BTreeMap::new(),
            indexed: OnceLock::new(),
            encoder: None,
            seq: 0,
            notes: Vec::new(),
            calls: HashSet::new(),
            closed: None,
        }
    }

    /// Brings a store that was just opened up to the run; returns the sequence number it had applied.
    fn fill(&mut self, run: &Run) -> u64 {
        let applied = self.load();
        // Behind is normal after a crash; lacking what it had is not.
        let counted = self.store.get(Tree::Meta, b"documents").ok().flatten();
        let had = counted.and_then(|value| value.try_into().ok()).map_or(0, u64::from_be_bytes);
        let lost = had.saturating_sub(self.documents.len() as u64);
        if lost > 0 {
            self.notes.push(format!("the hub's store had lost {lost} entries; they were put back"));
        }
        self.bring_up_to(run);
        self.recall_calls(applied < run.seq);
        applied
    }

    /// Reads what the store has; damage empties it. Returns the sequence number it had applied.
    fn load(&mut self) -> u64 {
        let read = || -> Result<(u64, Vec<Document>), StoreError> {
            let documents = self.store.all(Tree::Documents)?;
            let documents =
                documents.into_iter().filter_map(|(_, value)| serde_json::from_slice(&value).ok()).collect();
            Ok((self.store.applied()?, documents))
        };
        match read() {
            Ok((applied, documents)) => {
                self.documents = documents.into_iter().map(|d| ((d.kind, d.id.clone()), d)).collect();
                applied
            }
            Err(why) => {
                self.start_over(&why);
                0
            }
        }
    }

    /// Empties the store, or gives it up for memory when not even that works.
    fn start_over(&mut self, why: &StoreError) {
        self.notes.push(format!("the hub's store was rebuilt: {why}"));
        if Tree::ALL.iter().any(|tree| self.store.clear(*tree).is_err()) {
            self.store = Box::new(MemoryStore::default());
        }
    }

    /// Follows the run: documents that changed are read anew, others are not touched. Cheap when nothing changed, or
    /// when nobody has needed the hub yet.
    pub fn refresh(&mut self, run: &Run, blobs: &Blobs) {
        self.blobs = blobs.clone();
        if run.seq != self.seq && self.closed.is_none() {
            self.bring_up_to(run);
        }
    }

    fn bring_up_to(&mut self, run: &Run) {
        let wanted = documents::of(run);
        let keys: HashSet<&Key> = wanted.iter().map(|w| &w.key).collect();
        let gone: Vec<Key> = self.documents.keys().filter(|key| !keys.contains(key)).cloned().collect();
        for key in gone {
            self.documents.remove(&key);
            self.tell(|store| store.remove(Tree::Documents, &store_key(&key)));
            self.indexed = OnceLock::new();
        }
        for wish in &wanted {
            let same = |there: &Document| {
                there.hash == wish.hash && there.title == wish.title && there.phase == Some(wish.phase)
            };
            if self.documents.get(&wish.key).is_some_and(same) {
                continue;
            }
            // A blob that cannot be read is found by `verify`; the search does without it.
            let document = wish.document(&self.blobs);
            if let Ok(json) = serde_json::to_vec(&document) {
                self.tell(|store| store.put(Tree::Documents, &store_key(&wish.key), &json));
            }
            self.documents.insert(wish.key.clone(), document);
            self.indexed = OnceLock::new();
        }
        self.seq = run.seq;
        let count = self.documents.len() as u64;
        self.tell(|store| {
            store.put(Tree::Meta, b"documents", &count.to_be_bytes())?;
            store.set_applied(run.seq)
        });
    }

    /// A change that the store may refuse: everything is in memory as well, so the hub goes on without it.
    fn tell(&mut self, change: impl Fn(&dyn Store) -> Result<(), StoreError>) {
        if let Err(why) = change(self.store.as_ref()) {
            self.notes.push(format!("the hub works from memory, slower to open next time: {why}"));
            self.store = Box::new(MemoryStore::default());
        }
    }

    /// Puts back replies that the journal knows and the cache does not.
    fn recall_calls(&mut self, behind: bool) {
        let Some(g1) = self.g1.clone() else { return };
        let cached = self.store.all(Tree::Calls);
        let counted = self.store.get(Tree::Meta, b"calls");
        let count = |value: Vec<u8>| value.try_into().ok().map(u64::from_be_bytes);
        let intact = match (&cached, counted) {
            (Ok(calls), Ok(counted)) => counted.and_then(count) == Some(calls.len() as u64),
            _ => false,
        };
        match cached {
            Ok(calls) => self.calls = calls.into_iter().map(|(request, _)| request).collect(),
            Err(_) => self.tell(|store| store.clear(Tree::Calls)),
        }
        if intact && !behind {
            return;
        }
        let Ok(scan) = journal::scan(&g1.join("journal"), None) else { return };
        for envelope in scan.envelopes {
            if let Event::CallFinished { request, reply, usage, cached: false, .. } = envelope.event
                && !self.calls.contains(request.as_str().as_bytes())
            {
                self.remember_reply(&request, &reply, usage);
            }
        }
    }

    /// The blob of the reply to this very request, if one was received before and can still be read.
    #[must_use]
    pub fn cached_reply(&self, request: &Hash) -> Option<Hash> {
        let value = self.store.get(Tree::Calls, request.as_str().as_bytes()).ok()??;
        let call: CachedCall = serde_json::from_slice(&value).ok()?;
        self.blobs.get(&call.reply).ok()?;
        Some(call.reply)
    }

    /// Remembers the reply to a request; its blob is stored already.
    pub fn remember_reply(&mut self, request: &Hash, reply: &Hash, usage: Usage) {
        let Ok(json) = serde_json::to_vec(&CachedCall { reply: reply.clone(), usage }) else { return };
        self.calls.insert(request.as_str().as_bytes().to_vec());
        let count = self.calls.len() as u64;
        self.tell(|store| {
            store.put(Tree::Calls, request.as_str().as_bytes(), &json)?;
            store.put(Tree::Meta, b"calls", &count.to_be_bytes())
        });
    }

    /// The run is being closed: what is in here is up to `seq`, and the next opening need not look for more.
    pub fn settle(&mut self, seq: u64) {
        if self.closed.is_none() && seq > self.seq {
            self.seq = seq;
            self.tell(|store| store.set_applied(seq));
        }
    }

    /// A document by kind and id.
    #[must_use]
    pub fn document(&self, kind: PackKind, id: &str) -> Option<&Document> {
        self.documents.get(&(kind, id.to_owned()))
    }

    /// The text behind a hash: from the documents when it is there, else from the blobs. `Ok(None)`: it is not text.
    pub(super) fn content(
        &self,
        kind: PackKind,
        id: &str,
        hash: &Hash,
        blobs: &Blobs,
    ) -> Result<Option<String>, HubError> {
        match self.document(kind, id) {
            Some(document) if document.hash == *hash && !document.text.is_empty() => Ok(Some(document.text.clone())),
            _ => Ok(String::from_utf8(blobs.get(hash)?).ok()),
        }
    }

    /// What had to be put right, for people; `None` when all was well.
    #[must_use]
    pub fn note(&self) -> Option<Clean> {
        (!self.notes.is_empty()).then(|| Clean::new(&self.notes.join("; ")))
    }
}

fn store_key((kind, id): &Key) -> Vec<u8> {
    format!("{}/{id}", documents::kind_word(*kind)).into_bytes()
}
