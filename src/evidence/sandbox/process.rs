//! Starting a sandboxed program from G1, collecting what it prints, and stopping it.

use super::{
    SUBCOMMAND, Sandbox,
    spec::{Ended, Report, Spec},
};
use crate::evidence::EvidenceError;
use std::{
    process::Stdio,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    process::{Child, ChildStdin, Command},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

/// What is kept of a program's output: its beginning and, more important for tests, its end.
const HEAD: usize = 256 << 10;
const TAIL: usize = 768 << 10;

/// A program that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    pub exit: Option<i32>,
    pub ended: Ended,
    pub output: Output,
    /// Daemons it had left behind.
    pub survivors: u32,
    pub duration: Duration,
}

impl Finished {
    /// Of a program that ended well and said nothing.
    #[must_use]
    pub fn nothing() -> Self {
        Self { exit: Some(0), ended: Ended::Exited, output: Output::default(), survivors: 0, duration: Duration::ZERO }
    }
}

/// Captured stdout and stderr, in order, the middle left out when long.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Output {
    pub bytes: Vec<u8>,
    /// Bytes left out of the middle.
    pub left_out: u64,
}

/// A program that runs. Dropping it stops it: its supervisor's stdin closes with it.
#[derive(Debug)]
pub struct Running {
    stdin: Lifeline,
    task: JoinHandle<Result<Finished, EvidenceError>>,
}

impl Running {
    /// Kills the whole session. [`Running::wait`] then returns soon.
    pub fn stop(&mut self) {
        cut(&self.stdin);
    }

    /// # Errors
    /// The program could not be confined or started, or its supervisor vanished.
    pub async fn wait(&mut self) -> Result<Finished, EvidenceError> {
        match (&mut self.task).await {
            Ok(finished) => finished,
            Err(error) => Err(EvidenceError::Setup(format!("the task that reads its output ended: {error}"))),
        }
    }

    /// True when the program has ended by itself or was stopped.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.task.is_finished()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        cut(&self.stdin);
    }
}

/// The supervisor lives while this end of its stdin is open. Shared with the reader, which cuts it on endless output.
type Lifeline = Arc<Mutex<Option<ChildStdin>>>;

fn cut(lifeline: &Lifeline) {
    *lifeline.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = None;
}

impl Sandbox {
    /// Starts a program confined as `spec` says.
    ///
    /// # Errors
    /// Nothing can be confined here, or the supervisor does not start.
    pub fn start(&self, spec: &Spec) -> Result<Running, EvidenceError> {
        self.require()?;
        let text = serde_json::to_string(spec).map_err(|error| EvidenceError::Setup(error.to_string()))?;
        let mut child = Command::new(&self.exe)
            .arg0("g1")
            .args([SUBCOMMAND, "supervise", &text])
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(EvidenceError::io("the sandbox process did not start"))?;
        let stdin: Lifeline = Arc::new(Mutex::new(child.stdin.take()));
        let task = tokio::spawn(collect(child, Arc::clone(&stdin), spec.limits.output_bytes));
        Ok(Running { stdin, task })
    }

    /// Runs a program to its end.
    ///
    /// # Errors
    /// As [`Sandbox::start`] and [`Running::wait`]; `Cancelled` after everything of it was killed.
    pub async fn run(&self, spec: &Spec, cancel: &CancellationToken) -> Result<Finished, EvidenceError> {
        let mut running = self.start(spec)?;
        tokio::select! {
            finished = running.wait() => return finished,
            () = cancel.cancelled() => {}
        }
        running.stop();
        running.wait().await?;
        Err(EvidenceError::Cancelled)
    }
}

async fn collect(mut child: Child, lifeline: Lifeline, output_limit: u64) -> Result<Finished, EvidenceError> {
    let started = Instant::now();
    let lost = |what: &str| EvidenceError::Setup(format!("its supervisor ended without a report ({what})"));
    let (Some(mut stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) else {
        return Err(lost("no pipe"));
    };
    let mut report = vec![];
    let (output, read) = tokio::join!(read_output(stderr, output_limit, lifeline), stdout.read_to_end(&mut report));
    read.map_err(EvidenceError::io("reading the supervisor's report"))?;
    let status = child.wait().await.map_err(EvidenceError::io("waiting for the supervisor"))?;
    let report: Report = serde_json::from_slice(&report).map_err(|_| lost(&status.to_string()))?;
    let (output, too_much) = output;
    if report.left > 0 {
        return Err(EvidenceError::Setup(format!("{} of its processes could not be killed", report.left)));
    }
    if let Some(error) = report.error {
        return Err(EvidenceError::Setup(error));
    }
    let (exit, ended) = if too_much { (None, Ended::TooMuchOutput) } else { (report.exit, report.ended) };
    Ok(Finished { exit, ended, output, survivors: report.survivors, duration: started.elapsed() })
}

async fn read_output(from: impl AsyncRead + Unpin, limit: u64, lifeline: Lifeline) -> (Output, bool) {
    let (output, too_much) = read_capped(from, limit).await;
    if too_much {
        cut(&lifeline);
    }
    (output, too_much)
}

/// Reads to the end, or until more than `limit` was printed: then true.
async fn read_capped(mut from: impl AsyncRead + Unpin, limit: u64) -> (Output, bool) {
    let mut head = Vec::new();
    let mut tail = std::collections::VecDeque::new();
    let mut total = 0_u64;
    let mut buffer = vec![0_u8; 64 << 10];
    loop {
        let read = match from.read(&mut buffer).await {
            Ok(0) | Err(_) => break,
            Ok(read) => read,
        };
        total += read as u64;
        let mut rest = buffer.get(..read).unwrap_or_default();
        if head.len() < HEAD {
            let (first, other) = rest.split_at(rest.len().min(HEAD - head.len()));
            head.extend_from_slice(first);
            rest = other;
        }
        tail.extend(rest);
        if tail.len() > TAIL {
            tail.drain(..tail.len() - TAIL);
        }
        if total > limit {
            return (join(head, tail, total), true);
        }
    }
    (join(head, tail, total), false)
}

fn join(head: Vec<u8>, tail: std::collections::VecDeque<u8>, total: u64) -> Output {
    let left_out = total - (head.len() + tail.len()) as u64;
    let mut bytes = head;
    if left_out > 0 {
        bytes.extend_from_slice(format!("\n[{left_out} bytes left out]\n").as_bytes());
    }
    bytes.extend(tail);
    Output { bytes, left_out }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_beginning_and_the_end_of_long_output_are_kept() {
        let long: Vec<u8> = (0..3_000_000_u32).map(|i| b'a' + (i % 26) as u8).collect();
        let (output, too_much) = read_capped(&long[..], u64::MAX).await;
        assert!(!too_much);
        assert!(output.bytes.starts_with(&long[..HEAD]));
        assert!(output.bytes.ends_with(&long[long.len() - TAIL..]));
        assert_eq!(output.left_out, (long.len() - HEAD - TAIL) as u64);
        let text = String::from_utf8(output.bytes).unwrap();
        assert!(text.contains(&format!("[{} bytes left out]", output.left_out)));
    }

    #[tokio::test]
    async fn short_output_is_kept_as_it_is_and_endless_output_ends() {
        assert_eq!(read_capped(&b"ok\n"[..], 100).await.0.bytes, b"ok\n");
        let (output, too_much) = read_capped(tokio::io::repeat(b'x'), 1 << 20).await;
        assert!(too_much && output.bytes.len() < 2 << 20);
    }
}
