//! The section of a reply that a persona in a seat of its own answers for; the engine works all of them out and gives the
//! one it was asked for.

use crate::domain::{
    pack::ContextPack,
    reply::{DesignReply, PlanReply, UnderstandReply},
};

/// Who sits in the call; everybody of the step when the call is shared.
#[derive(Debug, Clone)]
pub struct Section<'a> {
    personas: Vec<&'a str>,
    whole: bool,
}

impl<'a> Section<'a> {
    #[must_use]
    pub fn of(pack: &'a ContextPack) -> Self {
        Self { personas: pack.personas.iter().map(|p| p.as_str()).collect(), whole: pack.beside.is_empty() }
    }

    fn has(&self, persona: &str) -> bool {
        self.whole || self.personas.contains(&persona)
    }

    /// The concierge marks, asks and says what cannot be done; the analyst says what the demands mean.
    #[must_use]
    pub fn understand(&self, mut reply: UnderstandReply) -> UnderstandReply {
        if !self.has("requirement-concierge") {
            reply.title.clear();
            reply.clauses.clear();
            reply.assumptions.clear();
            reply.gaps.clear();
        }
        if !self.has("business-analyst") {
            reply.interpretations.clear();
        }
        reply
    }

    /// The Workflow Designer cuts modules and steps, the Team Structure Architect says who, the Communication Architect
    /// what they read.
    #[must_use]
    pub fn plan(&self, mut reply: PlanReply) -> PlanReply {
        let (work, team, talk) =
            (self.has("workflow-designer"), self.has("team-architect"), self.has("communication-architect"));
        if !work {
            reply.modules.clear();
        }
        for step in &mut reply.steps {
            if !work {
                step.after.clear();
            }
            if !team {
                step.personas.clear();
            }
            if !talk {
                step.reads.clear();
            }
        }
        if !team {
            reply.team_notes.clear();
        }
        if !talk {
            reply.communication_notes.clear();
        }
        reply
    }

    /// Each architect signs his own.
    #[must_use]
    pub fn design(&self, mut reply: DesignReply) -> DesignReply {
        reply.decisions.retain(|d| self.has(&d.by));
        reply.artifacts.retain(|a| self.has(&a.by));
        if !self.has("solution-architect") {
            reply.assumptions.clear();
        }
        reply
    }
}
