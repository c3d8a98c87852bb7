//! One conformance suite for every implementation.

use super::*;

fn conforms(store: &dyn Store) {
    assert_eq!(store.get(Tree::Documents, b"a").unwrap(), None);
    assert_eq!(store.applied().unwrap(), 0);
    store.put(Tree::Documents, b"a", b"1").unwrap();
    store.put(Tree::Documents, b"a", b"2").unwrap();
    store.put(Tree::Documents, b"\xff", b"").unwrap();
    store.put(Tree::Calls, b"a", &[7; 100_000]).unwrap();
    assert_eq!(store.get(Tree::Documents, b"a").unwrap().unwrap(), b"2");
    assert_eq!(store.get(Tree::Documents, b"\xff").unwrap().unwrap(), b"");
    assert_eq!(store.get(Tree::Calls, b"a").unwrap().unwrap(), [7; 100_000]);
    store.put(Tree::Documents, b"B", b"3").unwrap();
    let keys: Vec<_> = store.all(Tree::Documents).unwrap().into_iter().map(|(k, _)| k).collect();
    assert_eq!(keys, [b"B".to_vec(), b"a".to_vec(), b"\xff".to_vec()], "ordered by bytes");
    store.remove(Tree::Documents, b"a").unwrap();
    store.remove(Tree::Documents, b"never there").unwrap();
    assert_eq!(store.get(Tree::Documents, b"a").unwrap(), None);
    store.set_applied(41).unwrap();
    assert_eq!(store.applied().unwrap(), 41);
    store.clear(Tree::Documents).unwrap();
    assert_eq!(store.all(Tree::Documents).unwrap(), []);
    assert!(store.get(Tree::Calls, b"a").unwrap().is_some(), "other trees are untouched");
    store.flush().unwrap();
}

#[test]
fn memory_conforms() {
    conforms(&MemoryStore::default());
}

#[test]
fn sled_conforms_and_keeps_what_was_flushed() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("hub");
    conforms(&SledStore::open(&path).unwrap());
    let again = SledStore::open(&path).unwrap();
    assert_eq!(again.applied().unwrap(), 41);
    assert_eq!(again.get(Tree::Calls, b"a").unwrap().unwrap(), [7; 100_000]);
}

#[test]
fn a_second_opening_is_refused_while_the_first_lives() {
    let dir = tempfile::tempdir().unwrap();
    let first = SledStore::open(dir.path()).unwrap();
    assert!(matches!(SledStore::open(dir.path()), Err(StoreError::Engine(_))));
    drop(first);
}

#[test]
fn a_damaged_value_is_an_error_and_not_an_answer() {
    let sealed = checked::seal(Tree::Documents, b"key", b"value");
    assert_eq!(checked::unseal(Tree::Documents, b"key", &sealed).unwrap(), b"value");
    for at in 0..sealed.len() {
        let mut bad = sealed.clone();
        bad[at] ^= 1;
        assert!(checked::unseal(Tree::Documents, b"key", &bad).is_err(), "byte {at}");
    }
    assert!(checked::unseal(Tree::Documents, b"other", &sealed).is_err());
    assert!(checked::unseal(Tree::Calls, b"key", &sealed).is_err());
    assert!(checked::unseal(Tree::Documents, b"key", &sealed[..3]).is_err());
}

#[test]
fn a_folder_of_garbage_opens_anew() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("hub");
    {
        let store = SledStore::open(&path).unwrap();
        store.put(Tree::Documents, b"a", b"1").unwrap();
        store.flush().unwrap();
    }
    for entry in std::fs::read_dir(&path).unwrap() {
        let file = entry.unwrap().path();
        if file.is_file() {
            std::fs::write(file, b"this is no database").unwrap();
        }
    }
    let (store, _why) = SledStore::open_or_recreate(&path).unwrap();
    // Whatever is left of it, it is usable.
    store.clear(Tree::Documents).unwrap();
    store.put(Tree::Documents, b"a", b"2").unwrap();
    assert_eq!(store.get(Tree::Documents, b"a").unwrap().unwrap(), b"2");
    drop(store);
    std::fs::remove_dir_all(&path).unwrap();
    std::fs::write(&path, b"a file in its place").unwrap();
    assert!(SledStore::open_or_recreate(&path).is_ok());
}
