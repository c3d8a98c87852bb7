use super::*;
use crate::{
    domain::StepId,
    hub::{Project, fixture, store::SledStore},
};
use std::fs;

struct World {
    dir: tempfile::TempDir,
    project: Project,
    run: Run,
}

fn world() -> World {
    let dir = tempfile::tempdir().unwrap();
    let at = jiff::Timestamp::UNIX_EPOCH;
    let (project, _) =
        Project::create(dir.path(), &[fixture::TEXT.as_bytes()], &fixture::events(fixture::TEXT), at).unwrap();
    let run = fixture::run(project.blobs());
    World { dir, project, run }
}

impl World {
    fn hub(&self) -> Hub {
        Hub::open(self.dir.path(), &self.run, self.project.blobs())
    }
    fn sled_files(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.dir.path().join(".g1/hub")).unwrap();
        entries.map(|e| e.unwrap().path()).filter(|p| p.is_file()).collect()
    }
}

/// What shares a word with the query.
fn found(hub: &Hub, query: &str) -> Vec<String> {
    hub.search(query, 10, &Filter::default()).into_iter().filter(|h| h.words > 0.0).map(|h| h.id).collect()
}

fn assert_whole(hub: &Hub, world: &World) {
    assert_eq!(hub.documents.len(), 7);
    assert_eq!(found(hub, "charts"), ["C-003"]);
    let file = hub.document(PackKind::File, "app/core.py").unwrap();
    assert_eq!(file.text, "# app/core.py of workouts\n");
    assert_eq!(hub.seq, world.run.seq);
}

#[test]
fn documents_are_found_and_filtered() {
    let world = world();
    let hub = world.hub();
    assert_whole(&hub, &world);
    let clauses = hub.search("workouts", 10, &Filter { kinds: vec![PackKind::Clause], phases: vec![] });
    assert_eq!(clauses.len(), 4, "all clauses, the two with the word first");
    assert!(clauses[1].words > 0.0 && clauses[2].words == 0.0);
    assert!(clauses[0].snippet.contains("workouts"));
    assert_eq!(hub.note(), None);
}

#[test]
fn refresh_follows_the_run() {
    let mut world = world();
    let mut hub = world.hub();
    world.run.files.remove("app/goals.py");
    let entry = world.run.files.get_mut("app/core.py").unwrap();
    entry.sha256 = world.project.blobs().put(b"zebra").unwrap();
    world.run.seq += 1;
    hub.refresh(&world.run, world.project.blobs());
    assert_eq!(found(&hub, "zebra"), ["app/core.py"]);
    assert_eq!(hub.document(PackKind::File, "app/goals.py"), None);
    drop(hub);
    assert_eq!(found(&world.hub(), "zebra"), ["app/core.py"], "and so does what is reopened");
}

/// Vectors by the number of letters a text has of a few; counts how many it made.
#[derive(Debug)]
struct Letters(std::sync::atomic::AtomicUsize);

impl Encode for Letters {
    fn version(&self) -> &str {
        "letters"
    }
    fn dimension(&self) -> usize {
        4
    }
    fn encode(&self, texts: &[&str]) -> Vec<Vec<f32>> {
        self.0.fetch_add(texts.len(), std::sync::atomic::Ordering::Relaxed);
        let count = |text: &str, letter: char| 0.1 + text.chars().filter(|c| *c == letter).count() as f32;
        texts.iter().map(|text| ['a', 'o', 'w', 'c'].iter().map(|l| count(text, *l)).collect()).collect()
    }
}

#[test]
fn vectors_are_made_once_and_follow_the_documents() {
    static LETTERS: Letters = Letters(std::sync::atomic::AtomicUsize::new(0));
    let made = || LETTERS.0.swap(0, std::sync::atomic::Ordering::Relaxed);
    let mut world = world();
    let mut hub = world.hub();
    hub.understand(&LETTERS);
    assert_eq!(made(), 7);
    assert!(hub.search("x", 10, &Filter::default()).iter().all(|hit| hit.meaning.is_some()));
    assert_eq!(hub.search("x", 10, &Filter::default()).len(), 7);
    drop(hub);
    made();
    let mut hub = world.hub();
    hub.understand(&LETTERS);
    assert_eq!(made(), 0, "all from the store");
    world.run.files.get_mut("app/core.py").unwrap().sha256 = world.project.blobs().put(b"new words").unwrap();
    world.run.seq += 1;
    hub.refresh(&world.run, world.project.blobs());
    assert!(hub.search("x", 3, &Filter::default()).iter().all(|hit| hit.meaning.is_none()), "by words until then");
    made();
    hub.understand(&LETTERS);
    assert_eq!(made(), 1);
    assert_eq!(hub.store.all(Tree::Vectors).unwrap().len(), 7, "the old one is gone");
}

#[test]
fn calls_are_remembered_and_recalled_from_the_journal() {
    let mut world = world();
    let (request, reply) = (Hash::of(b"request"), world.project.blobs().put(b"{}").unwrap());
    let usage = Usage { calls: 1, ..Usage::default() };
    let mut hub = world.hub();
    assert_eq!(hub.cached_reply(&request), None);
    hub.remember_reply(&request, &reply, usage);
    assert_eq!(hub.cached_reply(&request), Some(reply.clone()));
    drop(hub);

    let event = Event::CallFinished {
        turn: false,
        step: StepId::new("plan").unwrap(),
        attempt: 1,
        request: request.clone(),
        reply: reply.clone(),
        usage,
        cached: false,
        by: None,
        merged: None,
    };
    world.project.append(vec![event], jiff::Timestamp::UNIX_EPOCH).unwrap();
    world.run.seq += 1;
    fs::remove_dir_all(world.dir.path().join(".g1/hub")).unwrap();
    let hub = world.hub();
    assert_eq!(hub.cached_reply(&request), Some(reply.clone()), "the store was gone");
    fs::remove_file(world.dir.path().join(".g1/blobs").join(reply.as_str())).unwrap();
    assert_eq!(hub.cached_reply(&request), None, "a reply that cannot be read is none");
}

#[test]
fn whatever_is_done_to_the_store_the_hub_is_whole() {
    let world = world();
    drop(world.hub());
    for file in world.sled_files() {
        let whole = fs::read(&file).unwrap();
        let step = (whole.len() / 6).max(1);
        for at in (0..whole.len()).step_by(step) {
            if !world.dir.path().join(".g1/hub").is_dir() || !file.exists() {
                drop(world.hub());
            }
            if let Ok(mut bytes) = fs::read(&file)
                && at < bytes.len()
            {
                bytes[at] ^= 0xff;
                fs::write(&file, &bytes).unwrap();
            }
            assert_whole(&world.hub(), &world);
        }
        if file.exists() {
            fs::write(&file, &whole[..whole.len() / 3]).unwrap();
        }
        assert_whole(&world.hub(), &world);
        if file.exists() {
            fs::remove_file(&file).unwrap();
        }
        assert_whole(&world.hub(), &world);
    }
    fs::remove_dir_all(world.dir.path().join(".g1/hub")).unwrap();
    assert_whole(&world.hub(), &world);
    fs::remove_dir_all(world.dir.path().join(".g1/hub")).unwrap();
    fs::write(world.dir.path().join(".g1/hub"), b"not a folder").unwrap();
    assert_whole(&world.hub(), &world);
}

#[test]
fn an_entry_lost_in_silence_is_put_back_and_said() {
    let world = world();
    let hub = world.hub();
    hub.store.remove(Tree::Documents, b"clause/C-002").unwrap();
    drop(hub);
    let hub = world.hub();
    assert_whole(&hub, &world);
    assert!(hub.note().unwrap().contains("lost 1 entries"));
}

#[test]
fn a_store_in_use_elsewhere_means_memory() {
    let world = world();
    let first = world.hub();
    let second = SledStore::open(&world.dir.path().join(".g1/hub"));
    assert!(second.is_err());
    assert_whole(&Hub::in_memory(&world.run, world.project.blobs()), &world);
    assert_whole(&first, &world);
}
