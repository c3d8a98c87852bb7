//! How a run goes about its work: the model, when a person is asked, and what bounds it.

use crate::domain::{
    plan::{Phase, PlanVariant},
    usage::{Budget, Caps},
};
use serde::{Deserialize, Serialize};

/// When a person is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GateMode {
    Step,
    Phase,
    Plan,
    Risk,
    None,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunSettings {
    /// `offline`, `openai/gpt-…`, `compat/…`, `cassette/FILE`.
    pub model: String,
    pub gates: GateMode,
    pub plan: PlanVariant,
    pub budget: Option<Budget>,
    /// Bounds on each phase and each step.
    #[serde(default, skip_serializing_if = "Caps::is_none")]
    pub caps: Caps,
    pub plan_only: bool,
    /// Phases whose remaining green gates a person approved in advance.
    #[serde(default)]
    pub relaxed: Vec<Phase>,
    /// Tokens a context pack may hold.
    pub pack_tokens: u32,
    /// How often in an attempt developer and tester may use tools before they answer.
    #[serde(default = "turns")]
    pub turns: u32,
    /// Words of an exclusion that the search at the end finds go back to the tester who chose them. Runs that were begun
    /// before there was this keep their course.
    #[serde(default)]
    pub searches_go_back: bool,
    /// Developer and tester are asked once about what names and words alone find in what they made, such as linked code that
    /// only tests could call. As above.
    #[serde(default)]
    pub unused_goes_back: bool,
    /// The tester is asked once about linked code whose loss no test notices, ways in that none comes by and acts whose effect
    /// none looks at. As above.
    #[serde(default)]
    pub untested_goes_back: bool,
}

/// Whether that is no model, but the rules of the offline engine.
#[must_use]
pub fn is_offline(model: &str) -> bool {
    model == "offline"
}

impl RunSettings {
    /// No model answers, but the rules of the offline engine.
    #[must_use]
    pub fn is_offline(&self) -> bool {
        is_offline(&self.model)
    }

    /// A run of the whole, as short as it can be, in which nobody is asked and nothing is bounded but the pack.
    #[must_use]
    pub fn unattended(model: &str, pack_tokens: u32) -> Self {
        Self {
            model: model.to_owned(),
            gates: GateMode::None,
            plan: PlanVariant::Lean,
            budget: None,
            caps: Caps::default(),
            plan_only: false,
            relaxed: Vec::new(),
            pack_tokens,
            turns: TURNS,
            searches_go_back: true,
            unused_goes_back: true,
            untested_goes_back: true,
        }
    }
}

/// Enough to look around, write, run, repair and run again, and no more than a person wants to wait for.
pub const TURNS: u32 = 8;

fn turns() -> u32 {
    TURNS
}
