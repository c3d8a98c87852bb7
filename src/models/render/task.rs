//! What is asked of whom in a call: the whole reply, a section of it, a teach-back or a review.

use super::word;
use crate::domain::{pack::ContextPack, persona::Persona, plan::Task, reply::ReplyKind};
use std::fmt::Write;

pub(super) fn who(pack: &ContextPack, kind: ReplyKind, personas: &[&Persona]) -> String {
    let names: Vec<String> = personas.iter().map(|p| format!("{} (`{}`)", p.name, p.id)).collect();
    let reply = word(kind);
    let mut text = String::new();
    match (pack.task(), names.as_slice()) {
        (_, []) => return text,
        (Task::TeachBack, who) => {
            let _ = write!(
                text,
                "\n\n# Who you are\nYou are the {}. Before you work on step `{}` you say what you will honour: this call \
                 asks for `teach_back` and nothing else. Name the id of every clause that the handoff says you answer for, \
                 and of every decision in the pack that binds you. Your work follows in the next call.",
                who.join(", "),
                pack.step
            );
        }
        (Task::Review, who) => {
            let _ = write!(
                text,
                "\n\n# Who you are\nYou are the {}. This is not the last step: you read the draft of step `{}` (the `draft` \
                 and `file` blocks of this step) against the original words, before a person sees it. Give a finding for \
                 every clause that the handoff names and that demands something. `met`: this draft does for the clause all \
                 that a step of its kind has to do (an understanding or a plan says it, a design decides it, code does it, \
                 tests would notice its absence). `partly`: some of its words are kept. `unmet`: the draft drops, narrows, \
                 changes or contradicts it; say which words, and what would put it right, for its author reads your \
                 argument. What the draft names as a gap is not `unmet`.",
                who.join(", "),
                pack.step
            );
        }
        // The heading above the prompt says it.
        (Task::Work, [_]) if pack.beside.is_empty() => {}
        (Task::Work, who) if !pack.beside.is_empty() => {
            let beside: Vec<String> = pack.beside.iter().map(|id| format!("`{id}`")).collect();
            let _ = write!(
                text,
                "\n\n# Who you are\nYou are the {}. The `{reply}` reply of this step is put together from several calls: {} \
                 answer for their own sections in theirs. Fill only the fields that your section below gives you, and leave \
                 all others empty (`[]`, `\"\"`). What was said in earlier calls stands in the `draft` blocks: build on it, \
                 use its names and ids, do not repeat it. `teach_back` is for all that the handoff names.",
                who.join(", "),
                beside.join(", ")
            );
        }
        (Task::Work, [lead, ..]) => {
            // Only there are entries that somebody signs.
            let signs =
                if matches!(kind, ReplyKind::Design) { "; `by` is the id in backquotes of who signs" } else { "" };
            let _ = write!(
                text,
                "\n\n# Who you are\nYou are several personas in turn: {}; {lead} leads. Each answers for the fields that its \
                 section gives it{signs}. The result is one consistent `{reply}` reply.",
                names.join(", ")
            );
        }
    }
    let seat = pack.seat.as_ref().filter(|seat| seat.task == Task::Work);
    if seat.is_some_and(|seat| seat.round > 1) {
        text.push_str(
            " This is the second round: the drafts hold what all said in the first. Give your section again, whole, with \
             what you would change now that you know the others'.",
        );
    }
    if seat.is_some_and(|seat| seat.blind) {
        text.push_str(
            " You are the second tester: another one tests the same module with the code before him, you have not seen \
             it. Work from the requirement, the decisions and the designs alone, and put your tests into files whose \
             names end in `_blind` (`tests/test_<module>_blind.py`).",
        );
    }
    if pack.page.is_part() && pack.task() == Task::Work {
        text.push_str(
            " The clauses do not fit into one prompt: this call is one page of several. Answer for the clauses of this \
             page; your reply is joined with those of the other pages. Names you have used on earlier pages stand in the \
             `draft` blocks; give the same thing the same name.",
        );
    }
    text
}
