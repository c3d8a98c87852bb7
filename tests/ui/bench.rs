//! A workbench driven by hand: messages in, commands and pictures out, time as told.

use crate::support::{
    real,
    sample::{Moment, Sample, at},
};
use g1::{
    domain::{Hash, command::Update},
    ui::{
        Cache, Caps, Cmd, Key, Model, Msg, Setup, Shown,
        overlay::{Overlay, pager::Pager},
        update, view,
    },
};
use jiff::{SignedDuration, Timestamp};
use ratatui::{
    buffer::Buffer,
    style::{Color, Modifier},
};
use std::{collections::HashMap, sync::Arc};

pub struct Bench {
    pub model: Model,
    pub now: Timestamp,
    pub sent: Vec<Cmd>,
    pub title: String,
    /// How often the files on disk were to be looked at.
    pub looked: usize,
    pub shown: Shown,
    pub blobs: HashMap<Hash, Vec<u8>>,
    cache: Cache,
}

impl Bench {
    pub fn welcome(width: u16, height: u16) -> Self {
        Self::with(width, height, Caps::default())
    }

    pub fn with(width: u16, height: u16, caps: Caps) -> Self {
        let setup = Setup { caps, who: "sam".into(), host: "devbox".into(), ..Setup::default() };
        let now = at(60);
        let model = Model::new(setup, (width, height), now);
        Self {
            model,
            now,
            sent: vec![],
            title: String::new(),
            looked: 0,
            shown: Shown::default(),
            blobs: HashMap::new(),
            cache: Cache::default(),
        }
    }

    /// A workbench that shows the sample run at a moment; nothing has been drawn yet.
    pub fn at(moment: Moment, width: u16, height: u16) -> Self {
        Self::at_with(moment, width, height, Caps::default())
    }

    pub fn at_with(moment: Moment, width: u16, height: u16, caps: Caps) -> Self {
        let mut bench = Self::with(width, height, caps);
        bench.show(moment);
        bench
    }

    /// A workbench that shows the recorded run at a moment; nothing has been drawn yet.
    pub fn real(moment: real::At, width: u16, height: u16) -> Self {
        Self::real_with(moment, width, height, Caps::default())
    }

    pub fn real_with(moment: real::At, width: u16, height: u16, caps: Caps) -> Self {
        let mut bench = Self::with(width, height, caps);
        let run = real::run(moment);
        bench.blobs = real::blobs();
        // The workbench looks at it two seconds after the last thing that happened.
        bench.now = run.updated_at + SignedDuration::from_secs(2);
        bench.model.now = bench.now;
        bench.send(Msg::Update(Update::Run(Arc::new(run))));
        bench
    }

    pub fn show(&mut self, moment: Moment) {
        let mut sample = Sample::default();
        let run = sample.run(moment);
        self.blobs.extend(sample.blobs);
        self.send(Msg::Update(Update::Run(Arc::new(run))));
    }

    pub fn send(&mut self, msg: Msg) {
        let cmds = update(&mut self.model, msg, self.now);
        for cmd in cmds {
            if let Cmd::LoadBlob(hash) = &cmd {
                let bytes = self.blobs.get(hash).map(|b| Arc::from(b.as_slice()));
                self.send(Msg::Blob { hash: hash.clone(), bytes });
            } else if matches!(cmd, Cmd::Highlight { .. }) {
                // Grammars are slow without optimisation: the test that wants colours sends them.
            } else if matches!(cmd, Cmd::LookAtFiles(_)) {
                self.looked += 1;
            } else if let Cmd::Title(title) = cmd {
                self.title = title.to_string();
            } else {
                self.sent.push(cmd);
            }
        }
    }

    pub fn key(&mut self, key: &str) {
        self.send(Msg::Key { key: key.parse().unwrap(), burst: false });
    }

    pub fn typed(&mut self, text: &str) {
        for c in text.chars() {
            self.send(Msg::Key { key: Key::char(c), burst: false });
        }
    }

    /// Time goes on; what was waiting for it is told.
    pub fn wait(&mut self, millis: i64) {
        self.now += SignedDuration::from_millis(millis);
        self.send(Msg::Tick);
    }

    /// A frame is painted and reaches the terminal.
    pub fn draw(&mut self) -> Buffer {
        let area = ratatui::layout::Rect::new(0, 0, self.model.size.0, self.model.size.1);
        let mut buf = Buffer::empty(area);
        let frame = view(&self.model, &mut self.cache, &mut buf);
        self.shown = frame.shown.clone();
        let now = self.now;
        update(&mut self.model, Msg::Drawn(frame.shown), now);
        buf
    }

    /// The text that lies on top.
    pub fn pager(&self) -> &Pager {
        match self.model.overlays.last() {
            Some(Overlay::Pager(pager)) => pager,
            other => panic!("{other:?}"),
        }
    }

    /// What is said in the line below.
    pub fn notice(&self) -> String {
        self.model.notice.as_ref().map_or_else(String::new, |n| n.text.to_string())
    }

    /// The picture as text.
    pub fn text(&mut self) -> String {
        let buf = self.draw();
        text_of(&buf)
    }

    pub fn commands(&mut self) -> Vec<g1::domain::command::Command> {
        std::mem::take(&mut self.sent)
            .into_iter()
            .filter_map(|c| match c {
                Cmd::Send(command) => Some(command),
                _ => None,
            })
            .collect()
    }
}

/// The styles of a picture: a letter for each, and what the letters stand for. Two pictures with the same text may
/// still differ here.
pub fn styles_of(buf: &Buffer) -> String {
    let width = usize::from(buf.area().width).max(1);
    let mut known: Vec<String> = Vec::new();
    let mut out = String::new();
    for row in buf.content.chunks(width) {
        let line: String = row
            .iter()
            .map(|cell| {
                let mut name = format!("{:?} on {:?} {:?}", cell.fg, cell.bg, cell.modifier);
                name = name.replace("Reset", "-").replace("Modifier(0x0)", "").replace("NONE", "");
                // Blanks show nothing but what lies behind them.
                let blank =
                    cell.symbol() == " " && cell.bg == Color::Reset && !cell.modifier.contains(Modifier::REVERSED);
                if blank || name.trim() == "- on -" {
                    return ' ';
                }
                let at = known.iter().position(|k| *k == name).unwrap_or_else(|| {
                    known.push(name);
                    known.len() - 1
                });
                char::from(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"[at.min(51)])
            })
            .collect();
        out.push_str(line.trim_end());
        out.push('\n');
    }
    for (i, name) in known.iter().enumerate() {
        let letter = char::from(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"[i.min(51)]);
        out.push_str(&format!("{letter} {}\n", name.trim()));
    }
    out
}

pub fn text_of(buf: &Buffer) -> String {
    let width = usize::from(buf.area().width).max(1);
    let mut out = String::new();
    for row in buf.content.chunks(width) {
        let line: String = row.iter().map(ratatui::buffer::Cell::symbol).collect();
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}
