//! What is said outside the screen: the window's title, and a notification to somebody who may be looking elsewhere.

use crate::{
    domain::Clean,
    ui::{
        Cmd, Model,
        model::{AWAY, Screen},
        panes::timeline,
    },
};

pub(super) fn tell(model: &mut Model, cmds: &mut Vec<Cmd>) {
    if std::mem::take(&mut model.setup.mouse) {
        model.mouse = true;
        cmds.push(Cmd::Mouse(true));
    }
    let title = title(model);
    if title != model.titled {
        cmds.push(Cmd::Title(Clean::from(title.clone())));
        model.titled = title;
    }
    let Some(run) = model.run.clone() else { return };
    // Who is at the keys sees it.
    let away = model.last_key.is_some_and(|at| model.now.duration_since(at) >= AWAY);
    for gate in run.open_gates() {
        if model.gates.announced.insert((gate.id, gate.digest.clone())) && away {
            let red = if gate.is_red() { " is red" } else { "" };
            cmds.push(Cmd::Notify(Clean::from(format!("G1: gate {}{red} waits for you ({})", gate.id, gate.step))));
        }
    }
    if !run.is_over() {
        // A change takes a finished run up again: it ends once more.
        model.gates.end_announced = false;
    } else if !model.gates.end_announced {
        model.gates.end_announced = true;
        if away {
            cmds.push(Cmd::Notify(Clean::from(format!("G1: {}", crate::ui::report::verdict(model, &run)))));
        }
    }
}

/// `g1 Reading log 5/8` and what is going on: enough for a tab in a row of tabs.
fn title(model: &Model) -> String {
    let Some(run) = model.run.as_deref().filter(|_| model.screen == Screen::Work) else { return "g1".into() };
    let name = if run.title.is_empty() { &run.name } else { &run.title };
    let state = match model.waiting_gate() {
        Some(gate) if gate.is_red() => format!("{} is red", gate.id),
        Some(gate) => format!("{} waits", gate.id),
        None if run.is_over() => "done".into(),
        None => timeline::current_phase(run).map_or_else(String::new, |p| p.name().to_owned()),
    };
    let done = run.steps().filter(|s| s.state == crate::domain::run::StepState::Done).count();
    let title = format!("g1 {} {done}/{} {state}", name.one_line(40), run.steps.len());
    title.trim_end().to_owned()
}
