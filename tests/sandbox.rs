//! The attacks of the threat model, from inside of the sandbox. What cannot be tried counts as failed.
#![cfg(target_os = "linux")]

mod fixture;

use fixture::{sandbox, sandbox_without};
use g1::{
    domain::evidence::{Confinement, SandboxLevel},
    evidence::{
        EvidenceError, Manifest, Python, Recorded, Runner, Sandbox, Stack, Tree, TreeFile,
        sandbox::{Ended, Finished, Limits, Spec},
    },
};
use std::{
    fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    os::unix::fs::PermissionsExt,
    path::Path,
    process,
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};
use tokio_util::sync::CancellationToken;

const ATTACKS: &str = include_str!("fixtures/probes/attacks.py");
const BOMBS: &str = include_str!("fixtures/probes/bombs.py");

async fn run(runner: &Runner, script: &str, args: &[&str]) -> Recorded {
    run_to_any_end(runner, script, args).await.unwrap()
}

async fn run_to_any_end(runner: &Runner, script: &str, args: &[&str]) -> Result<Recorded, EvidenceError> {
    // A module of tests that does everything when it is imported, and ends there.
    let arguments: String = args.iter().map(|arg| format!(", {arg:?}")).collect();
    let script = format!("import sys\nsys.argv = ['attacks.py'{arguments}]\n{script}\nsys.exit()\n");
    let tree = Tree::new(vec![TreeFile::new("attacks.py", script.as_bytes())]);
    let mut test = ["python3", "-m", "unittest", "attacks"].map(str::to_owned).to_vec();
    // Its command line names them, too.
    test.extend(args.iter().flat_map(|arg| ["-k".to_owned(), (*arg).to_owned()]));
    let run = vec!["python3".to_owned(), "{port}".to_owned()];
    let manifest = Manifest { name: "x".into(), stack: "python-stdlib".into(), setup: vec![], test, run };
    runner.tests(&tree, &manifest, None, &CancellationToken::new()).await
}

/// A name that only the processes of one test carry.
fn mark() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("g1-probe-{}-{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Processes that carry the mark and are not zombies.
fn alive(mark: &str) -> Vec<String> {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    processes
        .filter_map(|entry| {
            let line = fs::read(entry.path().join("cmdline")).ok()?;
            let line = String::from_utf8_lossy(&line).replace('\0', " ");
            line.contains(mark).then_some(line)
        })
        .collect()
}

async fn attack(runner: &Runner) {
    // Beside the scratch copies where they are in memory, so that no file system boundary helps.
    let shared = Path::new("/dev/shm");
    let home = if shared.is_dir() { tempfile::tempdir_in(shared) } else { tempfile::tempdir() }.unwrap();
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o777)).unwrap();
    fs::create_dir(home.path().join(".ssh")).unwrap();
    let canary = home.path().join(".ssh/id_ed25519");
    fs::write(&canary, "secret").unwrap();
    fs::set_permissions(&canary, fs::Permissions::from_mode(0o666)).unwrap();
    let before = fs::metadata(&canary).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    // An open file that a careless shell let G1 inherit.
    let leaked = rustix::fs::open(&canary, rustix::fs::OFlags::RDWR, rustix::fs::Mode::empty()).unwrap();

    let arguments = [home.path().to_str().unwrap(), canary.to_str().unwrap(), &port];
    let recorded = run(runner, ATTACKS, &arguments).await;
    drop(leaked);
    let text = String::from_utf8_lossy(&recorded.output).into_owned();
    assert!(text.ends_with("END\n"), "{text}");
    let attempts: Vec<(&str, &str)> = text
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(name, rest)| (name, rest.split(' ').next().unwrap()))
        .collect();
    let (needed, attacks): (Vec<_>, Vec<_>) = attempts.into_iter().partition(|(name, _)| name.starts_with("NEEDED-"));
    let wrong: Vec<_> = attacks
        .iter()
        .filter(|(_, outcome)| *outcome != "denied")
        .chain(needed.iter().filter(|(_, outcome)| *outcome != "allowed"))
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}\n{text}");
    let expected = if cfg!(target_arch = "x86_64") { 75 } else { 56 };
    assert!(attacks.len() == expected && needed.len() == 8, "{} attacks, {} needs", attacks.len(), needed.len());

    let after = fs::metadata(&canary).unwrap();
    assert_eq!(fs::read(&canary).unwrap(), b"secret");
    assert_eq!(after.permissions().mode(), before.permissions().mode(), "chmod had an effect");
    assert_eq!(after.modified().unwrap(), before.modified().unwrap(), "utime had an effect");
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
    assert!(!Path::new("/tmp/g1-sandbox-probe").exists());
    assert!(listener.accept().is_err(), "something reached a port that was not assigned");
}

#[tokio::test]
async fn every_attack_is_denied() {
    let sandbox = sandbox();
    assert!(sandbox.level >= SandboxLevel::L2, "{:?}", sandbox.notes);
    assert!(sandbox.confines_tcp());
    attack(&Runner::new(sandbox, Python::find().await.unwrap())).await;
}

/// Root can run programs as a user of their own when everybody can read the Python installation.
#[tokio::test]
async fn every_attack_is_denied_to_an_unprivileged_user_of_root() {
    if !rustix::process::geteuid().is_root() {
        // Then the test above has shown it.
        return;
    }
    let python = Python::ask(Path::new("/usr/bin/python3")).await.expect("root needs a system Python for this test");
    let runner = Runner::new(sandbox(), python);
    assert!(runner.becomes_unprivileged(Stack::Python));
    attack(&runner).await;
    let who = run(&runner, "import os\nprint(os.getuid(), os.getgid(), os.getgroups())", &[]).await;
    let text = String::from_utf8_lossy(&who.output).into_owned();
    assert!(text.starts_with("6") && text.ends_with("[]\n"), "{text}");
    let mark = mark();
    let forks = run(&runner.with_limits(small()), BOMBS, &["forks", &mark]).await;
    assert!(forks.executed.note.is_some());
    assert_eq!(alive(&mark), Vec::<String>::new());
}

/// The body of `GET path` on 127.0.0.1.
fn body(port: u16, path: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    write!(stream, "GET {path} HTTP/1.0\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}

#[tokio::test]
async fn the_assigned_port_of_another_host_is_out_of_reach() {
    let sandbox = sandbox();
    assert!(sandbox.has_own_network(), "nothing was tested: {:?}", sandbox.notes);
    let runner = Runner::new(sandbox, Python::find().await.unwrap());
    // To a program in the machine's network this is a neighbour that serves on the very port that was assigned to it.
    let neighbour = TcpListener::bind("127.0.0.2:0").unwrap();
    let port = neighbour.local_addr().unwrap().port();
    neighbour.set_nonblocking(true).unwrap();
    let tree = Tree::new(vec![TreeFile::new("callers.py", include_bytes!("fixtures/probes/callers.py").as_slice())]);
    let run = ["python3", "callers.py", "{port}"].map(str::to_owned).to_vec();
    let manifest = Manifest { name: "x".into(), stack: "python-stdlib".into(), setup: vec![], test: run.clone(), run };
    let data = tempfile::tempdir().unwrap();
    let served = runner.serve(&tree, &manifest, Some(port), data.path(), &CancellationToken::new()).await.unwrap();

    assert_eq!(body(served.port, "/self"), "reached", "its own port");
    assert_eq!(body(served.port, "/call"), "ConnectionRefusedError");
    assert!(neighbour.accept().is_err(), "it was called");
    let heard: u16 = body(served.port, "/listen").parse().unwrap();
    assert!(TcpStream::connect(("127.0.0.1", heard)).is_err(), "a socket that was never bound is heard outside");

    // The port is free when the program is gone.
    served.stop().await;
    assert!(TcpListener::bind(("127.0.0.1", port)).is_ok());
}

fn small() -> Limits {
    Limits { wall_ms: 20_000, processes: 12, ..Limits::default() }
}

/// Runs a bomb; it must be stopped for the reason, and nothing of it may be left.
async fn bomb(kind: &str, limits: Limits, reason: &str) {
    let runner = Runner::new(sandbox(), Python::find().await.unwrap()).with_limits(limits);
    let mark = mark();
    let started = Instant::now();
    let recorded = run(&runner, BOMBS, &[kind, &mark]).await;
    let note = recorded.executed.note.clone().unwrap_or_default();
    assert!(note.contains(reason), "{kind}: {note:?}");
    assert_eq!(alive(&mark), Vec::<String>::new(), "{kind}");
    assert!(started.elapsed() < Duration::from_millis(limits.wall_ms) + Duration::from_secs(10), "{kind}");
}

/// Runs a script of the probes as an ordinary user, whose supervisor is that user, too, without a control group.
async fn run_for_an_ordinary_user(script: &str, args: &[&str], limits: Limits) -> Finished {
    const USER: u32 = 64777;
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let (program, home) = (dir.path().join("program.py"), dir.path().join("home"));
    fs::write(&program, script).unwrap();
    fs::create_dir(&home).unwrap();
    if rustix::process::geteuid().is_root() {
        std::os::unix::fs::chown(&home, Some(USER), Some(USER)).unwrap();
    }
    let becomes = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/probes/as_anybody.py");
    let g1 = dir.path().join("g1");
    let words = format!("#!/bin/sh\nexec /usr/bin/python3 {becomes} {} \"$@\"\n", env!("CARGO_BIN_EXE_g1"));
    fs::write(&g1, words).unwrap();
    fs::set_permissions(&g1, fs::Permissions::from_mode(0o755)).unwrap();
    let sandbox = Sandbox::probe_with(&g1);
    assert!(sandbox.level >= SandboxLevel::L2, "{:?}", sandbox.notes);
    let argv = ["/usr/bin/python3", program.to_str().unwrap()].into_iter().chain(args.iter().copied());
    let spec = Spec {
        argv: argv.map(str::to_owned).collect(),
        cwd: dir.path().to_owned(),
        env: [("HOME", home.to_str().unwrap()), ("PATH", "/usr/bin:/bin")].map(|(a, b)| (a.into(), b.into())).to_vec(),
        read: vec![program.clone()],
        write: vec![home],
        port: None,
        own_network: sandbox.has_own_network(),
        cgroup: false,
        cgroups: vec![],
        limits,
        drop_to: None,
        required: SandboxLevel::L2,
    };
    sandbox.run(&spec, &CancellationToken::new()).await.unwrap()
}

#[tokio::test]
async fn children_that_have_ended_hide_nothing() {
    let waited_for_later = "\
import subprocess, sys, time
children = [subprocess.Popen([sys.executable, '-S', '-c', '']) for _ in range(5)]
time.sleep(1.5)
print([child.wait() for child in children])";
    let one_after_another = "\
import os, subprocess, sys
for _ in range(300):
    subprocess.run([sys.executable, '-S', '-c', ''], check=True)
print('all')";
    let without_its_first_thread = "\
import ctypes, os, threading, time
def rest():
    time.sleep(1)
    print('rest', flush=True)
    os._exit(0)
threading.Thread(target=rest).start()
ctypes.CDLL(None).syscall(60 if os.uname().machine == 'x86_64' else 93, 0)";
    for (script, printed) in
        [(waited_for_later, "[0, 0, 0, 0, 0]\n"), (one_after_another, "all\n"), (without_its_first_thread, "rest\n")]
    {
        let finished = run_for_an_ordinary_user(script, &[], Limits::default()).await;
        let output = String::from_utf8_lossy(&finished.output.bytes).into_owned();
        assert_eq!((finished.ended, finished.exit, output.as_str()), (Ended::Exited, Some(0), printed), "{script}");
    }
}

#[tokio::test]
async fn what_an_ordinary_user_may_not_look_into_is_ended() {
    let (mark, disk) = (mark(), Limits { disk_bytes: 40 << 20, ..small() });
    let memory = Limits { memory_bytes: 150 << 20, ..small() };
    for (kind, limits, ended) in [
        ("unreadable", disk, Ended::Hidden),
        ("removed", disk, Ended::TooMuchDisk),
        ("leaderless-files", disk, Ended::TooMuchDisk),
        ("leaderless-memory", memory, Ended::TooMuchMemory),
    ] {
        let finished = run_for_an_ordinary_user(BOMBS, &[kind, &mark], limits).await;
        let output = String::from_utf8_lossy(&finished.output.bytes).into_owned();
        assert_eq!(finished.ended, ended, "{kind}: {output}");
    }
    assert_eq!(alive(&mark), Vec::<String>::new());
}

#[tokio::test]
async fn without_a_control_group_what_no_process_shows_to_have_is_bounded() {
    let (mark, disk) = (mark(), Limits { disk_bytes: 40 << 20, wall_ms: 30_000, ..small() });
    let memory = Limits { memory_bytes: 150 << 20, ..small() };
    for (kind, limits, ended) in [
        ("in-flight", disk, Ended::Hidden),
        ("mapped", disk, Ended::TooMuchDisk),
        ("shared", memory, Ended::TooMuchMemory),
        ("sockets", memory, Ended::TooMuchMemory),
    ] {
        let finished = run_for_an_ordinary_user(BOMBS, &[kind, &mark], limits).await;
        let output = String::from_utf8_lossy(&finished.output.bytes).into_owned();
        assert_eq!(finished.ended, ended, "{kind}: {output}");
    }
    let in_memory = run_for_an_ordinary_user(BOMBS, &["in-memory", &mark], disk).await;
    let output = String::from_utf8_lossy(&in_memory.output.bytes).into_owned();
    assert!(in_memory.exit == Some(1) && output.contains("Function not implemented"), "{output}");
}

#[tokio::test]
async fn without_a_control_group_what_programs_need_works() {
    let needs = "\
import asyncio, concurrent.futures, ctypes, mmap, multiprocessing, os, socket, sys, tempfile, time
# The C library calls back, for which memory that is executed is needed.
LIBC = ctypes.CDLL(None)
compare = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))
numbers = (ctypes.c_int * 3)(3, 1, 2)
LIBC.qsort(numbers, 3, 4, compare(lambda a, b: a[0] - b[0]))
assert list(numbers) == [1, 2, 3]
ours, theirs = multiprocessing.Pipe()
child = multiprocessing.Process(target=lambda: theirs.send(mmap.mmap(-1, 1 << 20)[:1]))
child.start()
assert ours.recv() == b'\\0'
child.join()
with concurrent.futures.ThreadPoolExecutor() as pool:
    assert list(pool.map(abs, [-1, 2])) == [1, 2]
async def echo():
    process = await asyncio.create_subprocess_exec(sys.executable, '-c', 'print(1)', stdout=-1)
    return (await process.communicate())[0]
assert asyncio.run(echo()) == b'1\\n'
# A file that waits to be received for a moment, and one without a name that is mapped.
sender, receiver = socket.socketpair()
with tempfile.TemporaryFile(dir=os.environ['HOME']) as file:
    file.truncate(1 << 20)
    kept = mmap.mmap(file.fileno(), 1 << 20)
    socket.send_fds(sender, [b'x'], [file.fileno()])
    time.sleep(1)
    os.close(socket.recv_fds(receiver, 1, 1)[1][0])
pairs = [socket.socketpair() for _ in range(100)]
time.sleep(1)
print('all')";
    let finished = run_for_an_ordinary_user(needs, &[], Limits::default()).await;
    let output = String::from_utf8_lossy(&finished.output.bytes).into_owned();
    assert_eq!((finished.ended, finished.exit, output.as_str()), (Ended::Exited, Some(0), "all\n"));
}

#[tokio::test]
async fn what_the_other_threads_of_a_program_have_counts_without_its_first_one() {
    bomb("leaderless-files", Limits { disk_bytes: 40 << 20, ..small() }, "wrote too much").await;
    // Far below what a control group would permit: files of a scratch copy may lie in memory.
    bomb("leaderless-memory", Limits { memory_bytes: 150 << 20, ..small() }, "too much memory").await;
}

#[tokio::test]
async fn a_fork_bomb_is_stopped() {
    bomb("forks", small(), "too many processes").await;
}

#[tokio::test]
async fn a_program_that_is_deaf_to_signals_is_stopped_with_its_daemon() {
    bomb("deaf", Limits { wall_ms: 1_500, ..small() }, "longer than permitted").await;
}

#[tokio::test]
async fn endless_output_is_stopped() {
    bomb("output", Limits { output_bytes: 4 << 20, ..small() }, "printed too much").await;
}

#[tokio::test]
async fn a_filled_disk_is_stopped() {
    bomb("disk", Limits { disk_bytes: 40 << 20, ..small() }, "wrote too much").await;
}

#[tokio::test]
async fn files_that_nobody_holds_count_in_a_control_group() {
    if !sandbox().has_cgroup() {
        // Nobody but a control group sees them, and none can be made here.
        return;
    }
    let limits = Limits { memory_bytes: 100 << 20, disk_bytes: 40 << 20, wall_ms: 60_000, ..small() };
    bomb("in-flight", limits, "too much memory").await;
}

#[tokio::test]
async fn empty_files_count() {
    bomb("files", Limits { disk_bytes: 40 << 20, ..small() }, "wrote too much").await;
}

#[tokio::test]
async fn files_deeper_than_a_path_can_say_are_not_missed() {
    bomb("deep", Limits { disk_bytes: 40 << 20, ..small() }, "hid its files").await;
}

#[tokio::test]
async fn files_without_a_name_count() {
    // In memory itself there can be none where no control group counts them.
    let in_memory = sandbox().has_cgroup().then_some("in-memory");
    for kind in ["removed", "nameless"].into_iter().chain(in_memory) {
        bomb(kind, Limits { disk_bytes: 40 << 20, ..small() }, "wrote too much").await;
    }
}

#[tokio::test]
async fn memory_in_sum_is_stopped() {
    bomb("memory", Limits { processes: 40, memory_bytes: 600 << 20, ..small() }, "too much memory").await;
}

#[tokio::test]
async fn processor_time_is_stopped() {
    bomb("processor", Limits { cpu_s: 1, ..small() }, "ended by signal").await;
}

#[tokio::test]
async fn a_daemon_does_not_outlive_its_program() {
    let runner = Runner::new(sandbox(), Python::find().await.unwrap());
    let mark = mark();
    let recorded = run(&runner, BOMBS, &["daemon", &mark]).await;
    assert!(String::from_utf8_lossy(&recorded.output).contains("daemon left behind"));
    assert_eq!(alive(&mark), Vec::<String>::new());
}

/// Also what has a session of its own, and what nobody could kill any more: the kernel does.
#[tokio::test]
async fn a_supervisor_that_is_killed_takes_everything_with_it() {
    let sandbox = sandbox();
    assert!(sandbox.has_own_processes(), "nothing was tested: {:?}", sandbox.notes);
    let runner = Runner::new(sandbox, Python::find().await.unwrap());
    let mark = mark();
    let args = ["deaf", mark.as_str()];
    let running = run_to_any_end(&runner, BOMBS, &args);
    tokio::pin!(running);
    let python = |line: &&String| line.contains("attacks -k deaf") && !line.contains("__sandbox");
    // The program and its daemon.
    while alive(&mark).iter().filter(python).count() < 2 {
        let turn = tokio::time::timeout(Duration::from_millis(20), &mut running).await;
        assert!(turn.is_err(), "it ended by itself");
    }
    let supervisor = fs::read_dir("/proc").unwrap().flatten().find_map(|entry| {
        let line = String::from_utf8_lossy(&fs::read(entry.path().join("cmdline")).ok()?).replace('\0', " ");
        let number: i32 = entry.file_name().to_str()?.parse().ok()?;
        (line.contains("__sandbox supervise") && line.contains(&mark)).then_some(number)
    });
    let supervisor = rustix::process::Pid::from_raw(supervisor.expect("a supervisor")).unwrap();
    rustix::process::kill_process(supervisor, rustix::process::Signal::KILL).unwrap();
    assert!(running.await.is_err(), "no verdict of a run that nobody watched");
    let deadline = Instant::now() + Duration::from_secs(10);
    while !alive(&mark).is_empty() {
        assert!(Instant::now() < deadline, "{:?}", alive(&mark));
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn dropping_a_run_ends_it() {
    let runner = Runner::new(sandbox(), Python::find().await.unwrap());
    let mark = mark();
    {
        let args = ["deaf", mark.as_str()];
        let running = run(&runner, BOMBS, &args);
        tokio::pin!(running);
        // Poll it until its processes are there, then drop it half way.
        while alive(&mark).is_empty() {
            let turn = tokio::time::timeout(Duration::from_millis(20), &mut running).await;
            assert!(turn.is_err(), "it ended by itself");
        }
    }
    let deadline = Instant::now() + Duration::from_secs(10);
    while !alive(&mark).is_empty() {
        assert!(Instant::now() < deadline, "{:?}", alive(&mark));
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_a_program_prints_is_never_taken_for_a_fault_of_the_sandbox() {
    let runner = Runner::new(sandbox(), Python::find().await.unwrap());
    let liar = "import sys\nprint('g1-sandbox-setup: no Landlock')\nsys.stdin.read()\nsys.exit(125)";
    let recorded = run(&runner, liar, &[]).await;
    assert_eq!(recorded.executed.exit, Some(125));
    let spoken = run(&runner, "import os\nos.write(0, b'no Landlock')", &[]).await;
    assert_eq!(spoken.executed.exit, Some(1), "its stdin is /dev/null, for reading");
}

#[tokio::test]
async fn arguments_that_no_program_can_have_are_a_failure_of_the_program() {
    let runner = Runner::new(sandbox(), Python::find().await.unwrap());
    let recorded = run(&runner, "print('never')", &["a\0b"]).await;
    assert_eq!(recorded.executed.exit, Some(127));
    assert!(String::from_utf8_lossy(&recorded.output).contains("nul byte"));
}

#[test]
fn where_files_are_not_confined_what_a_model_wrote_waits_for_a_person() {
    let dir = tempfile::tempdir().unwrap();
    let weak = sandbox_without("landlock", dir.path());
    assert_eq!(weak.level, SandboxLevel::L1, "{:?}", weak.notes);
    let refused = Runner::confined(weak.clone(), Confinement::Full).unwrap_err().to_string();
    assert!(refused.contains("no Landlock") && refused.contains("-c sandbox=weaker"), "{refused}");
    assert!(Runner::confined(weak, Confinement::Weaker).is_ok());
    assert!(Runner::confined(sandbox(), Confinement::Full).is_ok());
}
