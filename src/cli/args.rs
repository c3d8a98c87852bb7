//! What can be typed. The help is the manual: every command says what it does, shows it, and names its exit codes.

mod actions;

pub use actions::{AssumptionAction, Gate, HubAction, Lock, Models, Secrets};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

const EXITS: &str = "\
Exit codes:
  0    every demanding clause is proven, or waived by a person
  1    error (`log --verify`, `verify`: the journal or a blob is damaged)
  2    usage, or input that is refused
  3    waiting at a gate
  4    `verify`: a claim failed; `run`: nothing that starts was built
  5    the budget is reached
  6    the provider or its key
  7    finished honestly, but something is not proven (--allow-partial makes it 0)
  130  interrupted        143  terminated

stdout carries the result (with --json: one object a line), stderr the talk.";

/// Turns a business requirement into running, tested software, one approved step at a time.
///
/// Without a command: the workbench, for the project in DIR or for a new one.
#[derive(Debug, Parser)]
#[command(name = "g1", version, after_help = EXITS, max_term_width = 100, infer_long_args = false)]
pub struct Cli {
    /// The project's folder for the workbench
    #[arg(value_name = "DIR")]
    pub dir: Option<PathBuf>,
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Clone, Default, Args)]
pub struct Global {
    /// The project's folder [default: the current one; for `run` a new ./<name>]
    #[arg(short = 'C', value_name = "DIR", global = true)]
    pub folder: Option<PathBuf>,
    /// Who answers: offline (the default), openai/M, anthropic/M, gemini/M, openrouter/M, ollama/M, compat/M, NAME/M,
    /// cassette/FILE; `g1 models list` shows them all
    #[arg(short, long, value_name = "PROVIDER[/MODEL]", global = true)]
    pub model: Option<String>,
    /// When a person is asked: after every step, at the end of a phase, for plan and result, when red, never
    #[arg(long, value_enum, value_name = "MODE", global = true)]
    pub gates: Option<Gates>,
    /// The same as --gates none: green results are approved by policy, red ones are recorded and never approved
    #[arg(short = 'y', global = true, conflicts_with = "gates")]
    pub yes: bool,
    /// How many personas and calls
    #[arg(long, value_enum, global = true)]
    pub plan: Option<Plan>,
    /// Stop after the plan: show the clauses, the plan and what it would cost
    #[arg(long, global = true)]
    pub plan_only: bool,
    /// Upper bound of the run, in dollars or tokens
    #[arg(long, value_name = "2.50|200ktok", global = true)]
    pub budget: Option<String>,
    /// JSON on stdout
    #[arg(long, global = true)]
    pub json: bool,
    /// A setting for this call; `g1 config` lists the keys
    #[arg(short = 'c', value_name = "KEY=VALUE", global = true)]
    pub config: Vec<String>,
    #[arg(long, value_enum, value_name = "WHEN", global = true)]
    pub color: Option<Color>,
    /// Lines instead of screens (for pipes and screen readers)
    #[arg(long, global = true)]
    pub plain: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Gates {
    Step,
    Phase,
    Plan,
    Risk,
    None,
}
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Plan {
    Lean,
    Standard,
    Thorough,
}
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a requirement to the end without a screen
    #[command(after_help = RUN)]
    Run(Run),
    /// Go on with a run from its journal; of a finished run: nothing to do, the same exit code
    #[command(
        after_help = "Example:\n  g1 resume -C guestbook -y\n  g1 resume --budget 5.00\n\n-y, --gates, --budget and -m change how the run goes on. At most the one call that was in flight is paid for again, and it is named."
    )]
    Resume(Resume),
    /// Play a recorded run again, byte for byte, without a model, a key or a network
    #[command(after_help = REPLAY)]
    Replay(Replay),
    /// Look at gates and decide them, from any shell, while the run lives or not
    #[command(after_help = GATE)]
    Gate {
        #[command(subcommand)]
        action: Option<Gate>,
    },
    /// Pause the run: a call in flight is stopped and made again by `g1 resume`
    Pause,
    /// Where the run stands
    #[command(
        after_help = "Example:\n  g1 status -C guestbook --json\n\nNeeds no lock: it works while the run lives. Exit 0, or 1 when there is no project."
    )]
    Status,
    /// The journal: everything that happened, in order
    #[command(
        after_help = "Examples:\n  g1 log\n  g1 log --json | jq -c 'select(.type==\"gate_decided\")'\n  g1 log --verify   reads the whole journal and every blob; exit 1 when one is damaged or the journal was rewritten"
    )]
    Log {
        /// Check the whole journal, its chain, and every blob; the checkpoint is ignored
        #[arg(long)]
        verify: bool,
    },
    /// Every clause of the requirement with the code and the tests that stand for it
    #[command(
        after_help = "Examples:\n  g1 trace\n  g1 trace C-012             this clause only, and how it was understood\n  g1 trace --format json | jq '.counts'\n  g1 trace --format csv > trace.csv\n  g1 trace --format html > trace.html   one page with a sign-off table\n\nA linked file that has changed since its proof makes the proof stale."
    )]
    Trace {
        /// Only these clauses; the counts are those of the whole
        clauses: Vec<String>,
        #[arg(long, value_enum, default_value = "md")]
        format: Format,
    },
    /// The whole run as one bundle: requirement, trace, decisions, hub, evidence, application
    #[command(
        after_help = "Examples:\n  g1 export                        ../NAME-export.tar.gz\n  g1 export ../delivery            a folder\n  g1 export -C shop ../shop.tar\n\nNeeds nothing of G1 to be read: open trace.html first. Settings and keys are no part of it. The same run makes the same bytes."
    )]
    Export {
        /// A folder that is not there yet, or NAME.tar, NAME.tar.gz
        to: Option<PathBuf>,
    },
    /// Exactly what a persona was given for a step
    #[command(
        after_help = "Examples:\n  g1 context build:core\n  g1 context understand --json\n  g1 context design --call 2   of a step of several calls\n\n`g1 status` lists the steps."
    )]
    Context {
        /// A step, such as build:core
        step: String,
        /// Of a step of several calls (pages, seats): which one, from 1 [default: the newest]
        #[arg(long, value_name = "N")]
        call: Option<usize>,
    },
    /// Search and look up what the personas work from
    Hub {
        #[command(subcommand)]
        action: HubAction,
    },
    /// Ask for more, after the run has ended: only what it touches is made again
    #[command(
        after_help = "Examples:\n  g1 add \"Members can leave a comment on a booking.\"\n  g1 add -f more.txt --plan-only   only says what it would touch"
    )]
    Add(Words),
    /// Change a clause, or bring a new version of the whole requirement
    #[command(
        after_help = "Examples:\n  g1 amend C-003 \"A booking lasts at most three hours.\"\n  g1 amend -f requirement-v2.md    clause by clause, only what differs\n  g1 amend C-003 \"…\" --plan-only   only says what depends on C-003\n\nThe old clause stays in the trace as superseded."
    )]
    Amend(Amend),
    /// Take clauses out of the requirement: what only they asked for is taken out of the application
    #[command(after_help = "Example:\n  g1 remove C-007\n\nThe clause stays in the trace as removed.")]
    Remove {
        /// The clauses, such as C-007
        #[arg(required = true)]
        clauses: Vec<String>,
    },
    /// Go back to before a step: hub, files and conversation as they were then
    #[command(
        after_help = "Examples:\n  g1 rewind build:bookings\n  g1 rewind design --text \"Keep bookings and payments apart\"   then: g1 resume\n  g1 rewind build:core --aside   files you changed are moved to .g1/aside first\n\nNothing is lost: what came after stays in `g1 log`, and what was spent stays counted. A repository that is not G1's own is not touched. Replies that are known already are not paid again."
    )]
    Rewind(Rewind),
    /// Another project that begins with the state before a step; this one stays as it is
    #[command(
        after_help = "Examples:\n  g1 fork design ../other   then: g1 resume -C ../other\n  g1 fork now ../v2         a copy of the whole, to be changed with add, amend and remove"
    )]
    Fork(Fork),
    /// Two projects side by side: clauses, design, files, tests, cost
    #[command(
        after_help = "Examples:\n  g1 compare ../other          this project and that one\n  g1 compare one two --json"
    )]
    Compare(Compare),
    /// Live without a clause: a decision of a person, recorded with the reason
    #[command(after_help = "Example:\n  g1 waive C-012 --why \"the printer is bought next year\"")]
    Waive {
        /// The clause, such as C-012
        clause: String,
        /// Why the product may do without it
        #[arg(long, value_name = "REASON")]
        why: String,
    },
    /// The open questions and the answers in force
    #[command(
        after_help = "Examples:\n  g1 assumptions\n  g1 assumptions answer A-002 \"Weeks start on Monday\"\n\nAn answer re-does only what depended on it."
    )]
    Assumptions {
        #[command(subcommand)]
        action: Option<AssumptionAction>,
    },
    /// Check the record, then run the evidence and the control runs again, in a scratch copy
    #[command(
        after_help = "Exit 0 when every recorded proof reproduces, whatever is unproven (--strict: 7 then), 4 otherwise, naming the clauses, 1 when the journal or a blob is damaged or was rewritten.\nIt never asks and never judges by hashes alone."
    )]
    Verify {
        /// Exit 7 when something is not proven
        #[arg(long)]
        strict: bool,
    },
    /// Run the built application on 127.0.0.1
    #[command(after_help = "Prints its URL and the ssh -L line that reaches it from another machine. Ctrl-C ends it.")]
    Preview {
        #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
        port: Option<u16>,
    },
    /// The personas: who does the work
    Personas {
        /// Show one with its prompt
        id: Option<String>,
    },
    /// The themes of the workbench
    #[command(
        after_help = "Examples:\n  g1 themes\n  g1 themes gruvbox > ~/.config/g1/themes/mine.toml\n  g1 -c theme=catppuccin\n\nTerminals with fewer colours get the nearest ones; NO_COLOR turns every theme into mono."
    )]
    Themes {
        /// Print this theme's file
        name: Option<String>,
    },
    /// The models G1 can ask, and what they can do
    #[command(
        after_help = "Examples:\n  g1 models\n  g1 models test ollama/qwen3:8b\n\nA test asks a handful of small questions; what it finds is remembered. Exit 6 when the model does not answer."
    )]
    Models {
        #[command(subcommand)]
        action: Option<Models>,
    },
    /// Keys of providers, encrypted in a file of yours
    #[command(
        after_help = "Examples:\n  g1 secrets set OPENAI_API_KEY            (typed unseen, or piped in)\n  g1 secrets rotate --key-file\n\nA key in the environment comes first. The file is config's secrets.json, AES-256-GCM, readable by you alone."
    )]
    Secrets {
        #[command(subcommand)]
        action: Option<Secrets>,
    },
    /// The settings in force and where they come from
    #[command(
        after_help = "Order: flag > environment > project (.g1/config.toml) > user > default.\nA project can never set a model, a server, a provider or where a key is found."
    )]
    Config {
        /// Show one key
        key: Option<String>,
    },
    /// The projects this machine has worked on
    Projects,
    /// What this machine offers: sandbox, Python, git, terminal, folders; and, hop by hop, the way to the chosen model
    #[command(
        after_help = "Examples:\n  g1 doctor\n  g1 doctor -m compat/llama\n\nExit 0 when everything needed is there, 1 otherwise."
    )]
    Doctor,
    /// Completions for a shell
    #[command(after_help = "Example:\n  g1 completions bash > ~/.local/share/bash-completion/completions/g1")]
    Completions { shell: clap_complete::Shell },
}

const RUN: &str = "\
Examples:
  g1 run -y \"A guest book for our wedding.\"
  g1 run -y -f requirement.md -C shop
  pbpaste | g1 run --plan-only -
  g1 run -f brief.docx --attach prices.csv --attach sketch.png
  g1 run -f req.txt -C old --existing --gates plan

The text is kept byte for byte; it is UTF-8, at most 1 MB. Of a document its text is the requirement, and the \
file is kept with what could not be read of it. With -C the folder is absent or empty; else a new \
./<name> is made. Where a project is already: g1 resume. Gates other than none and risk stop \
at the first gate with exit 3: decide it with `g1 gate`, go on with `g1 resume`.";

const REPLAY: &str = "\
Examples:
  g1 run -y -m openai/M -c models.record=shop.jsonl \"A shop …\"    records a run
  g1 replay shop.jsonl             in a temporary folder, which goes when it ends
  g1 replay shop.jsonl -C shop     what it builds is kept in ./shop (absent or empty)
  g1 replay shop.jsonl --plan-only
  g1 replay old.jsonl -f requirement.txt    a recording that does not hold its requirement

The recording holds the requirement, the settings, every reply, and how the run ended; no key is in it. The \
replies are the recorded ones; everything else is done again: checks, files, tests, proofs. Green results are \
approved by policy (-y); what people decided in the recorded run is not in the recording. \
It ends as the run does and says how many calls the recording answered, and whether every file is the recorded one.

Exit codes: those of `g1 run`; 4 also when the files differ from the recorded ones; 6 when a call has no \
recorded answer.";

const GATE: &str = "\
Examples:
  g1 gate                          the open gates
  g1 gate show G-01                what is to be decided, with the checks
  g1 gate approve G-01
  g1 gate changes G-02 --text \"Members must not see other members' e-mail\"
  g1 gate fault G-05 --text \"41 to 50 must be taken\"   the tests are right: to their developer
  g1 gate show G-02 --reply > reply.toml    what was answered, to be edited
  g1 gate edit G-02 -f reply.toml           checked like a persona's answer, then shown again
  g1 gate reject G-02

A decision holds for exactly what `show` shows: when the step has changed meanwhile it is refused.";

#[derive(Debug, Clone, Args)]
pub struct Run {
    /// What to build, in your words; - reads it from stdin
    #[arg(conflicts_with = "file")]
    pub requirement: Option<String>,
    /// Read the requirement from a file: .txt, .md, .docx, .pdf, .html
    #[arg(short, long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// A file that belongs to the requirement (may be given again): a sketch, a table, an interface's description
    #[arg(long, value_name = "FILE")]
    pub attach: Vec<PathBuf>,
    /// The folder may hold other things. Software that is there is what a language model changes: on a branch of its own in
    /// .g1/worktree (without git: in a copy there), your files, index and HEAD stay as they are
    #[arg(long)]
    pub existing: bool,
    /// Exit 0 instead of 7 when something is not proven
    #[arg(long)]
    pub allow_partial: bool,
}

#[derive(Debug, Clone, Args)]
pub struct Replay {
    /// The recording, a file of JSON lines
    pub cassette: PathBuf,
    /// The requirement, of recordings of earlier versions that do not hold it
    #[arg(short, long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Exit 0 instead of 7 when something is not proven
    #[arg(long)]
    pub allow_partial: bool,
}

#[derive(Debug, Clone, Args)]
pub struct Words {
    /// In your words; - reads it from stdin
    #[arg(conflicts_with = "file")]
    pub text: Option<String>,
    #[arg(short, long, value_name = "FILE")]
    pub file: Option<PathBuf>,
}

#[derive(Debug, Clone, Args)]
pub struct Amend {
    /// The clause, such as C-003
    pub clause: Option<String>,
    /// Its new text
    #[arg(conflicts_with = "file")]
    pub text: Option<String>,
    /// The new text, or without a clause the new version of the whole requirement
    #[arg(short, long, value_name = "FILE")]
    pub file: Option<PathBuf>,
}

#[derive(Debug, Clone, Args)]
pub struct Rewind {
    /// The step, such as build:core; `g1 status` lists them
    pub step: String,
    /// Move files that were changed since G1 wrote them to .g1/aside
    #[arg(long)]
    pub aside: bool,
    /// What the step's persona should know when it starts again
    #[arg(long)]
    pub text: Option<String>,
}

#[derive(Debug, Clone, Args)]
pub struct Fork {
    /// The step before which the fork begins, or `now`
    pub step: String,
    /// Where the fork goes: an absent or an empty folder
    pub dir: PathBuf,
}

#[derive(Debug, Clone, Args)]
pub struct Compare {
    /// A project's folder; alone: it is compared with this one
    pub dir: PathBuf,
    /// The folder of the other
    pub other: Option<PathBuf>,
}

#[derive(Debug, Clone, Args)]
pub struct Resume {
    /// Exit 0 instead of 7 when something is not proven
    #[arg(long)]
    pub allow_partial: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Md,
    Json,
    Csv,
    Html,
}
