//! What personas answer: one typed reply per kind of step. The JSON schema sent to models is derived from these types,
//! so the contract cannot drift from the parser. Replies are untrusted: they carry ids as plain strings and are checked
//! by the orchestrator before anything of them reaches the hub.

use super::{clause::ClauseKind, condition::Condition, tool::Tool};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReplyKind {
    Understand,
    Plan,
    Design,
    Build,
    Test,
    Verify,
}

/// In a repair: the fields of the last reply that stand, over which what is given of them is laid. It is part of no reply that
/// is kept, for those are whole.
pub const STANDS: &str = "stands";
/// In the reply that a repair stands for: the links that it took away without saying so.
pub const TOOK_AWAY: &str = "took_away";

/// The ids of clauses and decisions the persona says it will honour; compared by id with its pack.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TeachBack {
    pub clauses: Vec<String>,
    #[serde(default)]
    pub decisions: Vec<String>,
}

/// The reply of a teach-back call, before the work.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TeachBackReply {
    pub teach_back: TeachBack,
}

/// `understand`: Requirement Concierge and Business Analyst.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UnderstandReply {
    pub teach_back: TeachBack,
    /// A short name for the thing to build, such as "Fitness tracker".
    pub title: String,
    // The kind of product, and the stack it is to be made in: words of `Condition`; replies of earlier versions have none.
    #[serde(default, deserialize_with = "or_nothing", skip_serializing_if = "String::is_empty")]
    #[schemars(extend("enum" = Condition::KINDS.map(Condition::word)))]
    pub product: String,
    #[serde(default, deserialize_with = "or_nothing", skip_serializing_if = "String::is_empty")]
    #[schemars(extend("enum" = Condition::STACKS.map(Condition::word)))]
    pub stack: String,
    /// Every clause of the pack, exactly once.
    pub clauses: Vec<MarkedClause>,
    pub interpretations: Vec<NewInterpretation>,
    pub assumptions: Vec<NewAssumption>,
    /// What cannot be done for a clause.
    pub gaps: Vec<NewGap>,
}
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MarkedClause {
    pub id: String,
    pub kind: ClauseKind,
    pub reason: String,
}
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NewInterpretation {
    /// True for behaviour (FR), false for a quality (NFR).
    pub functional: bool,
    pub statement: String,
    pub clauses: Vec<String>,
    pub acceptance: Vec<String>,
}
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NewAssumption {
    /// A stable key for the question, lower case, such as `week-starts-on`.
    pub key: String,
    pub question: String,
    pub default: String,
    pub clauses: Vec<String>,
    /// Answers that can be followed, the default first; only who works by rules knows them, so no schema asks for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(skip)]
    pub choices: Vec<String>,
}
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NewGap {
    pub clause: String,
    pub what: String,
    pub reason: String,
    /// True when nothing of the clause can be built.
    pub whole: bool,
}

/// `plan`: Workflow Designer, Team Structure Architect, Communication Architect.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlanReply {
    pub teach_back: TeachBack,
    /// In build order; every demanding clause that is not wholly a gap belongs to at least one.
    pub modules: Vec<NewModule>,
    /// The steps after planning: one design, a build and a test per module, one verify.
    pub steps: Vec<NewStep>,
    /// The Team Structure Architect's reasons.
    pub team_notes: String,
    /// The Communication Architect's reasons.
    pub communication_notes: String,
}
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NewModule {
    /// Lower case, letters, digits and `_`.
    pub name: String,
    pub purpose: String,
    pub clauses: Vec<String>,
    pub depends_on: Vec<String>,
}
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NewStep {
    /// `design`, `build:<module>`, `test:<module>` or `verify`.
    pub id: String,
    pub title: String,
    pub produces: ReplyKind,
    pub personas: Vec<String>,
    pub module: Option<String>,
    pub after: Vec<String>,
    pub reads: Vec<super::persona::ReadKind>,
}

/// `design`: Solution, Technical, API and Database architects, each signing an artifact.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DesignReply {
    pub teach_back: TeachBack,
    pub decisions: Vec<NewDecision>,
    pub assumptions: Vec<NewAssumption>,
    pub artifacts: Vec<NewArtifact>,
}
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NewDecision {
    pub title: String,
    pub choice: String,
    pub why: String,
    pub clauses: Vec<String>,
    /// The persona that signs it.
    pub by: String,
}
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NewArtifact {
    /// `solution`, `technical`, `api` or `database`.
    pub name: String,
    pub by: String,
    /// Markdown, SQL or JSON.
    pub content: String,
    pub clauses: Vec<String>,
}

/// What developer and tester may send in place of their reply, as far as it is read: the tools to use, and files to write
/// before them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct TurnReply {
    #[serde(rename = "use", deserialize_with = "uses")]
    pub uses: Vec<NewUse>,
    #[serde(deserialize_with = "or_nothing")]
    pub files: Vec<NewFile>,
    #[serde(deserialize_with = "or_nothing")]
    pub notes: String,
    /// What only an answer has.
    #[serde(deserialize_with = "or_nothing")]
    pub links: Vec<serde_json::Value>,
    /// In a repair, what its author leaves as it is: a turn says nothing of it.
    #[serde(deserialize_with = "or_nothing")]
    pub stands: Vec<serde_json::Value>,
}

impl TurnReply {
    /// An answer that takes files out of its draft as it is given, and asks for nothing else.
    #[must_use]
    pub fn is_answer(&self) -> bool {
        !self.links.is_empty() && self.uses.iter().all(|one| one.removes().is_some())
    }

    /// It asks for changes of its draft, perhaps besides other things.
    #[must_use]
    pub fn changes_files(&self) -> bool {
        let changes = |one: &NewUse| matches!(Tool::of(&one.tool), Some(Tool::Write | Tool::Patch | Tool::Remove));
        self.uses.iter().any(changes)
    }

    /// An answer that asks for nothing but changes of its draft: with them done it is one.
    #[must_use]
    pub fn answers_when_done(&self) -> bool {
        let changes = |one: &NewUse| matches!(Tool::of(&one.tool), Some(Tool::Patch | Tool::Remove));
        !(self.links.is_empty() && self.stands.iter().all(|field| field != "links")) && self.uses.iter().all(changes)
    }
}

/// One use of a tool. What a tool does not ask for is null.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NewUse {
    #[schemars(with = "Tool")]
    pub tool: String,
    #[serde(default)]
    pub path: Option<String>,
    #[serde(default)]
    pub text: Option<String>,
    #[serde(default)]
    pub old: Option<String>,
    /// First and last line, from 1, inclusive.
    #[serde(default)]
    pub lines: Option<(u32, u32)>,
    // Not a doc comment, as below. Why it cannot be read: it is told as the result of this use, and the others are done.
    #[serde(skip)]
    pub wrong: Option<String>,
}

impl NewUse {
    /// The file that it takes out of the draft.
    #[must_use]
    pub fn removes(&self) -> Option<&str> {
        let removes = Tool::of(&self.tool) == Some(Tool::Remove) && self.wrong.is_none();
        self.path.as_deref().filter(|_| removes)
    }

    fn read(value: serde_json::Value) -> Self {
        let tool = value.get("tool").and_then(|tool| tool.as_str()).unwrap_or_default().to_owned();
        serde_json::from_value(value).unwrap_or_else(|why| Self {
            tool,
            wrong: Some(why.to_string()),
            ..Self::default()
        })
    }
}

/// The uses of a reply, each read alone; whatever says that there are none is none.
fn uses<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<NewUse>, D::Error> {
    use serde_json::Value;
    let list = match Value::deserialize(from)? {
        Value::Array(list) => list,
        one => vec![one],
    };
    let says_nothing = |value: &Value| match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    };
    Ok(list.into_iter().filter(|value| !says_nothing(value)).map(NewUse::read).collect())
}

fn or_nothing<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(from: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// `build:<module>`: Developer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BuildReply {
    /// Tools to use before this reply: with any here it is no reply yet, everything else is left empty, and what they
    /// gave comes with the next turn. Only what changes the draft may stand in the reply itself.
    #[serde(rename = "use", default, deserialize_with = "uses", skip_serializing_if = "Vec::is_empty")]
    pub uses: Vec<NewUse>,
    pub teach_back: TeachBack,
    pub files: Vec<NewFile>,
    /// Which lines implement which clause. Every clause of the step that is built has at least one.
    pub links: Vec<CodeLink>,
    /// Things added that no clause asks for, each with its source.
    pub additions: Vec<Addition>,
    /// What turned out not to be buildable, though nobody had named it a gap before.
    #[serde(default)]
    pub gaps: Vec<NewGap>,
    pub notes: String,
    // Written by G1, never asked for: the links that a repair took away without saying so, `C-001: app/a.py main`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(skip)]
    pub took_away: Vec<String>,
}
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NewFile {
    /// Relative to the project, forward slashes, no `..`.
    pub path: String,
    pub content: String,
}
/// A range of at most one function, route or table: `symbol` (a qualified name such as `Workouts.create`) or `lines`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CodeLink {
    pub clause: String,
    pub path: String,
    pub symbol: Option<String>,
    /// First and last line, from 1, inclusive.
    pub lines: Option<(u32, u32)>,
}
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Addition {
    pub what: String,
    /// A clause id, an assumption id or `baseline:<entry>` of docs/baseline.md.
    pub source: String,
}

/// `test:<module>`: Tester.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TestReply {
    /// Tools to use before this reply: with any here it is no reply yet, everything else is left empty, and what they
    /// gave comes with the next turn. Only what changes the draft may stand in the reply itself.
    #[serde(rename = "use", default, deserialize_with = "uses", skip_serializing_if = "Vec::is_empty")]
    pub uses: Vec<NewUse>,
    pub teach_back: TeachBack,
    pub files: Vec<NewFile>,
    pub links: Vec<TestLink>,
    /// For `exclusion` clauses: what G1 searches the code, the API description and the pages for.
    #[serde(default)]
    pub searches: Vec<NewSearch>,
    /// Where the code does not do what a clause says, with the tests that show it: they go to the developer with these
    /// words, at once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<CodeFault>,
    pub notes: String,
    // As of a build: `C-001: tests.test_a.T.test_b`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(skip)]
    pub took_away: Vec<String>,
}
/// What the code does wrong, in the eyes of the tester.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CodeFault {
    pub clause: String,
    /// The file it is in, as far as that is known; else empty.
    pub path: String,
    /// What it does, what the clause says instead, and why, if that is seen in the code.
    pub what: String,
}
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NewSearch {
    pub clause: String,
    /// Words that would show the excluded thing; a hit anywhere refutes the exclusion.
    pub terms: Vec<String>,
}
/// Which test checks which clause, and which linked code it must fail without.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TestLink {
    pub clause: String,
    /// As the test runner names it: `tests.test_workouts.Create.test_requires_login`.
    pub test: String,
    /// What it proves about the clause, one sentence.
    pub shows: String,
    /// For a `quality` clause: true when the test measures the very thing the clause limits.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub measures: bool,
}

/// `verify`: Verifier, arguing from the original text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VerifyReply {
    pub teach_back: TeachBack,
    /// Every demanding clause of the pack, exactly once.
    pub findings: Vec<Finding>,
    pub summary: String,
}
// Best first. Not a doc comment: that would become part of the schema that a model is asked with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Met,
    Partly,
    Unmet,
}
impl Verdict {
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Partly => "met only in part",
            Self::Unmet => "unmet",
        }
    }
}
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    pub clause: String,
    pub verdict: Verdict,
    /// Why, quoting the clause.
    pub argument: String,
}
