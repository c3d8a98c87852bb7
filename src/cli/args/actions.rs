//! What the commands with actions of their own take: gate, hub, models, secrets, assumptions.

use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Debug, Clone, Subcommand)]
pub enum Gate {
    /// The open gates
    List,
    /// What is to be decided
    Show {
        id: String,
        /// Print what was answered as the text that `g1 gate edit` takes
        #[arg(long)]
        reply: bool,
    },
    /// Approve it: the result is in force
    Approve { id: String },
    /// Ask for changes: the step starts again with your words
    Changes {
        id: String,
        #[arg(long, value_name = "TEXT")]
        text: String,
    },
    /// Say that failing tests are right and what is wrong with the code: its developer mends it, then they run again
    Fault {
        id: String,
        #[arg(long, value_name = "TEXT")]
        text: String,
    },
    /// Put your own version in its place: it is checked like a persona's answer, then shown again
    Edit {
        id: String,
        /// The edited text (TOML as `show --reply` prints it, or the reply as JSON); - reads it from stdin
        #[arg(short, long, value_name = "FILE")]
        file: PathBuf,
    },
    /// Reject it: the result is dropped and the run pauses
    Reject { id: String },
}

#[derive(Debug, Clone, Subcommand)]
pub enum HubAction {
    /// Find clauses, interpretations, decisions, assumptions, designs and files by their words and what they mean
    Search {
        #[arg(required = true)]
        query: Vec<String>,
        /// How many
        #[arg(short, default_value_t = 10)]
        k: usize,
        /// Only of this kind (may be given again): clause, interpretation, assumption, decision, attachment, artifact, file
        #[arg(long, value_name = "KIND")]
        kind: Vec<String>,
        /// Only of this phase (may be given again): requirements, planning, architecture, development, testing, output
        #[arg(long, value_name = "PHASE")]
        phase: Vec<String>,
    },
    /// Show one thing: C-001, FR-001, D-001, A-001, E-001, G-01, an attachment, an artifact or a path
    Show { id: String },
}

#[derive(Debug, Clone, Subcommand)]
pub enum Models {
    /// The providers, and whether a key is found
    List,
    /// Ask a model whether it streams, keeps to a schema, uses tools, makes vectors, reads long texts; and its price
    Test {
        /// PROVIDER/MODEL [default: the chosen one]
        model: Option<String>,
    },
}

#[derive(Debug, Clone, Subcommand)]
pub enum Secrets {
    /// The names of the keys, and where each is found
    List,
    /// Keep a key; its value is typed unseen or piped in
    Set {
        /// The variable it stands for, such as OPENAI_API_KEY
        name: String,
        #[command(flatten)]
        lock: Lock,
    },
    /// Forget a key
    Remove { name: String },
    /// Encrypt everything anew, under a new passphrase or key file, or with a new key in the keyring
    Rotate {
        #[command(flatten)]
        lock: Lock,
    },
}

/// What locks the file: the keyring of the operating system where there is one, a passphrase where one can be typed, a key
/// file where nobody is there to type it.
#[derive(Debug, Clone, Args)]
pub struct Lock {
    /// Keep the key of the file in the keyring of the operating system
    #[arg(long, conflicts_with_all = ["passphrase", "key_file"])]
    pub keyring: bool,
    /// Lock it with a passphrase
    #[arg(long, conflicts_with = "key_file")]
    pub passphrase: bool,
    /// Lock it with a key file, made when there is none [default: state's secrets.key]
    #[arg(long, value_name = "FILE")]
    #[allow(clippy::option_option)]
    pub key_file: Option<Option<PathBuf>>,
}

#[derive(Debug, Clone, Subcommand)]
pub enum AssumptionAction {
    List,
    /// Answer an open question
    Answer {
        id: String,
        answer: String,
    },
}
