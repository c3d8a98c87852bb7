//! `g1 rewind`, `g1 fork` and `g1 compare`: going back, going another way, and looking at both.

use super::{
    args,
    command::{self, Who},
    out::{self, Done, Fail, columns, talk},
    project::{self, Looked},
};
use crate::{
    domain::{
        Clean, Hash, StepId,
        command::Command,
        compare::{Comparison, Row, Side, compare as side_by_side},
        run::{Outcome, RunStatus},
    },
    driver::client::By,
    hub::{Blobs, journal, project::FOLDER},
};
use serde::Serialize;
use serde_json::json;
use std::path::Path;

pub fn rewind(folder: Option<&Path>, rewind: &args::Rewind, who: &Who, as_json: bool) -> Done {
    let Looked { dir, .. } = project::look(folder)?;
    let step = StepId::new(&rewind.step).map_err(Fail::usage)?;
    let wish = Command::Rewind { step: step.clone(), aside: rewind.aside, who: who.name() };
    let by = command::send_quietly(&dir, wish)?;
    if let Some(text) = &rewind.text {
        let wish = Command::Say { step: Some(step.clone()), text: Clean::new(text), who: who.name() };
        command::send_quietly(&dir, wish)?;
    }
    if as_json {
        out::json(
            &json!({"done": "rewound", "step": step, "by": if by == By::LiveRun { "live_run" } else { "here" }}),
        )?;
    } else {
        out::show(&format!("Back to before {step}; what came after it stays in `g1 log`."))?;
        talk("go on from there with `g1 resume`");
    }
    Ok(0)
}

pub fn fork(folder: Option<&Path>, fork: &args::Fork, who: &Who, as_json: bool) -> Done {
    let Looked { dir, .. } = project::look(folder)?;
    let step = match fork.step.as_str() {
        "now" => None,
        step => Some(StepId::new(step).map_err(Fail::usage)?),
    };
    // Whoever carries it out may work in another folder.
    let target = std::path::absolute(&fork.dir).map_err(Fail::usage)?;
    let wish = Command::Fork { step, dir: target, who: who.name() };
    let shown = fork.dir.display();
    command::send_quietly(&dir, wish)?;
    if as_json {
        out::json(&json!({"done": "forked", "dir": fork.dir}))?;
    } else {
        out::show(&format!("Forked into {shown}; this project is as it was."))?;
        talk(&format!("go on there with `g1 resume -C {shown}`, then look at both with `g1 compare {shown}`"));
    }
    Ok(0)
}

pub fn compare(folder: Option<&Path>, compare: &args::Compare, as_json: bool) -> Done {
    let (here, there) = match &compare.other {
        Some(other) => (compare.dir.as_path(), other.as_path()),
        None => (folder.unwrap_or(Path::new(".")), compare.dir.as_path()),
    };
    if as_json {
        let (a, b) = (project::look(Some(here))?, project::look(Some(there))?);
        let shared = shared_records(here, there)?;
        out::json(&json!({"shared_records": shared, "comparison": side_by_side(&a.run, &b.run)}))?;
    } else {
        out::show(&compared(here, there)?)?;
    }
    Ok(0)
}

/// Two runs side by side, as lines.
///
/// # Errors
/// One of the folders holds none, or it cannot be read.
pub fn compared(here: &Path, there: &Path) -> Result<String, Fail> {
    let (a, b) = (project::look(Some(here))?, project::look(Some(there))?);
    let shared = shared_records(here, there)?;
    let dirs = [here, there].map(|dir| dir.display().to_string());
    Ok(text(&side_by_side(&a.run, &b.run), shared, [&dirs[0], &dirs[1]], &a.blobs, &b.blobs))
}

/// With how many records in common the two journals begin.
fn shared_records(here: &Path, there: &Path) -> Result<usize, Fail> {
    let links = |dir: &Path| journal::scan(&dir.join(FOLDER).join("journal"), None).map(|scan| scan.links);
    let (a, b) = (links(here).map_err(Fail::error)?, links(there).map_err(Fail::error)?);
    Ok(a.iter().zip(&b).take_while(|(a, b)| a == b).count())
}

fn text(found: &Comparison, shared: usize, dirs: [&str; 2], blobs: &Blobs, other: &Blobs) -> String {
    let mut rows = vec![vec![String::new(), dirs[0].to_owned(), dirs[1].to_owned()]];
    let sides = [&found.here, &found.there];
    let mut row = |name: &str, show: &dyn Fn(&Side) -> String| {
        rows.push(vec![name.to_owned(), show(sides[0]), show(sides[1])]);
    };
    row("state", &|s| state(&s.status));
    row("proven", &|s| format!("{} of {}", s.counts.proven, s.counts.demanding));
    row("tested, built, designed, missing", &|s| {
        format!("{}, {}, {}, {}", s.counts.tested, s.counts.built, s.counts.designed, s.counts.missing)
    });
    row("linked tests", &|s| format!("{} passed, {} failed", s.tests_passed, s.tests_failed));
    row("files, lines", &|s| format!("{}, {}", s.files, s.lines));
    row("calls, tokens, cost", &|s| format!("{}, {}, ${:.2}", s.usage.calls, s.usage.tokens(), s.usage.dollars()));
    let mut text = columns(&rows);
    text.push_str(&match shared {
        0 => "Two projects of their own: their journals share no record.\n".to_owned(),
        n => format!("The first {n} records of their journals are the same.\n"),
    });
    section(&mut text, "Clauses", &found.clauses, &|row| {
        let word =
            |status: Option<crate::domain::trace::Status>| status.map_or("not asked for", |s| s.word()).to_owned();
        vec![word(row.here), word(row.there), Clean::new(&row.key).one_line(90)]
    });
    section(&mut text, "Decisions", &found.decisions, &|row| {
        let choice = |choice: &Option<Clean>| choice.as_ref().map_or_else(|| "-".to_owned(), |c| c.one_line(50));
        vec![Clean::new(&row.key).one_line(40), choice(&row.here), choice(&row.there)]
    });
    let lines = |here: Option<&Hash>, there: Option<&Hash>| {
        let read = |blobs: &Blobs, hash: Option<&Hash>| {
            hash.and_then(|h| blobs.get(h).ok()).map(|b| String::from_utf8_lossy(&b).into_owned()).unwrap_or_default()
        };
        let (before, after) = (read(blobs, here), read(other, there));
        let diff = similar::TextDiff::from_lines(&before, &after);
        let count = |tag| diff.iter_all_changes().filter(|change| change.tag() == tag).count();
        format!("+{} -{}", count(similar::ChangeTag::Insert), count(similar::ChangeTag::Delete))
    };
    let where_it_is = |here: bool, there: bool| match (here, there) {
        (true, false) => format!("only in {}", dirs[0]),
        (false, true) => format!("only in {}", dirs[1]),
        _ => String::new(),
    };
    section(&mut text, "Designs", &found.designs, &|row| {
        let there = where_it_is(row.here.is_some(), row.there.is_some());
        vec![row.key.clone(), lines(row.here.as_ref(), row.there.as_ref()), there]
    });
    section(&mut text, "Files", &found.files, &|row| {
        let hash = |content: &Option<crate::domain::compare::Content>| content.as_ref().map(|c| c.sha256.clone());
        let there = where_it_is(row.here.is_some(), row.there.is_some());
        vec![row.key.clone(), lines(hash(&row.here).as_ref(), hash(&row.there).as_ref()), there]
    });
    section(&mut text, "Tests", &found.tests, &|row| {
        let word = |outcome: &Option<_>| {
            outcome.as_ref().map_or_else(|| "-".to_owned(), |o| json!(o).to_string().replace('"', ""))
        };
        vec![word(&row.here), word(&row.there), row.key.clone()]
    });
    text
}

fn section<T: Serialize>(text: &mut String, name: &str, rows: &[Row<T>], show: &dyn Fn(&Row<T>) -> Vec<String>) {
    if rows.is_empty() {
        text.push_str(&format!("{name}: the same\n"));
        return;
    }
    text.push_str(&format!("{name} that differ: {}\n", rows.len()));
    let lines = columns(&rows.iter().map(show).collect::<Vec<_>>());
    lines.lines().for_each(|line| text.push_str(&format!("  {line}\n")));
}

fn state(status: &RunStatus) -> String {
    match status {
        RunStatus::Running => "at work",
        RunStatus::WaitingAtGate => "waits at a gate",
        RunStatus::Paused { .. } => "paused",
        RunStatus::Completed { outcome: Outcome::Proven, .. } => "finished, proven",
        RunStatus::Completed { outcome: Outcome::Partial, .. } => "finished, partial",
        RunStatus::Completed { outcome: Outcome::Failed, .. } => "failed",
    }
    .to_owned()
}
