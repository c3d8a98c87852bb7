use super::*;
use crate::{
    domain::{ClauseId, Clean, Hash, clause::Gap, pack::PackKind, run::Run},
    hub::fixture,
};

struct World {
    _dir: tempfile::TempDir,
    blobs: Blobs,
    run: Run,
}

fn world() -> World {
    let dir = tempfile::tempdir().unwrap();
    let blobs = Blobs::at(dir.path());
    let run = fixture::run(&blobs);
    World { _dir: dir, blobs, run }
}

fn count(text: &str) -> u32 {
    text.split_whitespace().count() as u32
}

impl World {
    fn pack(&self, step: &str) -> ContextPack {
        let hub = Hub::in_memory(&self.run, &self.blobs);
        build(&self.run, &StepId::new(step).unwrap(), &hub, &self.blobs, &count).unwrap()
    }
}

fn ids(pack: &ContextPack, kind: PackKind) -> Vec<&str> {
    pack.of_kind(kind).map(|item| item.id.as_str()).collect()
}

#[test]
fn clauses_come_first_word_for_word() {
    let world = world();
    for step in ["understand", "plan", "design", "verify"] {
        let pack = world.pack(step);
        let texts: String = pack.of_kind(PackKind::Clause).map(|i| i.text.as_str()).collect();
        assert_eq!(texts, fixture::TEXT, "{step} sees the whole requirement");
        assert!(pack.items[..4].iter().all(|i| i.kind == PackKind::Clause));
        assert_eq!(pack.items[0].hash, Hash::of(pack.items[0].text.as_bytes()));
    }
}

#[test]
fn only_declared_upstream_files_are_shown() {
    let world = world();
    assert_eq!(ids(&world.pack("build:core"), PackKind::File), Vec::<&str>::new());
    assert_eq!(ids(&world.pack("build:goals"), PackKind::File), ["app/core.py"]);
    assert_eq!(ids(&world.pack("test:core"), PackKind::File), ["app/core.py"], "what ran beside it stays unseen");
    assert_eq!(ids(&world.pack("verify"), PackKind::File).len(), 3, "upstream is transitive");
}

#[test]
fn what_runs_beside_a_step_does_not_change_its_pack() {
    let mut world = world();
    let before = world.pack("test:core");
    world.run.files.remove("app/goals.py");
    world.run.seq += 40;
    world.run.step_mut(&StepId::new("build:goals").unwrap()).unwrap().state = crate::domain::run::StepState::Working;
    assert_eq!(world.pack("test:core"), before);
    assert_eq!(world.pack("test:core").id, before.id);
}

#[test]
fn the_identity_is_what_is_seen() {
    let mut world = world();
    let before = world.pack("build:core").id;
    world.run.step_mut(&StepId::new("build:core").unwrap()).unwrap().attempt = 2;
    assert_eq!(world.pack("build:core").id, before, "the same content is the same call");
    world.run.step_mut(&StepId::new("build:core").unwrap()).unwrap().feedback = vec![Clean::new("red")];
    let with_feedback = world.pack("build:core");
    assert_ne!(with_feedback.id, before);
    assert_eq!(ids(&with_feedback, PackKind::Feedback), ["feedback-1"]);
    world.run.clauses.get_mut(&ClauseId(1)).unwrap().text.push('!');
    assert_ne!(world.pack("build:core").id, with_feedback.id);
}

#[test]
fn the_budget_cuts_what_matters_least_and_never_the_steps_own_clauses() {
    let mut world = world();
    let full = world.pack("build:goals");
    assert!(full.cut.is_empty());
    let mut kept = full.items.len();
    for budget in (0..=full.tokens()).rev() {
        world.run.settings.pack_tokens = budget;
        let pack = world.pack("build:goals");
        let own: u32 = pack.items.iter().filter(|i| i.id == "C-002").map(|i| i.tokens).sum();
        assert!(own > 0, "C-002 is in at {budget}");
        assert!(pack.tokens() <= budget.max(own));
        assert_eq!(pack.items.len() + pack.cut.len(), full.items.len(), "nothing vanishes unnamed");
        assert!(pack.cut.iter().all(|c| !c.why.is_empty()));
        kept = pack.items.len();
    }
    assert_eq!(kept, 1, "with no budget at all the demand alone is left");
    world.run.settings.pack_tokens = full.tokens() - 1;
    assert_eq!(world.pack("build:goals").cut[0].id, "C-004");
    world.run.settings.pack_tokens = 0;
    assert_eq!(ids(&world.pack("verify"), PackKind::Clause), ["C-001", "C-002", "C-003"]);
}

#[test]
fn retired_clauses_are_gone_and_gaps_are_told() {
    let mut world = world();
    world.run.clauses.get_mut(&ClauseId(3)).unwrap().retired = Some(crate::domain::clause::Retired::Removed);
    let gap = |what: &str| Gap { clause: ClauseId(1), what: what.into(), reason: "no".into(), whole: true };
    world.run.gaps = vec![gap("a"), gap("b")];
    let pack = world.pack("verify");
    assert_eq!(ids(&pack, PackKind::Clause), ["C-001", "C-002", "C-004"]);
    assert_eq!(ids(&pack, PackKind::Gap), ["C-001", "C-001/2"]);
    let handoff = pack.of_kind(PackKind::Handoff).next().unwrap();
    assert!(handoff.text.contains("You answer for C-002."), "{}", handoff.text);
}

#[test]
fn reads_narrow_what_is_given() {
    let mut world = world();
    world.run.step_mut(&StepId::new("verify").unwrap()).unwrap().plan.reads = vec![];
    let pack = world.pack("verify");
    let kinds: std::collections::BTreeSet<_> = pack.items.iter().map(|i| i.kind).collect();
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), [PackKind::Clause, PackKind::Handoff]);
}

#[test]
fn a_missing_blob_or_step_is_an_error_that_names_it() {
    let mut world = world();
    world.run.files.get_mut("app/core.py").unwrap().sha256 = Hash::of(b"never stored");
    let hub = Hub::in_memory(&world.run, &world.blobs);
    let build = |step: &str| super::build(&world.run, &StepId::new(step).unwrap(), &hub, &world.blobs, &count);
    assert!(matches!(build("build:goals"), Err(HubError::BlobMissing { .. })));
    assert!(matches!(build("nowhere"), Err(HubError::NoStep(_))));
}
