//! A screen that looks on while another one has the keyboard.

use crate::{bench::Bench, support::real::At};
use g1::{
    domain::command::{Command, Update},
    ui::Msg,
};

fn notice(bench: &Bench) -> String {
    bench.model.notice.as_ref().map_or_else(String::new, |n| n.text.to_string())
}

/// A screen that looks on shows the card and hides what it cannot do; a refused try loses nothing.
#[test]
fn a_screen_that_looks_on_decides_nothing_until_it_takes_over() {
    let mut bench = Bench::real(At::Build, 80, 24);
    bench.send(Msg::Update(Update::Keyboard { screen: Some(bench.model.setup.screen + 1) }));
    bench.draw();
    let text = bench.text();
    assert!(text.contains("read-only: another screen has the keyboard; T takes over"), "{text}");
    bench.wait(2_500);
    bench.key("G");
    bench.draw();
    bench.wait(400);
    for key in ["y", "a", "x", "e", "f"] {
        bench.key(key);
        assert!(bench.sent.is_empty(), "{key}: {:?}", bench.sent);
        assert!(notice(&bench).contains("read-only"), "{key}");
    }
    bench.key("esc");
    for words in ["make it blue", "/pause", "/ask risk", "/approve", "/changes shorter"] {
        bench.typed(words);
        bench.key("enter");
        assert!(bench.commands().is_empty(), "{words}");
        bench.key("esc");
        bench.key("i");
        if !words.starts_with('/') {
            assert_eq!(bench.model.draft.text(), words, "kept");
        }
        bench.model.draft.clear();
        bench.model.overlays.clear();
    }
    bench.key("T");
    assert!(matches!(&bench.commands()[..], [Command::TakeKeyboard { screen: 1 }]));
    bench.send(Msg::Update(Update::Keyboard { screen: Some(1) }));
    bench.typed("The T is a letter");
    assert_eq!(bench.model.draft.text(), "The T is a letter");
    bench.key("enter");
    assert!(matches!(&bench.commands()[..], [Command::Say { .. }]));
}

/// When the screen with the keyboard has gone, the others ask for it.
#[test]
fn a_keyboard_that_nobody_has_is_asked_for() {
    let mut bench = Bench::real(At::Build, 40, 12);
    bench.send(Msg::Update(Update::Keyboard { screen: Some(9) }));
    assert!(bench.text().contains("read-only: T takes over"));
    bench.send(Msg::Update(Update::Keyboard { screen: None }));
    assert!(matches!(&bench.commands()[..], [Command::TakeKeyboard { screen: 1 }]));
}
