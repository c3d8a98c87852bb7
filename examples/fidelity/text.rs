//! A corpus of requirement texts, each as a run has it after its understanding.

use g1::{
    domain::{
        ClauseId, Clean, PersonaId, StepId,
        clause::Clause,
        persona::ReadKind,
        plan::StepPlan,
        reply::ReplyKind,
        run::{Run, Step},
    },
    hub::{Blobs, Hub, HubError, clauses, pack},
    models::{
        Model,
        offline::{Offline, read, spec::AppSpec},
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    fs,
    path::Path,
};

#[path = "../support/texts.rs"]
mod texts;

pub struct Text {
    /// The folder it lies in: `short`, `medium`, `long`, `backlogs`.
    pub kind: String,
    pub name: String,
    pub run: Run,
    /// What the offline engine makes of it, when it can read it.
    pub spec: Option<AppSpec>,
    /// The clauses joined again are the file, byte for byte.
    pub intact: bool,
}

/// Every text below the folder, by path.
pub fn all(corpus: &Path) -> Result<Vec<Text>, Box<dyn Error>> {
    let mut files = Vec::new();
    texts::find(corpus, &mut files)?;
    files.sort();
    let mut texts = Vec::new();
    for file in files {
        let bytes = fs::read(&file)?;
        let Ok(text) = clauses::decode(&bytes) else { continue };
        let folder = file.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned();
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if text.trim().is_empty() {
            continue;
        }
        texts.push(Text::new(folder, name, text)?);
    }
    Ok(texts)
}

impl Text {
    fn new(kind: String, name: String, text: &str) -> Result<Self, Box<dyn Error>> {
        let cut = clauses::cut(text);
        let intact = cut.iter().map(|c| c.text.as_str()).collect::<String>() == text;
        let inputs = read::inputs(cut.iter().map(|c| (c.id, c.text.clone())).collect());
        let spec = read::analyse(&inputs, &BTreeMap::new()).ok();
        let mut run = texts::begun(&name, text, &cut, 100_000)?;
        for mark in read::marks(&inputs) {
            if let Some(clause) = run.clauses.get_mut(&mark.clause) {
                clause.kind = Some(mark.kind);
            }
        }
        plan(&mut run);
        Ok(Self { kind, name, run, spec, intact })
    }

    pub fn demanding(&self) -> impl Iterator<Item = &Clause> {
        self.run.demanding()
    }

    /// The run as the step finds it: what a clause is nobody knows until the understanding is done, so that step gets all.
    pub fn before(&self, step: &Step) -> Run {
        let mut run = self.run.clone();
        if step.plan.produces == ReplyKind::Understand {
            run.clauses.values_mut().for_each(|clause| clause.kind = None);
        }
        run
    }

    /// Every page of a step, built as in a run.
    pub fn pages(&self, step: &Step, budget: u32) -> Result<Vec<pack::Packed>, HubError> {
        // No step has made anything yet, so nothing is looked up here.
        let blobs = Blobs::at(Path::new("."));
        let run = self.before(step);
        let hub = Hub::in_memory(&run, &blobs);
        let seat = g1::domain::plan::Seat::shared(&step.plan);
        let mut covered: BTreeSet<ClauseId> = BTreeSet::new();
        let mut pages = Vec::new();
        loop {
            let page = u32::try_from(pages.len()).unwrap_or(u32::MAX) + 1;
            let ask = pack::Ask {
                seat: &seat,
                page,
                covered: &covered,
                parts: 1,
                earlier: &[],
                budget,
                lacks: &Default::default(),
                tools: &Default::default(),
            };
            let packed = pack::build(&run, &step.plan.id, &ask, &hub, &blobs, &count)?;
            covered.extend(&packed.covers);
            let last = packed.pack.page.is_last();
            pages.push(packed);
            if last {
                return Ok(pages);
            }
        }
    }
}

pub fn count(text: &str) -> u32 {
    Offline::new().count_tokens(text)
}

/// The steps of a lean plan with one module that has every demand: what each persona then answers for is the whole.
fn plan(run: &mut Run) {
    let clauses: Vec<ClauseId> = run.demanding().map(|c| c.id).collect();
    let steps = [
        ("design", ReplyKind::Design, "solution-architect", None),
        ("build:core", ReplyKind::Build, "developer", Some("core")),
        ("test:core", ReplyKind::Test, "tester", Some("core")),
        ("verify", ReplyKind::Verify, "verifier", None),
    ];
    for (id, produces, persona, module) in steps {
        let (Ok(id), Ok(persona)) = (StepId::new(id), PersonaId::new(persona)) else { continue };
        let first = run.steps[0].plan.clone();
        let step = Step::new(StepPlan {
            id,
            title: Clean::new(""),
            personas: vec![persona],
            produces,
            module: module.map(Clean::new),
            clauses: clauses.clone(),
            after: Vec::new(),
            reads: vec![ReadKind::Clauses],
            ..first
        });
        run.steps.push(step.into());
    }
}
