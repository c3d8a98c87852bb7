#![cfg(test)]

use super::*;

fn secret(text: &str) -> SecretString {
    SecretString::from(text)
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_key_is_read_back_with_the_right_passphrase_only() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("g1/secrets.json");
    assert!(Vault::open(&path).unwrap().is_none());
    let mut vault = Vault::create(&path, With::Passphrase(&secret("open sesame"))).unwrap();
    vault.set("A_KEY", &secret("sk-planted-1")).unwrap();
    assert_eq!(mode(&path), 0o600);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains("A_KEY") && !text.contains("planted") && !text.contains("sesame"));

    let mut vault = Vault::open(&path).unwrap().unwrap();
    assert!(vault.wants_passphrase() && vault.names().eq(["A_KEY"]));
    assert!(matches!(vault.get("A_KEY"), Err(SecretError::Locked)));
    assert!(matches!(vault.unlock(None), Err(SecretError::Locked)));
    assert!(matches!(vault.unlock(Some(&secret("open barley"))), Err(SecretError::Passphrase)));
    vault.unlock(Some(&secret("open sesame"))).unwrap();
    assert_eq!(vault.get("A_KEY").unwrap().unwrap().expose_secret(), "sk-planted-1");
    assert!(vault.get("OTHER").unwrap().is_none());
    assert!(!format!("{vault:?}").contains("planted"));
}

#[test]
fn a_key_file_is_made_once_and_only_that_one_fits() {
    let dir = tempfile::tempdir().unwrap();
    let (path, key) = (dir.path().join("secrets.json"), dir.path().join("state/secrets.key"));
    Vault::create(&path, With::KeyFile(&key)).unwrap().set("A", &secret("one")).unwrap();
    assert_eq!(mode(&key), 0o600);
    let mut vault = Vault::open(&path).unwrap().unwrap();
    assert!(!vault.wants_passphrase());
    vault.unlock(None).unwrap();
    assert_eq!(vault.get("A").unwrap().unwrap().expose_secret(), "one");
    fs::write(&key, "another").unwrap();
    let mut vault = Vault::open(&path).unwrap().unwrap();
    assert!(matches!(vault.unlock(None), Err(SecretError::KeyFile(_))));
}

#[test]
fn a_key_file_that_is_not_there_is_not_said_to_be_the_wrong_one() {
    let dir = tempfile::tempdir().unwrap();
    let (path, key, moved) = (dir.path().join("secrets.json"), dir.path().join("key"), dir.path().join("moved"));
    Vault::create(&path, With::KeyFile(&key)).unwrap().set("A", &secret("one")).unwrap();
    fs::rename(&key, &moved).unwrap();
    let mut vault = Vault::open(&path).unwrap().unwrap();
    let error = vault.unlock(None).unwrap_err().to_string();
    assert!(error.contains(&format!("{} is not there", key.display())) && !error.contains("fit"), "{error}");
    fs::rename(&moved, &key).unwrap();
    vault.unlock(None).unwrap();
}

#[test]
fn a_new_lock_keeps_the_keys_and_leaves_nothing_of_the_old_one() {
    let dir = tempfile::tempdir().unwrap();
    let (path, key) = (dir.path().join("secrets.json"), dir.path().join("key"));
    let mut vault = Vault::create(&path, With::KeyFile(&key)).unwrap();
    vault.set("A", &secret("one")).unwrap();
    vault.set("B", &secret("two")).unwrap();
    let before = fs::read_to_string(&path).unwrap();
    vault.rotate(With::Passphrase(&secret("new"))).unwrap();
    let after = fs::read_to_string(&path).unwrap();
    for line in before.lines().filter(|line| line.contains("\"text\"") || line.contains("\"nonce\"")) {
        assert!(!after.contains(line), "{line}");
    }
    let mut vault = Vault::open(&path).unwrap().unwrap();
    vault.unlock(Some(&secret("new"))).unwrap();
    assert_eq!(vault.get("B").unwrap().unwrap().expose_secret(), "two");
    assert!(vault.remove("A").unwrap() && !vault.remove("A").unwrap());
    assert!(Vault::open(&path).unwrap().unwrap().names().eq(["B"]));
}

#[test]
fn a_value_in_the_place_of_another_is_found_out() {
    let dir = tempfile::tempdir().unwrap();
    let (path, key) = (dir.path().join("secrets.json"), dir.path().join("key"));
    let mut vault = Vault::create(&path, With::KeyFile(&key)).unwrap();
    vault.set("CHEAP", &secret("one")).unwrap();
    vault.set("DEAR", &secret("two")).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("CHEAP", "X").replace("DEAR", "CHEAP").replace("\"X\"", "\"DEAR\"")).unwrap();
    let mut vault = Vault::open(&path).unwrap().unwrap();
    vault.unlock(None).unwrap();
    assert!(matches!(vault.get("DEAR"), Err(SecretError::Damaged(_))));
}

#[test]
fn files_that_others_may_read_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (path, key) = (dir.path().join("secrets.json"), dir.path().join("key"));
    Vault::create(&path, With::KeyFile(&key)).unwrap().set("A", &secret("one")).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(Vault::open(&path).unwrap().unwrap().unlock(None), Err(SecretError::Open(_))));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(matches!(Vault::open(&path), Err(SecretError::Open(_))));
    let link = dir.path().join("link");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    assert!(matches!(Vault::open(&link), Err(SecretError::Foreign(_))));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&path, "{\"version\": 1").unwrap();
    assert!(matches!(Vault::open(&path), Err(SecretError::Damaged(_))));
}

#[test]
fn a_name_is_that_of_a_variable() {
    let dir = tempfile::tempdir().unwrap();
    let mut vault = Vault::create(&dir.path().join("s"), With::KeyFile(&dir.path().join("k"))).unwrap();
    for name in ["", "1A", "A B", "A=B", "Ä", "../x"] {
        assert!(matches!(vault.set(name, &secret("v")), Err(SecretError::Name(_))), "{name}");
    }
}

#[test]
fn a_key_file_that_stays_where_it_is_gets_new_content() {
    let dir = tempfile::tempdir().unwrap();
    let (path, key) = (dir.path().join("secrets.json"), dir.path().join("key"));
    let mut vault = Vault::create(&path, With::KeyFile(&key)).unwrap();
    vault.set("A", &secret("one")).unwrap();
    let old = fs::read(&key).unwrap();
    vault.rotate(With::KeyFile(&key)).unwrap();
    let new = fs::read(&key).unwrap();
    assert_ne!(old, new);
    let opened = |expected: bool| {
        let mut vault = Vault::open(&path).unwrap().unwrap();
        assert_eq!(vault.unlock(None).is_ok(), expected);
        assert!(!expected || vault.get("A").unwrap().unwrap().expose_secret() == "one");
    };
    opened(true);
    // Cut short before the new one was put in its place.
    fs::rename(&key, dir.path().join("key.next")).unwrap();
    write_private(&key, &old).unwrap();
    opened(true);
    assert_eq!(fs::read(&key).unwrap(), new);
    write_private(&key, &old).unwrap();
    opened(false);
}

#[test]
fn a_file_that_is_not_g1s_own_is_never_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let (path, own) = (dir.path().join("secrets.json"), dir.path().join("id_ed25519"));
    write_private(&own, b"-----BEGIN OPENSSH PRIVATE KEY-----\n").unwrap();
    let mut vault = Vault::create(&path, With::KeyFile(&own)).unwrap();
    vault.set("A", &secret("one")).unwrap();
    assert!(matches!(vault.rotate(With::KeyFile(&own)), Err(SecretError::NotOurs(_))));
    assert_eq!(fs::read(&own).unwrap(), b"-----BEGIN OPENSSH PRIVATE KEY-----\n");
    assert_eq!(vault.get("A").unwrap().unwrap().expose_secret(), "one");
    vault.rotate(With::KeyFile(&dir.path().join("new"))).unwrap();
    let mut vault = Vault::open(&path).unwrap().unwrap();
    vault.unlock(None).unwrap();
    assert_eq!(vault.get("A").unwrap().unwrap().expose_secret(), "one");
}

#[test]
fn changes_at_the_same_time_lose_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (path, key) = (dir.path().join("g1/secrets.json"), dir.path().join("key"));
    std::thread::scope(|scope| {
        for name in ["A", "B", "C", "D", "E", "F"] {
            let (path, key) = (&path, &key);
            scope.spawn(move || {
                let _held = Vault::hold(path).unwrap();
                let mut vault = match Vault::open(path).unwrap() {
                    Some(vault) => vault,
                    None => Vault::create(path, With::KeyFile(key)).unwrap(),
                };
                vault.unlock(None).unwrap();
                vault.set(name, &secret("v")).unwrap();
            });
        }
    });
    assert!(Vault::open(&path).unwrap().unwrap().names().eq(["A", "B", "C", "D", "E", "F"]));
}
