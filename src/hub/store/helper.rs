//! sled in a process of its own, there only while it is used.
//!
//! Once used, sled keeps seven threads that wake up every second until the process ends, and nothing can stop them
//! (measured). The workbench may stay open for days, so it leaves the store to `g1 __store`: started at the first
//! request, ended when nobody has asked for a while. A store that crashes takes no screen with it either.

use super::{
    Pairs, SledStore, Store, StoreError, Tree,
    frames::{Answer, Request},
};
use std::{
    ffi::OsStr,
    fmt,
    io::{BufReader, BufWriter, Write},
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender},
    thread::JoinHandle,
    time::Duration,
};

/// The hidden command of the helper.
const SUBCOMMAND: &str = "__store";
/// Unused for this long, the helper ends.
const IDLE: Duration = Duration::from_secs(2);

/// Takes over when this process was started as the store's helper; otherwise it returns at once. Call it first in
/// `main`.
pub fn main_if_child() {
    let mut args = std::env::args_os().skip(1);
    if args.next().as_deref() == Some(OsStr::new(SUBCOMMAND)) {
        let dir = args.next().unwrap_or_default();
        std::process::exit(i32::from(serve(Path::new(&dir)).is_err()));
    }
}

/// Answers requests from standard input until it ends.
fn serve(dir: &Path) -> std::io::Result<()> {
    let mut input = BufReader::new(std::io::stdin().lock());
    let mut output = BufWriter::new(std::io::stdout().lock());
    let store = match SledStore::open_or_recreate(dir) {
        Ok((store, rebuilt)) => {
            let note = rebuilt.map(|why| vec![(Vec::new(), why.to_string().into_bytes())]);
            note.map_or(Answer::Done, Answer::Pairs).write(&mut output)?;
            store
        }
        Err(why) => {
            Answer::Failed(why).write(&mut output)?;
            return output.flush();
        }
    };
    output.flush()?;
    while let Some(request) = Request::read(&mut input)? {
        request.carry_out(&store).write(&mut output)?;
        output.flush()?;
    }
    // Closing flushes; a store that does not like it is rebuilt by whoever opens it next.
    drop(store);
    Ok(())
}

type Asked = (Request, mpsc::SyncSender<Answer>);

/// The store behind a helper process.
pub struct HelperStore {
    /// `None` only while it is being dropped.
    requests: Option<Sender<Asked>>,
    keeper: Option<JoinHandle<()>>,
}

impl fmt::Debug for HelperStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HelperStore")
    }
}

impl Drop for HelperStore {
    fn drop(&mut self) {
        // The next one to open the folder must find it closed.
        drop(self.requests.take());
        if let Some(keeper) = self.keeper.take() {
            let _ = keeper.join();
        }
    }
}

impl HelperStore {
    /// Opens `dir` with the helper `exe`. The second value says why the store was started again, if it was.
    ///
    /// # Errors
    /// The helper cannot be started, or cannot open a store.
    pub fn open(exe: &Path, dir: &Path) -> Result<(Self, Option<StoreError>), StoreError> {
        let (helper, rebuilt) = Helper::start(exe, dir)?;
        let (requests, asked) = mpsc::channel();
        let (exe, dir) = (exe.to_owned(), dir.to_owned());
        let keeper = std::thread::Builder::new()
            .name("g1-store".to_owned())
            .spawn(move || keep(helper, &asked, &exe, &dir))
            .map_err(|e| StoreError::Engine(e.to_string()))?;
        Ok((Self { requests: Some(requests), keeper: Some(keeper) }, rebuilt))
    }

    fn ask(&self, request: Request) -> Result<Answer, StoreError> {
        let gone = || StoreError::Engine("its process is gone".to_owned());
        let (answer, answered) = mpsc::sync_channel(1);
        self.requests.as_ref().ok_or_else(gone)?.send((request, answer)).map_err(|_| gone())?;
        match answered.recv().map_err(|_| gone())? {
            Answer::Failed(why) => Err(why),
            answer => Ok(answer),
        }
    }

    fn done(&self, request: Request) -> Result<(), StoreError> {
        self.ask(request).map(drop)
    }
}

/// Owns the helper: hands requests over, ends it when nobody asks, starts it again when somebody does.
fn keep(first: Helper, asked: &Receiver<Asked>, exe: &Path, dir: &Path) {
    let mut helper = Some(first);
    loop {
        // With nothing to end there is nothing to wake up for.
        let next = match helper {
            Some(_) => asked.recv_timeout(IDLE),
            None => asked.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match next {
            Ok((request, answer)) => {
                // Every request may be made twice, so one that died with its helper is.
                let result = attempt(&mut helper, &request, exe, dir)
                    .or_else(|_| attempt(&mut helper, &request, exe, dir))
                    .unwrap_or_else(Answer::Failed);
                let _ = answer.send(result);
            }
            Err(RecvTimeoutError::Timeout) => helper = None,
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

fn attempt(helper: &mut Option<Helper>, request: &Request, exe: &Path, dir: &Path) -> Result<Answer, StoreError> {
    if helper.is_none() {
        let (started, rebuilt) = Helper::start(exe, dir)?;
        *helper = Some(started);
        // What was in there is gone: the caller must not take silence for absence.
        if let Some(why) = rebuilt {
            return Ok(Answer::Failed(why));
        }
    }
    let Some(running) = helper else { return Err(StoreError::Engine("it did not start".to_owned())) };
    running.exchange(request).map_err(|e| {
        *helper = None;
        StoreError::Engine(e.to_string())
    })
}

/// A running `g1 __store`. Dropping it lets it close the store, and waits for that.
struct Helper {
    child: Child,
    to: Option<BufWriter<ChildStdin>>,
    from: BufReader<ChildStdout>,
}

impl Helper {
    fn start(exe: &Path, dir: &Path) -> Result<(Self, Option<StoreError>), StoreError> {
        let failed = |what: String| StoreError::Engine(what);
        let mut child = Command::new(exe)
            .arg(SUBCOMMAND)
            .arg(dir)
            // It needs nothing of what is in there, least of all keys.
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // Ctrl-Z, Ctrl-C and a terminal that goes away are not meant for it: it ends when we do.
            .process_group(0)
            .spawn()
            .map_err(|e| failed(e.to_string()))?;
        let (Some(to), Some(from)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(failed("its process has no pipes".to_owned()));
        };
        let mut helper = Self { child, to: Some(BufWriter::new(to)), from: BufReader::new(from) };
        match Answer::read(&mut helper.from).map_err(|e| failed(e.to_string()))? {
            Answer::Failed(why) => Err(why),
            Answer::Pairs(mut note) => {
                let why = note.pop().map(|(_, why)| String::from_utf8_lossy(&why).into_owned());
                Ok((helper, Some(failed(why.unwrap_or_default()))))
            }
            _ => Ok((helper, None)),
        }
    }

    fn exchange(&mut self, request: &Request) -> std::io::Result<Answer> {
        let Some(to) = &mut self.to else { return Err(std::io::ErrorKind::BrokenPipe.into()) };
        request.write(to)?;
        to.flush()?;
        Answer::read(&mut self.from)
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        drop(self.to.take());
        let _ = self.child.wait();
    }
}

impl Store for HelperStore {
    fn get(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        match self.ask(Request::Get(tree, key.to_vec()))? {
            Answer::Value(value) => Ok(Some(value)),
            _ => Ok(None),
        }
    }
    fn put(&self, tree: Tree, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
        self.done(Request::Put(tree, key.to_vec(), value.to_vec()))
    }
    fn remove(&self, tree: Tree, key: &[u8]) -> Result<(), StoreError> {
        self.done(Request::Remove(tree, key.to_vec()))
    }
    fn all(&self, tree: Tree) -> Result<Pairs, StoreError> {
        match self.ask(Request::All(tree))? {
            Answer::Pairs(pairs) => Ok(pairs),
            _ => Ok(Pairs::new()),
        }
    }
    fn clear(&self, tree: Tree) -> Result<(), StoreError> {
        self.done(Request::Clear(tree))
    }
    fn flush(&self) -> Result<(), StoreError> {
        self.done(Request::Flush)
    }
}
