//! The store in its helper process: the real program behind the trait.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

use g1::hub::store::{HelperStore, SledStore, Store, Tree, helper};
use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

fn open(dir: &Path) -> HelperStore {
    let (store, rebuilt) = HelperStore::open(Path::new(env!("CARGO_BIN_EXE_g1")), dir).unwrap();
    assert_eq!(rebuilt, None);
    store
}

/// Processes that keep the store in `dir`.
fn helpers(dir: &Path) -> Vec<i32> {
    let dir = dir.to_str().unwrap();
    let entries = fs::read_dir("/proc").unwrap().flatten();
    let pids = entries.filter_map(|e| e.file_name().to_str()?.parse::<i32>().ok());
    let is_ours = |pid: &i32| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let args: Vec<&[u8]> = line.split(|b| *b == 0).collect();
        args.contains(&b"__store".as_slice()) && args.contains(&dir.as_bytes())
    };
    pids.filter(is_ours).collect()
}

fn until(what: &str, fits: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !fits() {
        assert!(Instant::now() < end, "never: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn it_keeps_what_it_is_given_and_closes_before_it_is_gone() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    store.put(Tree::Calls, b"request", b"reply").unwrap();
    store.put(Tree::Documents, b"a", &vec![7; 300_000]).unwrap();
    store.set_applied(42).unwrap();
    store.remove(Tree::Calls, b"nothing").unwrap();
    assert_eq!(store.get(Tree::Calls, b"request").unwrap().as_deref(), Some(&b"reply"[..]));
    assert_eq!(store.get(Tree::Vectors, b"request").unwrap(), None);
    drop(store);
    assert!(helpers(dir.path()).is_empty(), "it has ended and closed the store");
    let plain = SledStore::open(dir.path()).unwrap();
    assert_eq!(plain.applied().unwrap(), 42);
    assert_eq!(plain.all(Tree::Documents).unwrap(), [(b"a".to_vec(), vec![7; 300_000])]);
}

#[test]
fn nobody_asks_and_it_ends_somebody_asks_and_it_is_back() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    store.put(Tree::Calls, b"k", b"v").unwrap();
    assert_eq!(helpers(dir.path()).len(), 1);
    until("the helper ends", || helpers(dir.path()).is_empty());
    assert_eq!(store.get(Tree::Calls, b"k").unwrap().as_deref(), Some(&b"v"[..]));
}

#[test]
fn a_helper_that_dies_is_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    store.put(Tree::Calls, b"k", b"v").unwrap();
    store.flush().unwrap();
    let pid = rustix::process::Pid::from_raw(helpers(dir.path())[0]).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    assert_eq!(store.get(Tree::Calls, b"k").unwrap().as_deref(), Some(&b"v"[..]));
}

#[test]
fn without_its_program_it_says_so() {
    let dir = tempfile::tempdir().unwrap();
    assert!(HelperStore::open(Path::new("/nonexistent/g1"), dir.path()).is_err());
    // This process is no helper: the call returns.
    helper::main_if_child();
}
