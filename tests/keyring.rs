//! `g1 secrets` with its key in the keyring of a desktop: the real binary and the real client library, over D-Bus, against a
//! Secret Service that is played here (<https://specifications.freedesktop.org/secret-service/>).
#![cfg(all(target_os = "linux", feature = "keyring"))]

use aes::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit, block_padding::Pkcs7};
use futures::StreamExt;
use std::{
    collections::{BTreeMap, HashMap},
    fs,
    io::Write,
    os::unix::{
        fs::PermissionsExt,
        net::{UnixListener, UnixStream},
    },
    path::Path,
    process::{Command, Output, Stdio},
    sync::{Arc, Mutex},
    thread,
};
use tempfile::TempDir;
use zbus::{
    Guid, Message,
    connection::Builder,
    message::Type,
    zvariant::{OwnedObjectPath, OwnedValue, Value},
};

type Attributes = BTreeMap<String, String>;
/// Session, parameters, value, type of the content, as the specification has it.
type Secret = (OwnedObjectPath, Vec<u8>, Vec<u8>, String);
type Items = Arc<Mutex<Vec<Option<(Attributes, Vec<u8>)>>>>;

/// A Secret Service on a bus of its own that knows nobody else.
struct Desktop {
    dir: TempDir,
    items: Items,
}

impl Desktop {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let items = Items::default();
        let listener = UnixListener::bind(dir.path().join("bus")).unwrap();
        let kept = items.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, items) = (stream.unwrap(), kept.clone());
                // A client that goes away ends its conversation.
                thread::spawn(move || zbus::block_on(serve(stream, items)));
            }
        });
        Self { dir, items }
    }
    fn kept(&self) -> Vec<Attributes> {
        self.items.lock().unwrap().iter().flatten().map(|(attributes, _)| attributes.clone()).collect()
    }
    fn g1(&self, bus: Option<&Path>, args: &[&str], stdin: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_g1"));
        command.args(args).env_clear().env("G1_HOME", self.dir.path().join("home")).env("USER", "ann");
        if let Some(bus) = bus {
            command.env("DBUS_SESSION_BUS_ADDRESS", format!("unix:path={}", bus.display()));
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // The command may have ended without reading it.
        let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
        child.wait_with_output().unwrap()
    }
    /// What it says, where the keyring is there.
    fn says(&self, args: &[&str], stdin: &str) -> String {
        let output = self.g1(Some(&self.dir.path().join("bus")), args, stdin);
        let text = words(&output);
        assert_eq!(output.status.code(), Some(0), "{text}");
        text
    }
    fn file(&self) -> String {
        fs::read_to_string(self.dir.path().join("home/secrets.json")).unwrap()
    }
}

fn words(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// One client: it says hello to the bus, opens a session and works with items.
async fn serve(stream: UnixStream, items: Items) -> zbus::Result<()> {
    let mut calls =
        Builder::async_io_unix_stream(stream).server(Guid::generate())?.p2p().build_message_stream().await?;
    let bus = zbus::Connection::from(&calls);
    let mut key = [0; 16];
    while let Some(call) = calls.next().await {
        let call = call?;
        let header = call.header();
        if call.message_type() != Type::MethodCall {
            continue;
        }
        let member = header.member().map(ToString::to_string).unwrap_or_default();
        let path = header.path().map(ToString::to_string).unwrap_or_default();
        let reply = Message::method_return(&header)?;
        let answer = match member.as_str() {
            "Hello" => reply.build(&":1.1")?,
            "OpenSession" => {
                let (algorithm, input): (String, OwnedValue) = call.body().deserialize()?;
                assert_eq!(algorithm, "dh-ietf1024-sha256-aes128-cbc-pkcs7");
                key = shared(&Vec::<u8>::try_from(input)?);
                // Its own private number is one, so its public one is the generator, and the shared one the client's.
                reply.build(&(Value::from(vec![2_u8]), place("session/1")))?
            }
            "ReadAlias" => reply.build(&place("collection/login"))?,
            "SearchItems" => {
                let wanted: HashMap<String, String> = call.body().deserialize()?;
                let items = items.lock().unwrap();
                let fits = |(attributes, _): &(Attributes, Vec<u8>)| {
                    wanted.iter().all(|(name, value)| attributes.get(name) == Some(value))
                };
                let found = items.iter().enumerate().filter(|(_, item)| item.as_ref().is_some_and(fits));
                let found: Vec<OwnedObjectPath> = found.map(|(at, _)| place(&format!("item/{at}"))).collect();
                reply.build(&(found, Vec::<OwnedObjectPath>::new()))?
            }
            "CreateItem" => {
                let (properties, secret, _): (HashMap<String, OwnedValue>, Secret, bool) = call.body().deserialize()?;
                let attributes = properties["org.freedesktop.Secret.Item.Attributes"].try_clone()?;
                let attributes = HashMap::<String, String>::try_from(attributes)?.into_iter().collect();
                let mut items = items.lock().unwrap();
                items.push(Some((attributes, opened(&key, &secret))));
                reply.build(&(place(&format!("item/{}", items.len() - 1)), root()))?
            }
            "GetSecret" => {
                let items = items.lock().unwrap();
                let (_, secret) = items[number(&path)].as_ref().unwrap();
                reply.build(&(sealed(&key, secret),))?
            }
            "Delete" => {
                items.lock().unwrap()[number(&path)] = None;
                reply.build(&root())?
            }
            // Whether something is locked.
            "Get" => reply.build(&Value::from(false))?,
            "GetAll" => reply.build(&HashMap::<String, Value<'_>>::new())?,
            _ => reply.build(&())?,
        };
        bus.send(&answer).await?;
    }
    Ok(())
}

fn place(what: &str) -> OwnedObjectPath {
    OwnedObjectPath::try_from(format!("/org/freedesktop/secrets/{what}")).unwrap()
}

fn root() -> OwnedObjectPath {
    OwnedObjectPath::try_from("/").unwrap()
}

fn number(path: &str) -> usize {
    path.rsplit('/').next().unwrap().parse().unwrap()
}

fn shared(public: &[u8]) -> [u8; 16] {
    let mut padded = vec![0; 128 - public.len()];
    padded.extend(public);
    let mut key = [0; 16];
    hkdf::Hkdf::<sha2_of_dbus::Sha256>::new(None, &padded).expand(&[], &mut key).unwrap();
    key
}

fn opened(key: &[u8; 16], secret: &Secret) -> Vec<u8> {
    let iv: [u8; 16] = secret.1.as_slice().try_into().unwrap();
    cbc::Decryptor::<aes::Aes128>::new(key.into(), (&iv).into()).decrypt_padded_vec::<Pkcs7>(&secret.2).unwrap()
}

fn sealed(key: &[u8; 16], secret: &[u8]) -> Secret {
    let iv = [7; 16];
    let value = cbc::Encryptor::<aes::Aes128>::new(key.into(), (&iv).into()).encrypt_padded_vec::<Pkcs7>(secret);
    (place("session/1"), iv.to_vec(), value, "application/octet-stream".into())
}

#[test]
fn the_keyring_keeps_the_key_of_the_file_and_forgets_it_with_the_lock() {
    let desktop = Desktop::new();
    let text = desktop.says(&["secrets", "set", "A_KEY"], "sk-planted-1\n");
    assert!(text.contains("locked by the keyring of this machine"), "{text}");
    let kept = desktop.kept();
    assert!(kept.len() == 1 && kept[0]["service"] == "g1", "{kept:?}");
    assert!(desktop.file().contains("A_KEY") && !desktop.file().contains("planted"));
    let mode = fs::metadata(desktop.dir.path().join("home/secrets.json")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    // A second process finds the key there, and a new one takes its place.
    desktop.says(&["secrets", "set", "B_KEY"], "sk-planted-2\n");
    assert_eq!(desktop.kept(), kept);
    desktop.says(&["secrets", "rotate", "--keyring"], "");
    let next = desktop.kept();
    assert!(next.len() == 1 && next != kept, "{next:?}");

    // To a key file, and back.
    let text = desktop.says(&["secrets", "rotate", "--key-file"], "");
    assert!(text.contains("key file") && desktop.kept().is_empty(), "{text}");
    desktop.says(&["secrets", "rotate"], "");
    assert_eq!(desktop.kept().len(), 1);
    let list = desktop.says(&["secrets", "list"], "");
    assert!(list.contains("A_KEY") && list.contains("B_KEY") && list.contains("keyring"), "{list}");
}

#[test]
fn where_the_keyring_is_gone_it_is_said_and_nothing_is_changed() {
    let desktop = Desktop::new();
    desktop.says(&["secrets", "set", "A_KEY"], "sk-planted-1\n");
    let before = desktop.file();
    // From a login without a desktop: names are known, values are not, and the message says the way out.
    let list = desktop.g1(None, &["secrets", "list"], "");
    assert!(list.status.success() && words(&list).contains("A_KEY"));
    let nowhere = desktop.dir.path().join("nowhere");
    for bus in [None, Some(nowhere.as_path())] {
        let output = desktop.g1(bus, &["secrets", "set", "B_KEY"], "sk-planted-2\n");
        let text = words(&output);
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert!(text.contains("keyring of this machine cannot be used") && text.contains("environment"), "{text}");
    }
    // The entry was removed by other hands.
    desktop.items.lock().unwrap().clear();
    let output = desktop.g1(Some(&desktop.dir.path().join("bus")), &["secrets", "set", "B_KEY"], "sk-planted-2\n");
    let text = words(&output);
    assert!(output.status.code() == Some(1) && text.contains("does not hold the key of"), "{text}");
    assert_eq!(desktop.file(), before);
}

#[test]
fn without_a_keyring_nothing_asks_for_one_and_asking_for_it_fails() {
    let desktop = Desktop::new();
    let output = desktop.g1(None, &["secrets", "set", "A_KEY", "--keyring"], "sk-planted-1\n");
    let text = words(&output);
    assert!(output.status.code() == Some(1) && text.contains("no desktop session"), "{text}");
    let output = desktop.g1(None, &["secrets", "set", "A_KEY"], "sk-planted-1\n");
    assert!(output.status.success() && words(&output).contains("key file"), "{}", words(&output));
    // One lock holds for all: another one is not passed over.
    let before = desktop.file();
    for other in [&["--keyring"][..], &["--passphrase"], &["--key-file=/elsewhere"]] {
        let output = desktop.g1(None, &[&["secrets", "set", "B_KEY"], other].concat(), "sk-planted-2\n");
        let text = words(&output);
        assert!(output.status.code() == Some(2) && text.contains("locked by the key file"), "{text}");
    }
    assert_eq!(desktop.file(), before);
    let output = desktop.g1(None, &["secrets", "set", "B_KEY", "--key-file"], "sk-planted-2\n");
    assert!(output.status.success(), "{}", words(&output));
}
