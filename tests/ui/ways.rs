//! Ways through a recorded run: between sentences and code, into what a persona saw, through the chat and the tree.

use crate::{
    bench::Bench,
    support::{
        real::{self, At},
        sample::Moment,
    },
};
use g1::{
    domain::{
        ClauseId, Clean, Hash, StepId,
        command::{Command, Update},
        pack::Page,
        plan::Seat,
        run::{Call, Run, Step, StepState},
    },
    ui::{
        Cmd, Key, Msg, StartRequest,
        keymap::{Context, Keymap},
        model::Focus,
        overlay::pager::Source,
        panes::{Pane, hub::HubRow},
        theme::{Depth, names},
    },
};
use std::sync::Arc;

#[test]
fn from_a_sentence_to_its_code_and_back() {
    let mut bench = Bench::real(At::End, 120, 40);
    bench.key("1");
    let at = bench.model.hub.rows.iter().position(|r| *r == HubRow::Clause(ClauseId(6))).unwrap();
    bench.model.hub.list.selected = at;
    bench.key("o");
    assert_eq!(bench.model.pane, Pane::Code);
    let first = (bench.model.code.path.clone(), bench.model.code.text.selected);
    let text = bench.text();
    assert!(text.contains("C-006"), "{text}");
    bench.key("c");
    assert_eq!((bench.model.pane, bench.model.hub.current()), (Pane::Hub, Some(&HubRow::Clause(ClauseId(6)))));
    bench.key("o");
    let second = (bench.model.code.path.clone(), bench.model.code.text.selected);
    assert_ne!(first, second, "once more goes to the next place");
}

#[test]
fn source_is_coloured_when_its_roles_are_known() {
    let mut bench = Bench::real(At::End, 120, 40);
    bench.key("4");
    let file = bench.model.code.current().unwrap().entry.sha256.clone();
    let plain = bench.draw();
    let text = bench.model.blobs.text(&file).unwrap().clone();
    bench.send(Msg::Highlighted { hash: file, lines: g1::ui::text::highlight::lines("books.py", &text) });
    let coloured = bench.draw();
    assert_eq!(crate::bench::text_of(&plain), crate::bench::text_of(&coloured), "nothing moves");
    let keyword = bench.model.look.theme.syntax.keyword.fg.unwrap();
    assert!(coloured.content.iter().any(|c| c.fg == keyword) && plain != coloured);
}

#[test]
fn a_line_without_a_sentence_says_so() {
    let mut bench = Bench::real(At::End, 120, 40);
    bench.key("4");
    assert!(bench.model.code.show("README.md", 1, 10));
    bench.key("c");
    assert!(bench.notice().contains("stands for no sentence"));
}

#[test]
fn the_tree_folds_and_goes_from_file_to_file() {
    let mut bench = Bench::real(At::End, 80, 24);
    bench.key("4");
    let all = bench.model.code.rows.len();
    let file = bench.model.code.path.clone();
    bench.key("left");
    bench.key("left");
    assert!(bench.model.code.rows.len() < all, "the folder is closed");
    assert_eq!(bench.model.code.path, file, "its file is still shown");
    bench.key("o");
    assert_eq!(bench.model.code.rows.len(), all);
    bench.key("]");
    assert_ne!(bench.model.code.path, file);
}

#[test]
fn a_test_shows_what_it_said_and_leads_to_its_sentence() {
    let mut bench = Bench::real(At::End, 120, 40);
    bench.key("4");
    bench.key("t");
    let text = bench.text();
    assert!(text.contains("49 of 49 passed"), "{text}");
    let linked = g1::ui::panes::code::tests(bench.model.run.as_deref().unwrap());
    bench.model.code.text.selected = linked.iter().position(|t| !t.clauses.is_empty()).unwrap();
    bench.key("o");
    assert!(matches!(bench.pager().source, Source::Test(_)));
    assert!(bench.text().contains("fails without the code of C-"));
    bench.key("esc");
    bench.key("c");
    assert_eq!(bench.model.pane, Pane::Hub);
}

#[test]
fn the_inspector_shows_items_one_by_one_compares_and_asks_for_the_prompt() {
    let mut bench = Bench::real(At::Build, 80, 24);
    bench.key("esc");
    bench.typed("/context build:core");
    bench.key("enter");
    let text = bench.text();
    assert!(text.contains("tokens") && text.contains("C-001") && text.contains("nothing cut"), "{text}");
    bench.key("j");
    let text = bench.text();
    assert!(text.contains("C-002 function: a clause this step answers for"), "why it is there, in full: {text}");
    bench.key("enter");
    assert!(matches!(&bench.pager().source, Source::Item(seen, _) if seen.step.as_str() == "build:core"));
    bench.key("esc");
    bench.key("=");
    let text = bench.text();
    assert!(text.contains("only here") && text.contains("items are the same"), "{text}");
    bench.key("esc");
    bench.key("p");
    let [Cmd::LoadPrompt(wanted)] = &bench.sent[..] else { panic!("{:?}", bench.sent) };
    let pack = wanted.pack.clone();
    assert!(bench.text().contains("loading"));
    bench.send(Msg::Prompt { pack, text: Ok(Clean::from("You are the developer.")) });
    assert!(bench.text().contains("You are the developer."));
}

#[test]
fn the_inspector_leads_to_every_call_of_a_step() {
    let mut bench = Bench::real(At::Build, 80, 24);
    let run = Arc::make_mut(bench.model.run.as_mut().unwrap());
    let given = |run: &Run, step: &str| run.step(&StepId::new(step).unwrap()).unwrap().pack.clone().unwrap().1;
    let (other, newest) = (given(run, "plan"), given(run, "build:core"));
    let step = run.step_mut(&StepId::new("build:core").unwrap()).unwrap();
    let page = |number, pack: &Hash| Call {
        turn: None,
        seat: Seat::shared(&step.plan),
        page: Page { number, of: 2 },
        covers: vec![ClauseId(number)],
        pack: Some(pack.clone()),
        reply: None,
    };
    step.calls = vec![page(1, &other), page(2, &newest)];
    bench.key("esc");
    bench.typed("/context build:core");
    bench.key("enter");
    let text = bench.text();
    assert!(text.contains("2 calls"), "{text}");
    for line in ["   1  developer, page 1 of 2   C-001", "→  2  developer, page 2 of 2   C-002"] {
        assert!(text.contains(line), "{text}");
    }
    bench.key("enter");
    assert!(matches!(&bench.pager().source, Source::Context(seen) if seen.call == Some(0)));
    let text = bench.text();
    assert!(text.contains("→  1  developer") && text.contains("workflow-designer"), "the pack of that call: {text}");
    bench.key("p");
    let [Cmd::LoadPrompt(wanted)] = &bench.sent[..] else { panic!("{:?}", bench.sent) };
    assert_eq!(wanted.pack, other);
}

#[test]
fn messages_fold_and_steps_are_jumped_to() {
    let mut bench = Bench::real(At::End, 80, 24);
    bench.key("2");
    bench.key("[");
    bench.key("[");
    let at = bench.model.chat.cursor.unwrap();
    bench.key("[");
    assert!(bench.model.chat.cursor.unwrap() < at);
    let before = bench.text();
    bench.key("f");
    let folded = bench.text();
    assert!(folded.contains("more line"), "{folded}");
    bench.key("f");
    assert_eq!(bench.text(), before);
    bench.key("F");
    bench.key("g");
    assert!(bench.text().matches("more line").count() > 3);
    bench.key("G");
    assert_eq!(bench.model.chat.anchor, None);
}

#[test]
fn words_can_be_addressed_to_a_persona_and_names_are_completed() {
    let mut bench = Bench::real(At::Working, 80, 24);
    bench.typed("@tes");
    assert!(bench.text().contains("@tester"));
    bench.key("tab");
    assert_eq!(bench.model.draft.text(), "@test");
    bench.typed("er keep it short");
    bench.key("enter");
    let commands = bench.commands();
    let [Command::Say { step: Some(step), text, .. }] = &commands[..] else { panic!("{commands:?}") };
    assert_eq!((step.as_str(), text.as_str()), ("test:core", "keep it short"), "the step it works on now");
    bench.typed("@nobody hello");
    bench.key("enter");
    assert!(bench.commands().is_empty());
    assert!(bench.notice().contains("Nobody called 'nobody'"));
    assert_eq!(bench.model.draft.text(), "@nobody hello", "the words are kept");
}

#[test]
fn who_is_done_is_reached_by_taking_the_step_back() {
    let mut run = Run::clone(Bench::real(At::Working, 80, 24).model.run.as_ref().unwrap());
    let theirs = |s: &&Step| s.plan.personas.iter().any(|p| p.as_str() == "developer");
    let steps: Vec<StepId> = run.steps().filter(theirs).map(|s| s.plan.id.clone()).collect();
    for id in &steps {
        run.step_mut(id).unwrap().state = StepState::Done;
    }
    let last = steps.last().unwrap();
    let run = Arc::new(run);
    for (words, said) in [
        (
            "@developer 41 to 50 must be accepted",
            format!("What developer had to do is done. `/rewind {last}` takes it back"),
        ),
        ("/rewind build:core 41 to 50", "First `/rewind build:core`, then @build:core and what to change".to_owned()),
    ] {
        let mut bench = Bench::real(At::Working, 80, 24);
        bench.send(Msg::Update(Update::Run(run.clone())));
        bench.typed(words);
        bench.key("enter");
        assert!(bench.commands().is_empty());
        assert!(bench.notice().contains(&said), "{words}: {}", bench.notice());
    }
}

#[test]
fn slash_words_are_suggested_and_completed() {
    let mut bench = Bench::real(At::Working, 80, 24);
    bench.typed("/prev");
    assert!(bench.text().contains("Run the built application"));
    bench.key("tab");
    assert_eq!(bench.model.draft.text(), "/preview ");
}

#[test]
fn a_prefix_shows_what_may_follow() {
    let mut bench = Bench::real(At::End, 80, 24);
    bench.key("1");
    bench.key("space");
    let text = bench.text();
    assert!(text.contains("Space then") && text.contains("trace"), "{text}");
    bench.key("t");
    assert_eq!(bench.pager().source, Source::Trace);
    bench.key("esc");
    bench.key("space");
    bench.key("esc");
    assert!(bench.model.pending.is_empty() && bench.model.overlays.is_empty());
}

#[test]
fn whole_lines_are_copied_whatever_the_screen_wraps() {
    let mut bench = Bench::real(At::End, 40, 12);
    bench.key("1");
    bench.key("j");
    bench.key("v");
    bench.key("v");
    bench.key("j");
    bench.key("y");
    let Some(Cmd::Copy(text)) = bench.sent.last() else { panic!("{:?}", bench.sent) };
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert!(lines[0].ends_with('.') && lines[0].len() > 40, "{text}");
}

#[test]
fn themes_change_at_once_and_wrong_ones_are_named() {
    let mut bench = Bench::real(At::End, 80, 24);
    bench.model.setup.caps.depth = Depth::Rgb;
    let before = bench.draw();
    bench.typed("/theme catppuccin");
    bench.key("enter");
    let after = bench.draw();
    assert_ne!(before.content[0].bg, after.content[0].bg);
    bench.typed("/theme nowhere");
    bench.key("enter");
    assert!(bench.notice().contains("there is no theme 'nowhere'"));
    for _ in names(&bench.model.setup.themes) {
        bench.typed("/theme");
        bench.key("enter");
    }
    assert_eq!(bench.model.look.theme.name, "catppuccin", "all the way round");
}

#[test]
fn keys_of_ones_own_are_in_force_and_in_the_help() {
    let mut bench = Bench::real(At::End, 80, 24);
    bench.model.keymap = Keymap::with_file("[panes]\n\"ctrl-t\" = \"trace\"\n").0;
    bench.key("1");
    bench.key("?");
    let help: String = bench.pager().texts().join("\n");
    assert!(help.contains("Ctrl-T"), "{help}");
    bench.key("esc");
    bench.key("ctrl-t");
    assert_eq!(bench.pager().source, Source::Trace);
}

#[test]
fn help_begins_with_the_keys_of_the_place_it_is_asked_for_in() {
    let mut bench = Bench::at(Moment::BuildGate, 80, 24);
    let help = |bench: &mut Bench, key: &str| {
        bench.key(key);
        assert_eq!(bench.pager().source, Source::Help);
        let first = bench.pager().texts()[0].to_string();
        bench.key("esc");
        first
    };
    assert_eq!(help(&mut bench, "?"), "At a gate (where you are)");
    bench.key("d");
    for key in ["?", "f1"] {
        assert_eq!(help(&mut bench, key), "In a text (diff, context, help) (where you are)");
    }
    bench.key("esc");
    assert_eq!(help(&mut bench, "f1"), "At a gate (where you are)");
}

#[test]
fn esc_leads_to_the_panes_and_never_back_and_forth() {
    let mut bench = Bench::real(At::End, 80, 24);
    for _ in 0..3 {
        bench.key("esc");
        assert_eq!((bench.model.focus, bench.model.context()), (Focus::Panes, Context::Panes));
    }
    bench.key("alt-4");
    assert_eq!(bench.model.pane, Pane::Code);
}

#[test]
fn line_ends_and_marks_of_a_file_are_kept_byte_for_byte() {
    let file = "\u{feff}Build a guest book.\r\nA guest leaves a name.\r\n";
    let start = |bench: &mut Bench| {
        bench.key("enter");
        match bench.sent.pop() {
            Some(Cmd::Start(StartRequest::New { requirement, .. })) => String::from_utf8(requirement).unwrap(),
            other => panic!("{other:?}"),
        }
    };
    let mut bench = Bench::welcome(80, 24);
    bench.send(Msg::FileRead(Ok(file.into())));
    assert!(bench.text().contains("BOM and CRLF kept"));
    assert_eq!(start(&mut bench), file);
    let mut bench = Bench::welcome(80, 24);
    bench.send(Msg::FileRead(Ok(file.into())));
    bench.send(Msg::Key { key: Key::char('!'), burst: false });
    assert!(!start(&mut bench).contains('\r'), "a text that was changed here is the one that is seen here");
}

#[test]
fn a_search_without_a_match_leaves_nothing_behind() {
    let mut bench = Bench::real(At::End, 80, 24);
    bench.key("1");
    for (words, found) in [("comments", true), ("zebra", false)] {
        bench.key("/");
        bench.typed(words);
        bench.key("enter");
        assert_eq!(bench.model.hub.list.search.is_some(), found, "{words}");
    }
}

#[test]
fn what_can_be_typed_next_names_the_folder() {
    let mut bench = Bench::real(At::Working, 80, 24);
    for (folder, next) in [
        (".", "Next: g1 resume   or g1 to open the workbench again"),
        ("w/t1", "Next: g1 resume -C w/t1   or g1 w/t1 to open the workbench again"),
        ("my club", "Next: g1 resume -C 'my club'   or g1 'my club' to open the workbench again"),
    ] {
        bench.model.setup.folder = folder.into();
        assert_eq!(g1::ui::report::farewell(&bench.model).last().map(String::as_str), Some(next));
    }
}

#[test]
fn silence_is_said_and_waiting_for_a_person_is_not_working_time() {
    let mut bench = Bench::real(At::Working, 80, 24);
    bench.wait(12_000);
    bench.key("3");
    let text = bench.text();
    assert!(text.contains("s silent"), "{text}");
    let mut bench = Bench::real(At::End, 80, 24);
    bench.key("3");
    let text = bench.text();
    let line = text.lines().find(|l| l.contains("build:core")).unwrap();
    assert!(line.contains("0:01"), "34 seconds at the gate are not work: {line}");
}

#[test]
fn the_title_and_a_notification_tell_those_who_look_elsewhere() {
    let mut bench = Bench::real(At::Working, 80, 24);
    assert_eq!(bench.title, "g1 Reading log 4/8 Development");
    let gate = |bench: &mut Bench| {
        let run = real::run(At::Test);
        bench.send(Msg::Update(g1::domain::command::Update::Run(std::sync::Arc::new(run))));
        std::mem::take(&mut bench.sent).into_iter().filter(|c| matches!(c, Cmd::Notify(_))).count()
    };
    bench.key("esc");
    assert_eq!(gate(&mut bench), 0, "somebody is at the keys");
    assert_eq!(bench.title, "g1 Reading log 5/8 G-04 waits");
    let mut bench = Bench::real(At::Working, 80, 24);
    bench.key("esc");
    bench.wait(10_000);
    assert_eq!(gate(&mut bench), 1);
    assert_eq!(gate(&mut bench), 0, "once");
}

#[test]
fn the_mouse_scrolls_and_selects_but_decides_nothing() {
    let mut bench = Bench::real(At::End, 200, 50);
    let at = |kind, x, y| Msg::Mouse(g1::ui::Mouse { kind, x, y });
    bench.send(at(g1::ui::MouseKind::Click, 5, 5));
    assert_eq!(bench.model.focus, Focus::Input, "not asked for");
    bench.key("f2");
    assert!(matches!(bench.sent.pop(), Some(Cmd::Mouse(true))));
    bench.send(at(g1::ui::MouseKind::Click, 5, 5));
    assert_eq!((bench.model.pane, bench.model.hub.current()), (Pane::Hub, Some(&HubRow::Clause(ClauseId(3)))));
    bench.send(at(g1::ui::MouseKind::ScrollUp, 80, 10));
    assert!(bench.model.chat.anchor.is_some(), "the chat under the wheel");
    assert_eq!(bench.model.pane, Pane::Hub, "the focus stays");
    let mut bench = Bench::real(At::Build, 80, 24);
    bench.key("f2");
    bench.wait(3_000);
    for y in 0..24 {
        for x in 0..80 {
            bench.send(at(g1::ui::MouseKind::Click, x, y));
        }
    }
    assert!(bench.commands().is_empty());
}

#[test]
fn two_runs_are_compared_in_a_text_on_top() {
    let mut bench = Bench::real(At::End, 80, 24);
    bench.typed("/compare ../other");
    bench.key("enter");
    assert_eq!(bench.sent.pop(), Some(Cmd::Compare("../other".into())));
    bench.send(Msg::Compared(Ok(Clean::from("proven  5 of 7  7 of 7\nFiles: the same"))));
    assert!(bench.text().contains("Files: the same"));
}

/// What was said while a step worked stands in its message once it is checked: it is not shown twice.
#[test]
fn words_of_a_reply_are_not_shown_again_while_it_is_checked() {
    let mut bench = Bench::real(At::Working, 80, 24);
    let step = g1::domain::StepId::new("build:books").unwrap();
    bench.send(Msg::Update(Update::Delta { step: step.clone(), text: "a word that streams".into() }));
    assert!(bench.text().contains("a word that streams"));
    let mut run = g1::domain::run::Run::clone(bench.model.run.as_ref().unwrap());
    run.steps.iter_mut().find(|s| s.plan.id == step).unwrap().state = g1::domain::run::StepState::Checking;
    bench.send(Msg::Update(Update::Run(std::sync::Arc::new(run))));
    assert!(!bench.text().contains("a word that streams"));
}

/// Nothing that is asked for is answered with silence.
#[test]
fn what_cannot_be_done_now_says_so() {
    let mut bench = Bench::real(At::End, 80, 24);
    for (words, says) in [
        ("/pause", "nothing to pause"),
        ("/resume", "Nothing is paused"),
        ("/ask risk", "asked: only if red"),
        ("/preview", "Starting"),
        ("/waive", "The id is missing"),
        ("/compare", "Name the folder"),
        ("/attach x.csv", "first screen"),
        ("/plan lean", "at its gate"),
        ("/theme mono", "in config.toml keeps it"),
    ] {
        bench.typed(words);
        bench.key("enter");
        let text = bench.text().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(says), "{words}: {text}");
        bench.wait(7_000);
    }
}

/// How often something was found shows in every pane, with a frame and without.
#[test]
fn a_search_shows_its_count_in_every_pane() {
    for (w, h) in [(80, 24), (200, 50)] {
        let mut bench = Bench::real(At::End, w, h);
        for (pane, words) in [("1", "books"), ("2", "books"), ("3", "build"), ("4", "import")] {
            bench.key("esc");
            bench.key(pane);
            bench.key("/");
            bench.typed(words);
            bench.key("enter");
            let text = bench.text();
            assert!(text.contains(&format!("/{words} 1/")), "{pane} at {w}x{h}: {text}");
            bench.key("esc");
        }
    }
}
