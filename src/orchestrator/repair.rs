//! Repair: a red check goes back to the persona, at most three times; the same failure twice stops.

pub use crate::domain::run::FAILED;
use crate::domain::{
    Clean, Hash,
    evidence::{EvidenceKind, TestOutcome},
    reply::ReplyKind,
    run::{Check, Proposal, Run, Step},
};
use std::collections::BTreeSet;

/// Further attempts after the first one.
pub const MAX_REPAIRS: u32 = 3;

/// What happens after a red attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    Retry,
    Stop(Clean),
}

/// Checks whose failure is the truth about some clauses rather than a fault to repair: the trace shows it (a clause whose
/// control runs fail stays `tested`, an exclusion with hits is not proven), or a gate and the verifier see it (an open doubt).
#[must_use]
pub fn informs(check: &Check) -> bool {
    matches!(check.name.as_str(), "controls" | "searches" | Check::DOUBTS)
}

/// The checks that make the current attempt red.
pub fn red(step: &Step) -> impl Iterator<Item = &Check> {
    step.checks.iter().filter(|c| !c.passed && !informs(c))
}

/// One signature for everything that is red: the same failure has the same signature, whatever directory, port or time
/// it came with.
#[must_use]
pub fn signature(run: &Run, step: &Step) -> Option<Hash> {
    let mut parts: Vec<String> = red(step).map(|c| format!("{}\0{}", c.name, signature_of(run, step, c))).collect();
    parts.sort();
    (!parts.is_empty()).then(|| Hash::of_parts(parts.iter().map(String::as_bytes)))
}

fn signature_of(run: &Run, step: &Step, check: &Check) -> Hash {
    if super::checks::PURE.contains(&check.name.as_str())
        && let Some(signature) = &check.signature
    {
        return signature.clone();
    }
    if check.name.as_str() == "tests" {
        let failing: BTreeSet<String> = run
            .evidence
            .iter()
            .filter(|e| e.kind == EvidenceKind::Tests && step.evidence.contains(&e.id))
            .flat_map(|e| &e.tests)
            .filter(|t| t.outcome != TestOutcome::Passed)
            .map(|t| format!("{} {:?}", t.name, t.outcome))
            .collect();
        if !failing.is_empty() {
            return Hash::of_parts(failing.iter().map(String::as_bytes));
        }
    }
    let words: Vec<String> = check.details.iter().chain([&check.summary]).map(|d| lasting(d)).collect();
    Hash::of_parts(words.iter().map(String::as_bytes))
}

/// Text without what differs between two runs of the same program: directories, and long numbers (ports, processes,
/// addresses, times).
fn lasting(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '(' | ')' | ',')) {
        let name = word.rsplit('/').next().unwrap_or(word);
        let varies = name
            .split(|c: char| !c.is_ascii_hexdigit() && c != 'x')
            .any(|run| run.len() >= 4 && run.bytes().any(|b| b.is_ascii_digit()));
        out.push_str(if varies { "#" } else { name });
        out.push(' ');
    }
    out
}

/// Whether the persona may try again. `step.failures` counts the red attempts before this one since a person last looked.
#[must_use]
pub fn next(run: &Run, step: &Step) -> Next {
    let what = words(step);
    if let Some(who) = &step.edited_by {
        return Next::Stop(Clean::from(format!("as {who} edited it: {what}")));
    }
    if step.stood_in.is_some() {
        return Next::Stop(Clean::from(format!("also as G1 stands in for it: {what}")));
    }
    if step.last_signature.is_some() && step.last_signature == signature(run, step) {
        return Next::Stop(Clean::from(format!("the same failure twice: {what}")));
    }
    if step.failures >= MAX_REPAIRS {
        return Next::Stop(Clean::from(format!("still red after {MAX_REPAIRS} repairs: {what}")));
    }
    if let Some(why) = super::budget::exhausted(run) {
        return Next::Stop(Clean::from(format!("{why}, and {what}")));
    }
    Next::Retry
}

/// On how many pages at least the clauses of the next attempt are read: where the last one gave no whole reply, an
/// understanding is asked for in smaller parts.
#[must_use]
pub fn parts(step: &Step) -> u32 {
    let no_reply = format!("{FAILED}call:");
    match step.plan.produces {
        ReplyKind::Understand if step.feedback.iter().any(|f| f.starts_with(&no_reply)) => 1 << step.failures.min(8),
        _ => 1,
    }
}

/// Whether there is no use in asking about what the words of a reply say: nobody can be asked any more, or no persona gave it.
#[must_use]
pub fn is_final(run: &Run, step: &Step) -> bool {
    step.is_replaced() || step.failures >= MAX_REPAIRS || super::budget::exhausted(run).is_some()
}

/// What the red checks of this attempt say of its words, as it is known again when it is said again.
pub fn told(step: &Step) -> impl Iterator<Item = Clean> {
    let details = |name| red(step).filter(move |check| check.name.as_str() == name).flat_map(|check| &check.details);
    let faults = details("faults").map(|d| fault_of(d));
    let about_code = super::asked::ALL.into_iter().map(|asked| asked.check).flat_map(details).cloned();
    details("content").map(|d| sense(d)).chain(faults).chain(about_code)
}

/// A fault in the code as it is known again, however its finder puts it: by its clause.
#[must_use]
pub fn fault_of(fault: &str) -> Clean {
    Clean::from(format!("a fault of {}", fault.split([' ', ':']).next().unwrap_or_default()))
}

/// A finding without what it quotes of the reply: who keeps to it may put it in other words.
#[must_use]
pub fn sense(finding: &str) -> Clean {
    let opens =
        finding.match_indices('\'').find(|(at, _)| finding[..*at].chars().last().is_none_or(char::is_whitespace));
    let mut closes = finding.match_indices('\'').map(|(at, _)| at + 1).filter(|end| {
        finding[*end..].chars().next().is_none_or(|c| c.is_whitespace() || matches!(c, ':' | ',' | '.' | ';'))
    });
    match (opens, closes.next_back()) {
        (Some((from, _)), Some(to)) if from < to => Clean::from(format!("{}{}", &finding[..from], &finding[to..])),
        _ => Clean::new(finding),
    }
}

/// A fault that is no fault of the code: what the developer linked does not keep the clause. `what` of it begins with `link:`.
#[must_use]
pub fn is_of_link(fault: &str) -> bool {
    fault.split(": ").nth(1).is_some_and(|word| word.eq_ignore_ascii_case("link"))
}

/// How often failing tests, or a link that the tester holds to be wrong, send a build back to its developer.
pub const MAX_REWORKS: u32 = 1;

/// True when the tester holds that the tests fail because the code is wrong.
#[must_use]
pub fn blames_code(proposal: Option<&Proposal>) -> bool {
    matches!(proposal, Some(Proposal::Test { faults, .. }) if faults.iter().any(|fault| !is_of_link(fault)))
}

/// What the code broke that worked before the run: no test of the tester's is at fault.
#[must_use]
pub fn breaks_old_tests(step: &Step) -> bool {
    let mut all = red(step).peekable();
    all.peek().is_some() && all.all(|c| c.name.as_str() == Check::OLD_TESTS)
}

/// The build that a link is sent back to which the tester holds to be wrong: no test could show that.
#[must_use]
pub fn relinks<'a>(run: &'a Run, step: &Step, proposal: &Proposal) -> Option<&'a Step> {
    let Proposal::Test { faults, .. } = proposal else { return None };
    let asks = faults.iter().any(|fault| is_of_link(fault)) && step.edited_by.is_none();
    if asks && super::budget::exhausted(run).is_none() { build_of(run, step) } else { None }
}

/// The build that the failing tests of `step` are sent back to, once the tester blames the code or can do no more: a
/// tester who is asked again and again would only weaken the tests.
#[must_use]
pub fn sends_back<'a>(run: &'a Run, step: &Step) -> Option<&'a Step> {
    if step.plan.produces != ReplyKind::Test
        || step.edited_by.is_some()
        || !step.checks.iter().any(Check::tests_fail)
        || super::budget::exhausted(run).is_some()
    {
        return None;
    }
    build_of(run, step)
}

/// The build of the module that a step tests, while it may still be sent back.
fn build_of<'a>(run: &'a Run, step: &Step) -> Option<&'a Step> {
    run.build_of(step).filter(|build| build.reworks < MAX_REWORKS)
}

/// What is red, in one line.
#[must_use]
pub fn words(step: &Step) -> String {
    let all: Vec<String> = red(step).map(|c| format!("{}: {}", c.name, c.summary.one_line(200))).collect();
    if all.is_empty() { "nothing is red".to_owned() } else { all.join("; ") }
}

/// The red checks as feedback for the next attempt, and what failed besides: who does a step again for whatever reason can
/// put that right as well.
#[must_use]
pub fn feedback(step: &Step) -> Vec<Clean> {
    let besides = step.checks.iter().filter(|c| !c.passed && informs(c) && !c.is_doubt());
    let mut said = BTreeSet::new();
    red(step)
        .chain(besides)
        .filter_map(|c| {
            let new: Vec<&Clean> = c.details.iter().filter(|detail| said.insert(detail.as_str())).collect();
            if new.is_empty() && !c.details.is_empty() {
                return None;
            }
            let mut text = format!("{FAILED}{}: {}", c.name, c.summary);
            for detail in new.iter().take(40) {
                text.push_str("\n- ");
                text.push_str(detail);
            }
            if new.len() > 40 {
                text.push_str(&format!("\n- and {} more", new.len() - 40));
            }
            Some(Clean::from(text))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_understanding_without_a_whole_reply_is_asked_for_in_smaller_parts() {
        use crate::{domain::run::GateMode, orchestrator::testing::Sim};
        let mut step = Sim::start(GateMode::None).step("understand").clone();
        assert_eq!(parts(&step), 1);
        (step.failures, step.feedback) = (1, vec![Clean::from(format!("{FAILED}drift: covered 1/2"))]);
        assert_eq!(parts(&step), 1, "it was whole, only wrong");
        step.feedback = vec![Clean::from(format!("{FAILED}call: the call gave no usable reply"))];
        assert_eq!(parts(&step), 2);
        step.failures = 3;
        assert_eq!(parts(&step), 8);
        step.plan.produces = ReplyKind::Plan;
        assert_eq!(parts(&step), 1, "a plan is of the whole");
    }

    #[test]
    fn a_finding_is_known_again_when_its_author_puts_it_otherwise() {
        let said = |words: &str, n: u32| {
            sense(&format!("C-003 is not what '{words}' says: it says {n} where the clause says 3"))
        };
        assert_eq!(said("A desk isn't free at 5", 5), said("Five desks, 'at most'", 5));
        assert_ne!(said("A desk isn't free at 5", 5), said("A desk isn't free at 4", 4));
        assert_eq!(sense("the member's desk is lost"), Clean::new("the member's desk is lost"));
    }

    #[test]
    fn what_differs_between_runs_is_no_difference() {
        let first = "File \"/dev/shm/g1-bCsEKS/tree/app/x.py\", line 91: refused 127.0.0.1:40123 at 0x7f3a2c";
        let second = "File \"/dev/shm/g1-wMNd0k/tree/app/x.py\", line 91: refused 127.0.0.1:51999 at 0x7faa10";
        assert_eq!(lasting(first), lasting(second));
        assert_ne!(lasting("C-004: no symbol create in app/x.py"), lasting("C-005: no symbol create in app/x.py"));
        assert_ne!(lasting("File app/x.py"), lasting("File app/y.py"));
    }
}
