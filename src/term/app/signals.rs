//! The signals a workbench answers to.

use std::io;
use tokio::signal::unix::{Signal, SignalKind, signal};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caught {
    Interrupt,
    Terminate,
    Hangup,
    Stop,
    Continue,
    Resize,
}

pub struct Signals {
    int: Signal,
    term: Signal,
    quit: Signal,
    hup: Signal,
    tstp: Signal,
    cont: Signal,
    winch: Signal,
}

impl Signals {
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            int: signal(SignalKind::interrupt())?,
            term: signal(SignalKind::terminate())?,
            quit: signal(SignalKind::quit())?,
            hup: signal(SignalKind::hangup())?,
            tstp: signal(SignalKind::from_raw(rustix::process::Signal::TSTP.as_raw()))?,
            cont: signal(SignalKind::from_raw(rustix::process::Signal::CONT.as_raw()))?,
            winch: signal(SignalKind::window_change())?,
        })
    }
    pub async fn next(&mut self) -> Caught {
        tokio::select! {
            _ = self.hup.recv() => Caught::Hangup,
            _ = self.term.recv() => Caught::Terminate,
            _ = self.quit.recv() => Caught::Terminate,
            _ = self.int.recv() => Caught::Interrupt,
            _ = self.tstp.recv() => Caught::Stop,
            _ = self.cont.recv() => Caught::Continue,
            _ = self.winch.recv() => Caught::Resize,
        }
    }
}
