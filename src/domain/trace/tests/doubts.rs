//! Open doubts, in every form of the trace.

use super::{
    super::doubts::{self, Judgement},
    *,
};

/// Understanding holds that a clause says something else than it does.
fn doubted() -> Run {
    let mut run = proven();
    let detail = doubts::with_reason("C-001 is not what is said of it: it says 7 | where 9", "a <slip> of the pen");
    let mut plan = run.steps[0].plan.clone();
    (plan.id, plan.produces) = (step("understand"), ReplyKind::Understand);
    let doubts = crate::domain::run::Check {
        name: crate::domain::run::Check::DOUBTS.into(),
        passed: false,
        summary: Clean::default(),
        details: vec![Clean::from(detail)],
        signature: None,
    };
    run.steps.insert(0, Step { checks: vec![doubts], ..Step::new(plan) }.into());
    run
}

#[test]
fn an_open_doubt_stands_in_every_form_with_its_reason_and_the_verdict() {
    let mut run = doubted();
    assert!(trace(&run).to_report(&run.title).contains("the verifier has not judged it"));
    *run.findings = vec![finding(Verdict::Partly)];
    let trace = trace(&run);
    let doubt = &trace.doubts[0];
    assert_eq!((doubt.step.as_str(), doubt.ids().as_str()), ("understand", "C-001"));
    assert_eq!(doubt.reason.as_deref(), Some("a <slip> of the pen"));
    let verdict = "the verifier holds C-001 met only in part: half of it";
    assert_eq!(doubt.verdicts.iter().map(Judgement::line).collect::<Vec<_>>(), [verdict]);
    let report = trace.to_report(&run.title);
    let listed = "- C-001 since `understand`: C-001 is not what is said of it: it says 7 \\| where 9\n";
    assert!(report.contains(listed) && report.contains("reason given: a \\<slip\\> of the pen"), "{report}");
    let html = trace.to_html(&run);
    assert!(html.contains("a &lt;slip&gt; of the pen") && html.contains("<a href=\"#C-001\">C-001</a>"), "{html}");
    let csv = trace.to_csv();
    for (form, text) in [("report", &report), ("html", &html), ("csv", &csv)] {
        assert!(text.contains(verdict), "{form}: {text}");
    }
    assert!(csv.lines().next().unwrap().ends_with(",tests,doubts,unreached"));
    let json: serde_json::Value = serde_json::from_str(&trace.to_json()).unwrap();
    assert_eq!(json["doubts"][0]["verdicts"][0]["verdict"], "partly");
}

#[test]
fn a_doubt_is_over_with_its_clause_and_no_verifier_judges_its_own_words() {
    let mut run = doubted();
    *run.findings = vec![finding(Verdict::Met)];
    run.steps[0].plan.produces = ReplyKind::Verify;
    assert_eq!(trace(&run).doubts[0].verdicts, []);
    run.clauses.get_mut(&ClauseId(1)).unwrap().retired = Some(Retired::Removed);
    assert_eq!(trace(&run).doubts, []);
}
