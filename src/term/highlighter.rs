//! The thread that finds out what the parts of source texts are. It starts with the first text and sleeps between texts.

use super::app::Inner;
use crate::{
    domain::Hash,
    ui::{Msg, text::highlight},
};
use std::sync::{Arc, mpsc};

struct Job {
    hash: Hash,
    path: String,
    text: Arc<str>,
}

#[derive(Debug)]
pub struct Highlighter {
    answers: tokio::sync::mpsc::Sender<Inner>,
    jobs: Option<mpsc::Sender<Job>>,
}

impl Highlighter {
    pub fn new(answers: tokio::sync::mpsc::Sender<Inner>) -> Self {
        Self { answers, jobs: None }
    }

    /// Asks for the roles of a text. Without a thread to spare the text simply stays plain.
    pub fn ask(&mut self, hash: Hash, path: String, text: Arc<str>) {
        if self.jobs.is_none() {
            let (jobs, waiting) = mpsc::channel::<Job>();
            let answers = self.answers.clone();
            let work = move || {
                while let Ok(job) = waiting.recv() {
                    let lines = highlight::lines(&job.path, &job.text);
                    let msg = Inner::Msg(Msg::Highlighted { hash: job.hash, lines });
                    if answers.blocking_send(msg).is_err() {
                        return;
                    }
                }
            };
            let started = std::thread::Builder::new().name("g1-highlight".to_owned()).spawn(work);
            self.jobs = started.is_ok().then_some(jobs);
        }
        if let Some(jobs) = &self.jobs {
            let _ = jobs.send(Job { hash, path, text });
        }
    }
}
