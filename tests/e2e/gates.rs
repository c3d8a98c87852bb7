use crate::support::{Bed, GUEST_BOOK, TOOL_SHED, code, lines, text, workspace};

/// The id of the first open gate.
pub fn open_gate(bed: &Bed) -> String {
    let status = bed.output(&["status", "--json"]);
    let stdout = text(&status.stdout);
    let start = stdout.find("G-").unwrap_or_else(|| panic!("an open gate in {stdout}"));
    stdout[start..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect()
}

#[test]
fn without_a_terminal_a_run_stops_at_the_first_gate_and_goes_on_when_it_is_approved() {
    let bed = Bed::new();
    let output = bed.with_input(&["run", "-", "--json", "--gates", "plan"], GUEST_BOOK.as_bytes());
    assert_eq!(code(&output), 3, "{}", text(&output.stderr));
    let stream = lines(&output.stdout);
    let last = stream.last().expect("a last line");
    assert_eq!((&last["type"], &last["reason"], &last["exit"]), (&"run.paused".into(), &"gate".into(), &3.into()));
    assert!(workspace(&bed.dir).is_empty(), "nothing is built before the plan is approved");

    let early = bed.output(&["verify"]);
    let said = text(&early.stdout);
    assert!(
        code(&early) == 0 && said.contains("0 of 0 claims hold\nThis is no whole run yet (waiting for a decision): "),
        "{said}"
    );

    let list = bed.output(&["gate", "list"]);
    assert!(text(&list.stdout).contains("G-01"), "{}", text(&list.stdout));
    let approve = bed.output(&["gate", "approve", "G-01"]);
    assert_eq!(code(&approve), 0, "{}", text(&approve.stderr));
    let twice = bed.output(&["gate", "approve", "G-01"]);
    assert_ne!(code(&twice), 0, "a gate is decided once");

    let resumed = bed.output(&["resume", "--json"]);
    assert_eq!(code(&resumed), 3, "the result gate: {}", text(&resumed.stderr));
    let gate = open_gate(&bed);
    assert_eq!(code(&bed.output(&["gate", "approve", &gate])), 0);
    let done = bed.output(&["resume"]);
    assert!([0, 7].contains(&code(&done)), "{}", text(&done.stderr));
    let log = text(&bed.output(&["log"]).stdout);
    assert!(log.contains("tester"), "decisions carry a name: {log}");
}

#[test]
fn asking_for_changes_makes_a_new_attempt_with_the_words_in_its_pack() {
    let bed = Bed::new();
    let output = bed.with_input(&["run", "-", "--gates", "step"], TOOL_SHED.as_bytes());
    assert_eq!(code(&output), 3, "{}", text(&output.stderr));
    assert_eq!(code(&bed.output(&["gate", "changes", "G-01", "--text", "please mind the shed key"])), 0);
    let again = bed.output(&["resume"]);
    assert_eq!(code(&again), 3, "{}", text(&again.stderr));
    let context = text(&bed.output(&["context", "plan"]).stdout);
    assert!(context.contains("please mind the shed key"), "{context}");
}

#[test]
fn a_budget_that_does_not_cover_the_next_call_is_never_exceeded() {
    let bed = Bed::new();
    let output = bed.with_input(&["run", "-", "-y", "--json", "--budget", "1tok"], TOOL_SHED.as_bytes());
    let stream = lines(&output.stdout);
    let last = stream.last().expect("a last line");
    // The offline engine costs nothing and counts no tokens against a budget.
    assert!([0, 5, 7].contains(&code(&output)), "{last}");
}

/// A person's own version of what the personas understood is judged like theirs, and recorded in that person's name.
#[test]
fn what_a_person_edits_is_checked_and_asked_again() {
    let bed = Bed::new();
    let output = bed.with_input(&["run", "-", "--gates", "plan"], TOOL_SHED.as_bytes());
    assert_eq!(code(&output), 3, "{}", text(&output.stderr));
    let reply = text(&bed.output(&["gate", "show", "G-01", "--reply"]).stdout);
    assert!(reply.contains("[understand.teach_back]") && reply.contains("[[plan.modules]]"), "{reply}");
    let title = reply.lines().find(|l| l.starts_with("title = ")).expect("a title");

    let file = bed.home.join("reply.toml");
    let edit = |content: String| {
        std::fs::write(&file, content).expect("a file");
        bed.output(&["gate", "edit", "G-01", "-f", file.to_str().expect("UTF-8")])
    };
    assert_eq!(code(&edit(reply.clone())), 2, "nothing is different");
    let broken = edit(reply.replace("title = ", "title "));
    assert_eq!(code(&broken), 2);
    assert!(text(&broken.stderr).contains("line"), "{}", text(&broken.stderr));
    let edited = edit(reply.replace(title, "title = \"Shed of our own\""));
    assert_eq!(code(&edited), 0, "{}", text(&edited.stderr));
    let again = edit(reply.replace(title, "title = \"Shed of yours\""));
    assert_eq!(code(&again), 2);
    assert!(text(&again.stderr).contains("G-01 is no longer open"), "{}", text(&again.stderr));

    assert_eq!(code(&bed.output(&["resume"])), 3, "the plan is made again and asked about");
    let gate = open_gate(&bed);
    assert_eq!(gate, "G-02");
    assert_eq!(code(&bed.output(&["gate", "approve", &gate])), 0);
    let log = text(&bed.output(&["log"]).stdout);
    assert!(log.contains("step_edited") && log.contains("understand by tester"), "{log}");
    assert_eq!(code(&bed.output(&["log", "--verify"])), 0);
    let status = text(&bed.output(&["status", "--json"]).stdout);
    assert!(status.contains("Shed of our own"), "{status}");
}
