//! A model that panics: a bug must not leave a run waiting for ever.

use crate::support::{isolated, run};

#[test]
fn a_panic_in_a_task_stops_the_run_and_loses_nothing() {
    isolated("bugs::a_panic_in_a_task_stops_the_run_and_loses_nothing", || {
        let ran = run("A guest book.", Box::new(|request| assert!(!request.pack.step.as_str().starts_with("build"))));
        assert_eq!(ran.exit, 1);
        assert_eq!(ran.replies("design").len(), 1, "what was done before is there");
        assert!(ran.replies("build:core").is_empty());
    });
}
