//! `g1 add`, `g1 amend` and `g1 remove`: another requirement, and only what it touches is made again.

use super::{
    args,
    input::{self, Attached},
    out::{self, Done, Fail, talk},
    project::{self, Looked},
    run::{self, Headless},
};
use crate::{
    domain::{
        ClauseId, Clean,
        change::{self, Change, Dependents, NewClause},
        clause::{Clause, Origin},
        command::Command,
        run::Run,
    },
    driver::{
        client::{self, By},
        verify,
    },
    hub::clauses::cut,
    models::{Model, registry},
    orchestrator::{Input, decide},
    ui::Wish,
    workspace::Workspace,
};
use serde_json::json;

pub fn add(text: &args::Words, how: &Headless<'_>, who: Clean) -> Done {
    let (text, document) = input::given(text.text.as_deref(), text.file.as_deref(), "the addition")?;
    let looked = project::look(how.folder)?;
    carry_out(looked, Change { add: pieces(&text, None), ..Change::default() }, document, how, who)
}

pub fn amend(amend: &args::Amend, how: &Headless<'_>, who: Clean) -> Done {
    let looked = project::look(how.folder)?;
    let (change, document) = match (&amend.clause, &amend.file) {
        (None, None) => {
            return Err(Fail::usage("name a clause and its new text, or a new version of all with -f FILE"));
        }
        (None, Some(file)) => {
            let (text, document) = input::given(None, Some(file.as_path()), "the new version")?;
            (versions(&looked.run, &text), document)
        }
        (Some(clause), file) => {
            let id: ClauseId = clause.parse().map_err(Fail::usage)?;
            let (text, document) = input::given(amend.text.as_deref(), file.as_deref(), "the new text")?;
            (Change { retire: vec![id], add: pieces(&text, Some(id)), ..Change::default() }, document)
        }
    };
    if change == Change::default() {
        out::show("nothing to do: every clause is as it was")?;
        return Ok(0);
    }
    carry_out(looked, change, document, how, who)
}

pub fn remove(clauses: &[String], how: &Headless<'_>, who: Clean) -> Done {
    let looked = project::look(how.folder)?;
    let retire = clauses.iter().map(|c| c.parse()).collect::<Result<Vec<ClauseId>, _>>().map_err(Fail::usage)?;
    carry_out(looked, Change { retire, ..Change::default() }, None, how, who)
}

/// What a person wished for in the workbench, when the model can work on the requirement as it would be.
///
/// # Errors
/// There is nothing to change, or the model refuses the new whole; in words.
pub(super) fn wished(run: &Run, wish: &Wish, model: &dyn Model) -> Result<Change, Clean> {
    let change = match wish {
        Wish::Add(text) => Change { add: pieces(text, None), ..Change::default() },
        Wish::Amend(id, text) => Change { retire: vec![*id], add: pieces(text, Some(*id)), ..Change::default() },
        Wish::Remove(ids) => Change { retire: ids.clone(), ..Change::default() },
    };
    if change == Change::default() {
        return Err(Clean::new("there is nothing to change in that"));
    }
    accepted(run, &change, model).map_err(|fail| Clean::new(&fail.text))?;
    Ok(change)
}

/// A text as clauses; the first one stands for `supersedes` and so do the others.
fn pieces(text: &str, supersedes: Option<ClauseId>) -> Vec<NewClause> {
    cut(text).into_iter().map(|c| NewClause { text: c.text, section: c.section, supersedes }).collect()
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

/// What makes the clauses in force into those of another version of the whole text. Clauses that say the same, white
/// space aside, stay what they are; of the others those in one place follow one another.
fn versions(run: &Run, text: &str) -> Change {
    let old: Vec<&Clause> = run.clauses.values().filter(|c| c.retired.is_none()).collect();
    let (was, new) = (old.iter().map(|c| words(&c.text)).collect::<Vec<_>>(), cut(text));
    let is: Vec<Vec<&str>> = new.iter().map(|c| words(&c.text)).collect();
    let mut change = Change::default();
    for op in similar::capture_diff_slices(similar::Algorithm::Patience, &was, &is) {
        if op.tag() == similar::DiffTag::Equal {
            continue;
        }
        let gone = &old[op.old_range()];
        change.retire.extend(gone.iter().map(|c| c.id));
        for (at, clause) in new[op.new_range()].iter().enumerate() {
            let supersedes = gone.get(at).map(|c| c.id);
            change.add.push(NewClause { text: clause.text.clone(), section: clause.section.clone(), supersedes });
        }
    }
    // A clause that only moved is no change.
    change.retire.retain(|id| {
        let text = run.clauses.get(id).map(|c| words(&c.text));
        let moved = change.add.iter().position(|n| Some(words(&n.text)) == text);
        moved.is_none_or(|at| {
            change.add.remove(at);
            false
        })
    });
    for new in &mut change.add {
        new.supersedes = new.supersedes.filter(|id| change.retire.contains(id));
    }
    change
}

/// `document`: what the new text was read out of, kept like that of the first requirement.
fn carry_out(looked: Looked, mut change: Change, document: Option<Attached>, how: &Headless<'_>, who: Clean) -> Done {
    let Looked { dir, run, blobs } = looked;
    run::may_ask_its_model(&dir, how.config, how.model_given)?;
    let model = if how.model_given { how.config.model.as_str() } else { run.settings.model.as_str() };
    let model = registry::open(model, &how.config.models).map_err(Fail::usage)?;
    // What is refused is not planned first.
    let wish = Command::Change { change: change.clone(), who: who.clone() };
    decide(Some(&run), Input::Command(wish), jiff::Timestamp::now()).map_err(|refused| Fail::usage(refused.0))?;
    accepted(&run, &change, model.as_ref())?;
    let dependents = change::dependents(&run, &change);
    tell(&run, &change, &dependents, how.json)?;
    if how.plan_only {
        return Ok(0);
    }
    let workspace = Workspace::of_project(&dir, run.existing.is_some()).map_err(Fail::error)?;
    if let Some(other) = verify::written_otherwise(&run, &workspace) {
        talk(&format!(
            "{other}. What a step writes anew keeps your changes where they are in other lines; else it stops and says so"
        ));
    }
    if let Some((file, bytes)) = document {
        talk(&format!("with the change: {}", file.line(&run.settings.model)));
        // A blob is there before a record names it.
        blobs.put(&bytes).map_err(Fail::error)?;
        change.documents.push(file);
    }
    let by = client::send(&dir, Command::Change { change, who }).map_err(|e| project::fail(&e))?;
    if by == By::LiveRun {
        talk("the g1 that has this project open goes on with it");
        return Ok(0);
    }
    run::resume(&args::Resume { allow_partial: false }, how)
}

/// The model can work on the requirement as it will be.
fn accepted(run: &Run, change: &Change, model: &dyn Model) -> Result<(), Fail> {
    let mut clauses: Vec<Clause> =
        run.clauses.values().filter(|c| c.retired.is_none() && !change.retire.contains(&c.id)).cloned().collect();
    clauses.extend(change.clauses(run).into_iter().map(|c| Clause { origin: Origin::Amendment, ..c }));
    model.accepts(&clauses).map_err(|e| Fail::usage(format!("not changed: {e}")))
}

/// Everything that depends on the change, before anything is done.
fn tell(run: &Run, change: &Change, dependents: &Dependents, as_json: bool) -> Result<(), Fail> {
    if as_json {
        return out::json(&json!({"type": "change", "change": change, "dependents": dependents}));
    }
    out::show(&change::describe(run, change, dependents).join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::run::GateMode;
    use crate::orchestrator::testing::{Sim, begin};

    #[test]
    fn another_version_changes_only_what_it_says_otherwise() {
        let sim = Sim::start_with(begin(GateMode::None));
        let run = sim.run();
        let texts: Vec<String> = run.clauses.values().map(|c| c.text.clone()).collect();
        assert_eq!(versions(run, &texts.concat()), Change::default());
        let mut changed = texts.clone();
        changed[1] = "Everything is different now. ".into();
        let change = versions(run, &changed.concat());
        assert_eq!(change.retire, [ClauseId(2)]);
        assert_eq!(change.add[0].supersedes, Some(ClauseId(2)));
        let mut fewer = texts.clone();
        fewer.remove(2);
        assert_eq!(versions(run, &fewer.concat()), Change { retire: vec![ClauseId(3)], ..Change::default() });
        let more = format!("{}\n\nAnd a map.", texts.concat().trim_end());
        let change = versions(run, &more);
        assert_eq!((change.retire.len(), change.add.len()), (0, 1), "{change:?}");
    }
}
