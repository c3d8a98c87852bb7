//! A project's folder as a whole: creation, the lock, recovery, verification.

use super::{fixture, heads::Heads, journal, project::*, verify::verify_with, *};
use crate::domain::{Clean, event::Event};
use jiff::Timestamp;
use std::{
    fs,
    path::Path,
    time::{Duration, SystemTime},
};

fn said(n: u32) -> Event {
    Event::Said { step: None, speaker: Clean::new("g1"), text: Clean::new(&format!("line {n}")) }
}

fn create(dir: &Path) -> Project {
    let events = fixture::events(fixture::TEXT);
    Project::create(dir, &[fixture::TEXT.as_bytes()], &events[..2], Timestamp::UNIX_EPOCH).unwrap().0
}

#[test]
fn a_project_appears_whole_and_private() {
    let dir = tempfile::tempdir().unwrap();
    let deep = dir.path().join("a/b");
    let project = create(&deep);
    let names: Vec<_> = fs::read_dir(&deep).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(names, [".g1"], "nothing else is left in the folder");
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(fs::metadata(deep.join(".g1")).unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(fs::read_to_string(deep.join(".g1/.gitignore")).unwrap(), "*\n");
    let opened = read(&deep).unwrap();
    assert_eq!(opened.tail.len(), 2);
    assert_eq!(
        project.blobs().get(&crate::domain::Hash::of(fixture::TEXT.as_bytes())).unwrap(),
        fixture::TEXT.as_bytes()
    );
    drop(project);
    let again = Project::create(&deep, &[b"x"], &[], Timestamp::UNIX_EPOCH);
    assert!(matches!(again, Err(HubError::Exists(_))));
    assert!(matches!(read(dir.path()), Err(HubError::NoProject(_))));
}

#[test]
fn what_an_interrupted_creation_left_is_swept_away() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join(".g1.new-dead")).unwrap();
    fs::write(dir.path().join(".g1.new-dead/lock"), "1").unwrap();
    let long_ago = SystemTime::now() - Duration::from_secs(3_600);
    fs::File::open(dir.path().join(".g1.new-dead")).unwrap().set_modified(long_ago).unwrap();
    // Somebody else is about to lock this one.
    fs::create_dir(dir.path().join(".g1.new-born")).unwrap();
    drop(create(dir.path()));
    assert!(!dir.path().join(".g1.new-dead").exists());
    assert!(dir.path().join(".g1.new-born").exists());
    assert!(is_own(".g1") && is_own(".g1.new-dead") && !is_own("src"));
}

#[test]
fn there_is_one_writer_and_readers_need_no_lock() {
    let dir = tempfile::tempdir().unwrap();
    let mut first = create(dir.path());
    let me = std::process::id();
    assert!(matches!(Project::open(dir.path()), Err(HubError::Locked { pid }) if pid == me));
    assert_eq!(writer(dir.path()), Some(me));
    first.append(vec![said(1), said(2)], Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!(read(dir.path()).unwrap().tail.len(), 4);
    drop(first);
    assert_eq!(writer(dir.path()), None);
    let (mut second, opened) = Project::open(dir.path()).unwrap();
    assert_eq!((opened.tail.len(), opened.recovery), (4, None));
    let next = second.append(vec![said(3)], Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!(next[0].seq, 5);
}

#[test]
fn a_checkpoint_shortens_the_tail_and_never_lies() {
    let dir = tempfile::tempdir().unwrap();
    let mut project = create(dir.path());
    project.append(vec![said(1)], Timestamp::UNIX_EPOCH).unwrap();
    project.write_checkpoint(2, b"of another record").unwrap();
    assert_eq!(read(dir.path()).unwrap().checkpoint, None);
    project.write_checkpoint(3, b"the fold").unwrap();
    project.append(vec![said(2)], Timestamp::UNIX_EPOCH).unwrap();
    drop(project);
    let opened = read(dir.path()).unwrap();
    assert_eq!(opened.checkpoint, Some((3, b"the fold".to_vec())));
    assert_eq!(opened.tail.iter().map(|e| e.seq).collect::<Vec<_>>(), [4]);

    let path = dir.path().join(".g1/checkpoint");
    let whole = fs::read(&path).unwrap();
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        fs::write(&path, &bytes).unwrap();
        let opened = read(dir.path()).unwrap();
        assert_eq!((opened.checkpoint, opened.tail.len()), (None, 4), "byte {at}");
        fs::write(&path, &whole[..at]).unwrap();
        assert_eq!(read(dir.path()).unwrap().tail.len(), 4, "cut at {at}");
    }
    // A checkpoint of another project's journal.
    fs::write(&path, &whole).unwrap();
    let other = tempfile::tempdir().unwrap();
    let mut project = create(other.path());
    project.append(vec![said(9), said(8)], Timestamp::UNIX_EPOCH).unwrap();
    fs::copy(&path, other.path().join(".g1/checkpoint")).unwrap();
    assert_eq!(read(other.path()).unwrap().tail.len(), 4);
}

#[test]
fn a_torn_tail_is_moved_aside_and_said() {
    let dir = tempfile::tempdir().unwrap();
    let mut project = create(dir.path());
    project.append(vec![said(1)], Timestamp::UNIX_EPOCH).unwrap();
    drop(project);
    let path = dir.path().join(".g1/journal");
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() - 3]).unwrap();
    assert_eq!(read(dir.path()).unwrap().tail.len(), 2, "a reader leaves it alone");
    let (project, opened) = Project::open(dir.path()).unwrap();
    assert_eq!(opened.tail.len(), 2);
    let said = opened.recovery.unwrap();
    assert!(said.contains("moved to .g1/journal.torn-"), "{said}");
    drop(project);
    let (_, opened) = Project::open(dir.path()).unwrap();
    assert!(!opened.recovery.is_some_and(|r| r.contains("torn")), "once");
}

#[test]
fn damage_in_the_middle_is_named_and_nothing_is_changed() {
    let dir = tempfile::tempdir().unwrap();
    drop(create(dir.path()));
    let path = dir.path().join(".g1/journal");
    let mut bytes = fs::read(&path).unwrap();
    bytes[80] ^= 1;
    fs::write(&path, &bytes).unwrap();
    assert!(matches!(Project::open(dir.path()), Err(HubError::Damaged { seq: 1, offset: 8, .. })));
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

fn verified(dir: &Path) -> Vec<String> {
    let state = std::env::temp_dir().join("g1-unit-tests-state");
    verify_with(dir, &state).unwrap().problems.iter().map(ToString::to_string).collect()
}

#[test]
fn verify_finds_every_kind_of_damage() {
    let dir = tempfile::tempdir().unwrap();
    let mut project = create(dir.path());
    project.append(vec![said(1)], Timestamp::UNIX_EPOCH).unwrap();
    project.sync().unwrap();
    drop(project);
    assert_eq!(verified(dir.path()), Vec::<String>::new());
    let journal = dir.path().join(".g1/journal");
    let whole = fs::read(&journal).unwrap();

    fs::write(&journal, &whole[..whole.len() - 1]).unwrap();
    assert!(verified(dir.path())[0].contains("are no record"));
    // A whole record less, with a perfect chain.
    let end = usize::try_from(journal::scan(&journal, None).unwrap().head.end).unwrap();
    fs::write(&journal, &whole[..end]).unwrap();
    assert!(verified(dir.path())[0].contains("its end was cut off"));
    // Rewritten from the start, with a perfect chain.
    let other = tempfile::tempdir().unwrap();
    let mut project = create(other.path());
    project.append(vec![said(7)], Timestamp::UNIX_EPOCH).unwrap();
    drop(project);
    fs::copy(other.path().join(".g1/journal"), &journal).unwrap();
    assert!(verified(dir.path())[0].contains("rewritten"));
    fs::write(&journal, &whole).unwrap();
    assert_eq!(verified(dir.path()), Vec::<String>::new());

    let blob = dir.path().join(".g1/blobs").join(crate::domain::Hash::of(fixture::TEXT.as_bytes()).as_str());
    fs::write(&blob, b"other").unwrap();
    assert!(verified(dir.path())[0].contains("is damaged"));
    fs::remove_file(&blob).unwrap();
    assert!(verified(dir.path())[0].contains("is missing"));
}

#[test]
fn a_break_found_on_opening_stays_on_record() {
    let dir = tempfile::tempdir().unwrap();
    let mut project = create(dir.path());
    project.append(vec![said(1)], Timestamp::UNIX_EPOCH).unwrap();
    project.sync().unwrap();
    drop(project);
    let path = dir.path().join(".g1/journal");
    let whole = fs::read(&path).unwrap();
    let records = journal::scan(&path, None).unwrap();
    fs::write(&path, &whole[..usize::try_from(records.head.start).unwrap()]).unwrap();
    let (mut project, opened) = Project::open(dir.path()).unwrap();
    assert!(opened.recovery.unwrap().contains("cut off"));
    project.append(vec![said(2), said(3)], Timestamp::UNIX_EPOCH).unwrap();
    project.sync().unwrap();
    drop(project);
    assert!(verified(dir.path())[0].contains("cut off"), "going on does not hide it");
}

#[test]
fn a_copied_project_is_not_remembered() {
    let (dir, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    drop(create(dir.path()));
    assert!(is_remembered(dir.path()));
    fs::create_dir(copy.path().join(".g1")).unwrap();
    fs::copy(dir.path().join(".g1/journal"), copy.path().join(".g1/journal")).unwrap();
    assert!(!is_remembered(copy.path()));
    assert!(!is_remembered(&copy.path().join("nowhere")));
}

#[test]
fn heads_belong_to_a_folder() {
    let (state, one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut heads = Heads::of(state.path(), one.path()).unwrap();
    assert_eq!(heads.load(), None);
    let head = journal::Head { seq: 3, link: [1; 32], start: 8, end: 9 };
    heads.store(&[0; 32], &head, Vec::new());
    assert_eq!(heads.load().unwrap().seq, 3);
    // Written over in place, longer, and again after somebody took the file away.
    for (seq, breaks) in [(4, Vec::new()), (1_000_000, vec!["cut off".repeat(200)]), (1_000_001, Vec::new())] {
        heads.store(&[0; 32], &journal::Head { seq, ..head }, breaks.clone());
        let there = heads.load().unwrap();
        assert_eq!((there.seq, there.breaks), (seq, breaks));
    }
    std::fs::remove_dir_all(state.path().join("heads")).unwrap();
    heads.store(&[0; 32], &head, Vec::new());
    assert_eq!(heads.load().unwrap().seq, 3);
    assert_eq!(Heads::of(state.path(), two.path()).unwrap().load(), None);
    assert!(Heads::of(state.path(), &one.path().join("nowhere")).is_none());
}

/// A project may come from somebody else.
#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link_in_a_project() {
    for name in ["lock", "blobs", "journal", "preview", "hub/blobs"] {
        let (dir, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        drop(create(dir.path()));
        let (own, other) = (dir.path().join(FOLDER).join(name), outside.path().join("other"));
        fs::create_dir_all(own.parent().unwrap()).unwrap();
        if own.is_dir() || !own.exists() {
            let _ = fs::remove_dir_all(&own);
            fs::create_dir(&other).unwrap();
        } else {
            fs::rename(&own, &other).unwrap();
        }
        let before = fs::read(&other).ok();
        std::os::unix::fs::symlink(&other, &own).unwrap();
        let refused = Project::open(dir.path()).unwrap_err();
        assert!(matches!(&refused, HubError::Link(link) if *link == own), "{name}: {refused}");
        assert!(fs::read(&other).ok() == before && fs::read_dir(outside.path()).unwrap().count() == 1);
    }
}
