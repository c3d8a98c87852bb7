//! What is chosen and given before a run starts.

use crate::bench::Bench;
use g1::ui::{Cmd, Looked, ModelChoice, Msg, StartRequest, Welcome, WelcomeInfo};

fn providers() -> WelcomeInfo {
    let choice =
        |spec: &str| ModelChoice { spec: spec.into(), note: "as found".into(), usable: true, names: "".into() };
    WelcomeInfo { models: vec![choice("offline"), choice("openai/")], ..WelcomeInfo::default() }
}

/// A key that was found is used only by who chooses its provider and names a model there.
#[test]
fn a_provider_is_chosen_and_its_model_named_before_anything_is_asked_there() {
    let mut bench = Bench::welcome(80, 24);
    bench.model.welcome = Welcome::new(providers());
    bench.typed("A guest book for our wedding.");
    bench.key("tab");
    bench.key("down");
    bench.key("enter");
    assert!(bench.sent.is_empty() && bench.text().contains("Write behind openai/"), "{}", bench.text());
    bench.key("tab");
    bench.key("shift-tab");
    bench.typed("gpt-tiny");
    assert!(bench.text().contains("● openai/gpt-tiny"), "{}", bench.text());
    bench.key("enter");
    bench.key("enter");
    let Some(Cmd::Start(StartRequest::New { model, .. })) = bench.sent.pop() else { panic!("not started") };
    assert_eq!(model, "openai/gpt-tiny");
    let mut bench = Bench::welcome(80, 24);
    bench.model.welcome = Welcome::new(providers());
    bench.typed("A guest book for our wedding.");
    bench.key("enter");
    let Some(Cmd::Start(StartRequest::New { model, .. })) = bench.sent.pop() else { panic!("not started") };
    assert_eq!(model, "offline", "as long as nobody chooses");
}

#[test]
fn a_file_is_attached_by_the_last_line_and_goes_with_the_requirement() {
    let mut bench = Bench::welcome(80, 24);
    bench.send(Msg::Paste("A shop for tea.\r\nA buyer sees prices.".into()));
    bench.key("ctrl-j");
    bench.typed("/attach prices.csv");
    bench.key("enter");
    assert_eq!(bench.sent.pop(), Some(Cmd::Attach("prices.csv".into())));
    let file = g1::import::beside(std::path::Path::new("prices.csv"), b"tea,2");
    bench.send(Msg::Attached(Ok(("prices.csv".into(), file))));
    assert!(bench.text().contains("with prices.csv"), "{}", bench.text());
    bench.key("enter");
    let Some(Cmd::Start(StartRequest::New { requirement, files, .. })) = bench.sent.pop() else { panic!() };
    assert_eq!((&requirement[..], files.len()), (&b"A shop for tea.\r\nA buyer sees prices."[..], 1));
}

#[test]
fn b_changes_the_software_that_is_there() {
    let existing = |keys: &[&str]| {
        let mut bench = Bench::welcome(80, 24);
        bench.model.welcome = Welcome::new(WelcomeInfo { here: "old/shelf".into(), ..providers() });
        for key in keys {
            match key.strip_prefix('=') {
                Some(text) => bench.typed(text),
                None => bench.key(key),
            }
        }
        let shown = bench.text().contains("the software there is changed, on a branch of its own");
        bench.typed("A tally has a total.");
        bench.key("enter");
        let Some(Cmd::Start(StartRequest::New { existing, folder, .. })) = bench.sent.pop() else {
            panic!("not started")
        };
        assert_eq!(existing, shown);
        assert_eq!(folder == "old/shelf", existing, "the folder that G1 was started for: {folder}");
        existing
    };
    assert!(!existing(&[]));
    assert!(existing(&["=/existing", "enter"]));
    assert!(existing(&["tab", "b", "enter"]), "where no text is typed");
    assert!(!existing(&["tab", "b", "b", "enter"]));
}

/// Servers that answer on this machine become choices after the first frame; nothing that was chosen changes by that.
#[test]
fn a_server_that_is_found_is_one_more_choice() {
    let found = |spec: &str, names: &str| ModelChoice {
        spec: spec.into(),
        note: "answers on this machine".into(),
        usable: true,
        names: names.into(),
    };
    let mut bench = Bench::welcome(80, 24);
    bench.model.welcome = Welcome::new(providers());
    let models = vec![found("ollama/tiny", ""), found("lmstudio/", "a, b"), found("openai/", "c, d")];
    bench.send(Msg::Looked(Looked { models, ..Looked::default() }));
    assert!(bench.text().contains("● offline") && bench.text().contains("○ ollama/tiny"), "{}", bench.text());
    assert_eq!(bench.model.welcome.info.models.len(), 4, "what was there is not there twice");
    bench.typed("A guest book for our wedding.");
    bench.key("tab");
    bench.key("down");
    assert!(bench.text().contains("which? type its name: c, d"), "{}", bench.text());
    bench.key("down");
    bench.key("enter");
    bench.key("enter");
    let Some(Cmd::Start(StartRequest::New { model, .. })) = bench.sent.pop() else { panic!("not started") };
    assert_eq!(model, "ollama/tiny");

    // The only model of a provider that is there needs no typing, and what was typed before stays.
    for (typed, shown) in [("", "● openai/only"), ("mine", "● openai/mine")] {
        let mut bench = Bench::welcome(80, 24);
        bench.model.welcome = Welcome::new(providers());
        bench.key("tab");
        bench.key("down");
        bench.typed(typed);
        let models = vec![found("openai/only", "only")];
        bench.send(Msg::Looked(Looked { models, ..Looked::default() }));
        assert!(bench.text().contains(shown), "{}", bench.text());
    }
}
