//! Gates: when a card opens, when its keys act, what they send.

use crate::{
    domain::{
        Clean, GateId, Hash,
        command::Command,
        plan::PlanVariant,
        run::{Gate, GateReason, Proposal, Run, Verb},
    },
    ui::{
        Action, Cmd, EditWanted, Model, Shown,
        keymap::Context,
        model::{Focus, QUIET, Screen},
        msg::EditedPart,
        overlay::{
            Overlay, Prompt, Purpose, card,
            confirm::{Confirm, Sure},
            context::{self, Seen},
            gate::Card,
            pager::Source,
        },
    },
};
use jiff::Timestamp;

/// When the waiting gate's card opens by itself: two seconds after the last key, if nothing is being written or read.
pub(crate) fn opens_at(model: &Model) -> Option<Timestamp> {
    let gate = model.waiting_gate()?;
    let free = model.screen == Screen::Work
        && model.overlays.is_empty()
        && model.focus == Focus::Input
        && model.draft.is_empty()
        && model.quitting.is_none()
        && !model.gates.put_off.contains(&(gate.id, gate.digest.clone()));
    free.then(|| model.last_key.map_or(model.now, |at| at + QUIET))
}

pub(super) fn offer(model: &mut Model) {
    if opens_at(model).is_some_and(|at| at <= model.now) {
        open_waiting(model);
    }
}

pub(super) fn open_waiting(model: &mut Model) {
    let Some(run) = model.run.clone() else { return };
    let Some(gate) = model.waiting_gate().cloned() else { return };
    model.overlays.retain(|o| !matches!(o, Overlay::Gate(_)));
    model.notice = None;
    let mut card = Card::new(model, &run, &gate);
    if gate.reason == GateReason::Plan
        && let Some(id) = model.gates.answered.take()
    {
        // Whoever answers several goes on with the next, or says differently what could not be followed.
        let questions = card::questions(&run);
        let at = questions.iter().position(|a| a.id == id);
        let left_out = card::left_out(&run, id);
        if let Some(at) = at {
            card.question = if left_out.is_some() { at } else { (at + 1) % questions.len() };
            card.rebuild(model, &run, &gate);
            card.show_question(model);
        }
        if let Some(why) = left_out {
            model.say(true, why);
        }
    }
    model.overlays.push(Overlay::Gate(Box::new(card)));
}

/// A frame reached the terminal: only now has a person seen what it shows.
pub(super) fn drawn(model: &mut Model, shown: &Shown) {
    let now = model.now;
    let top = model.overlays.len();
    for (i, overlay) in model.overlays.iter_mut().enumerate() {
        if let Overlay::Gate(card) = overlay {
            let in_front = i + 1 == top;
            card.drawn(shown.card.as_ref().filter(|_| in_front), now);
        }
    }
}

pub(super) fn want_blobs(model: &mut Model, cmds: &mut Vec<Cmd>) {
    let Some(run) = model.run.clone() else { return };
    let mut wanted = Vec::new();
    for overlay in &model.overlays {
        let Overlay::Pager(pager) = overlay else { continue };
        match &pager.source {
            Source::Context(seen) | Source::Item(seen, _) => wanted.extend(seen.blob(&run)),
            Source::Compare(seen) => {
                wanted.extend(seen.blob(&run));
                wanted.extend(context::before(&run, &seen.step).and_then(|step| Seen::from(step).blob(&run)));
            }
            Source::Result(hash) => wanted.push(hash.clone()),
            Source::Artifact(name) => wanted.extend(run.artifacts.get(name).map(|a| a.hash.clone())),
            Source::Diff(gate) => {
                let step = run.gates.get(gate).and_then(|g| run.step(&g.step));
                if let Some(Proposal::Design { artifacts, .. }) = step.and_then(|s| s.proposal.as_ref()) {
                    for a in artifacts {
                        wanted.push(a.hash.clone());
                        wanted.extend(run.artifacts.get(a.name.as_str()).map(|o| o.hash.clone()));
                    }
                }
                if let Some(Proposal::Build { files, .. } | Proposal::Test { files, .. }) =
                    step.and_then(|s| s.proposal.as_ref())
                {
                    for file in files {
                        wanted.push(file.sha256.clone());
                        wanted.extend(run.files.get(&file.path).map(|f| f.sha256.clone()));
                    }
                }
            }
            Source::Help
            | Source::Trace
            | Source::Readings
            | Source::Report
            | Source::Prompt(_)
            | Source::Test(_)
            | Source::Text(_)
            | Source::Lines(..) => {}
        }
    }
    for hash in wanted {
        model.want_blob(&hash, cmds);
    }
}

/// Keys on the card.
pub(super) fn act(model: &mut Model, action: Action, burst: bool, cmds: &mut Vec<Cmd>) {
    use Action as A;
    let Some(run) = model.run.clone() else { return };
    let Some(Overlay::Gate(card)) = model.overlays.last() else { return };
    let Some(gate) = run.gates.get(&card.gate).cloned() else { return };
    let key = (card.gate, card.digest.clone());
    let ready = card.ready(model.now);
    // What was said about the key before goes with the next one.
    model.notice = None;
    match action {
        A::Approve | A::ApprovePhase | A::RequestChanges | A::Fault | A::Reject => {
            if !super::is_offered(model, action) {
                return not_here(model, &run, &gate, action);
            }
            if burst {
                return model
                    .say(false, "Keys that arrive together, as a paste does, decide nothing. Press it once more.");
            }
            // Asking for something else decides nothing, so it waits for nothing.
            if !ready && !super::super::overlay::gate::asks(action) {
                let why = match (card.wholly_seen(), card.rests_above()) {
                    (true, _) => "A moment: the card has only just come up.",
                    (false, true) => "There is more on this card, further up: read it with k, then decide.",
                    (false, false) => "There is more on this card: read on with j or Space, then decide.",
                };
                return model.say(false, why);
            }
            if ready {
                model.gates.read.insert(key.clone());
            }
            match action {
                A::Approve => decide(model, Verb::Approve, cmds),
                A::ApprovePhase => decide(model, Verb::ApprovePhase, cmds),
                A::RequestChanges => {
                    let label = if matches!(gate.reason, GateReason::Plan) { "correct me" } else { "change" };
                    let remarks = model.gates.remarks.get(&key).map(|r| r.join("\n"));
                    let mut prompt = Prompt::new(label, Purpose::Changes { gate: key.0, digest: key.1 });
                    // It opens all the same: words that are typed next must not act as keys.
                    prompt.about.extend(run.instead_of_remarks(&gate));
                    if let Some(remarks) = remarks {
                        prompt.draft.set(&remarks);
                    }
                    model.overlays.push(Overlay::Prompt(Box::new(prompt)));
                }
                A::Fault => {
                    let purpose = Purpose::Fault { gate: key.0, digest: key.1 };
                    model.overlays.push(Overlay::Prompt(Box::new(Prompt::new("the code is wrong", purpose))));
                }
                _ => {
                    let confirm = Confirm::reject(&run, &gate).since(model.now);
                    model.overlays.push(Overlay::Confirm(confirm));
                }
            }
        }
        A::EditProposal if !burst => edit(model, &run, &gate, cmds),
        A::EditProposal => {}
        A::GateDiff => {
            let title = format!("{} against the last approval", gate.step);
            super::keys::open_pager(model, &title, Source::Diff(gate.id));
        }
        A::GateContext => {
            let title = format!("What {} saw", gate.step);
            super::keys::open_pager(model, &title, Source::Context(gate.step.clone().into()));
        }
        A::NextPlan if matches!(gate.reason, GateReason::Plan) => turn_plan(model, cmds),
        A::AskMe => turn_mode(model, cmds),
        A::NextPane | A::PrevPane if gate.reason == GateReason::Plan && !card::questions(&run).is_empty() => {
            question(model, action == A::NextPane);
        }
        A::Answer => {
            let questions = card::questions(&run);
            let selected = questions.get(card.question).filter(|_| gate.reason == GateReason::Plan).map(|a| a.id);
            match selected.or_else(|| super::moves::next_question(model)) {
                Some(id) => super::prompt::ask(model, id),
                None => not_here(model, &run, &gate, action),
            }
        }
        A::NextPlan | A::NextPane | A::PrevPane => not_here(model, &run, &gate, action),
        A::Later | A::Cancel | A::ToPanes => {
            if ready {
                model.gates.read.insert(key.clone());
            }
            model.gates.put_off.insert(key);
            model.overlays.pop();
            model.focus = Focus::Input;
        }
        _ => {
            let Some(Overlay::Gate(card)) = model.overlays.last() else { return };
            let mut card = card.clone();
            card.scroll(model, action);
            if let Some(top) = model.overlays.last_mut() {
                *top = Overlay::Gate(card);
            }
        }
    }
}

/// A key that means something at other gates says why it does nothing at this one.
fn not_here(model: &mut Model, run: &Run, gate: &Gate, action: Action) {
    use Action as A;
    let key = |action| model.key(Context::Gate, action);
    let approve = key(A::Approve);
    let why = match (action, &gate.reason) {
        (A::ApprovePhase, GateReason::Plan) => {
            let ask = key(A::AskMe);
            format!(
                "The rest of a phase is approved at the gate of a step; here {approve} builds, {ask} says when you are asked."
            )
        }
        (A::ApprovePhase, _) => {
            format!("The rest of a phase is approved at the gate of a green step; {approve} decides this one.")
        }
        (A::Fault, _) => "Only failing tests are sent to the developer of what they test.".to_owned(),
        (A::RequestChanges, _) => format!("This is about money: {approve} spends it, {} stops here.", key(A::Reject)),
        (A::Reject, _) => "The result is not rolled back here: /rewind and a step goes back to before it.".to_owned(),
        (A::NextPlan, _) => "How thoroughly the plan is carried out is chosen at the first gate.".to_owned(),
        _ => super::prompt::no_question(run).to_owned(),
    };
    model.say(false, why);
}

fn edit(model: &mut Model, run: &Run, gate: &Gate, cmds: &mut Vec<Cmd>) {
    let parts = run.editable(gate);
    if parts.is_empty() {
        return model.say(false, "Nothing here can be edited.");
    }
    let kept = model.gates.edits.get(&(gate.id, gate.digest.clone())).cloned();
    cmds.push(Cmd::EditProposal(EditWanted { gate: gate.id, digest: gate.digest.clone(), parts, kept }));
}

/// The editor has closed: what is different becomes the step's next attempt.
pub(super) fn edited(
    model: &mut Model,
    gate: GateId,
    digest: Hash,
    result: Result<(String, EditedPart), Clean>,
    cmds: &mut Vec<Cmd>,
) {
    let (text, changed) = match result {
        Ok(edited) => edited,
        Err(why) => return model.say(true, why),
    };
    match changed {
        Ok(None) => model.say(false, "Nothing was changed."),
        Ok(Some((step, reply))) => {
            let who = model.setup.who.clone();
            model.overlays.retain(|o| !matches!(o, Overlay::Gate(c) if c.gate == gate));
            model.say(false, format!("Checking what you wrote for {step}; it is shown again."));
            model.gates.edits.insert((gate, digest.clone()), text);
            cmds.push(Cmd::Send(Command::Edit { gate, digest, step, reply, who }));
        }
        Err(why) => {
            model.gates.edits.insert((gate, digest), text);
            let key = model.key(Context::Gate, Action::EditProposal);
            model.say(
                true,
                format!("{}. Your text is kept: {key} opens it again.", why.trim_end().trim_end_matches('.')),
            );
        }
    }
}

fn question(model: &mut Model, forward: bool) {
    let Some(run) = model.run.clone() else { return };
    let n = card::questions(&run).len();
    let Some(Overlay::Gate(card)) = model.overlays.last() else { return };
    if n == 0 || !run.gates.get(&card.gate).is_some_and(|g| matches!(g.reason, GateReason::Plan)) {
        return;
    }
    let mut card = card.clone();
    card.question = (card.question + if forward { 1 } else { n - 1 }) % n;
    if let Some(gate) = run.gates.get(&card.gate) {
        // Moving the mark does not make the card unread.
        let (seen, since, version) = (card.seen.clone(), card.complete_since, card.version);
        card.rebuild(model, &run, gate);
        if card.seen.len() == seen.len() {
            (card.seen, card.complete_since, card.version) = (seen, since, version);
        }
        card.show_question(model);
    }
    if let Some(top) = model.overlays.last_mut() {
        *top = Overlay::Gate(card);
    }
}

/// Sends the verb for the card in front and closes it.
fn decide(model: &mut Model, verb: Verb, cmds: &mut Vec<Cmd>) {
    let Some(Overlay::Gate(card)) = model.overlays.last() else { return };
    let (gate, digest) = (card.gate, card.digest.clone());
    send(model, gate, digest, verb, cmds);
}

/// Sends a decision on exactly the content that was read.
pub(super) fn send(model: &mut Model, gate: GateId, digest: Hash, verb: Verb, cmds: &mut Vec<Cmd>) {
    let word = match verb {
        Verb::Approve => "approved",
        Verb::ApprovePhase => "approved, with the rest of the phase while it stays green",
        // The chat says what helps.
        Verb::Changes { .. } if model.run.as_deref().is_some_and(|run| run.settings.is_offline()) => {
            "sent back, but the offline engine cannot use remarks"
        }
        Verb::Changes { .. } => "sent back with your words",
        Verb::Fault { .. } => "sent to the developer with your words",
        Verb::Reject => "rejected",
    };
    model.overlays.retain(|o| !matches!(o, Overlay::Gate(c) if c.gate == gate));
    model.gates.sent.insert((gate, digest.clone()));
    cmds.push(Cmd::Send(Command::Decide { gate, digest, verb, who: model.setup.who.clone() }));
    model.focus = Focus::Input;
    // Whoever has just decided wants to see what comes of it.
    model.chat.follow();
    model.say(false, format!("{gate} {word}."));
}

/// `m`: the next gate mode.
pub(super) fn turn_mode(model: &mut Model, cmds: &mut Vec<Cmd>) {
    let Some(run) = model.run.as_deref() else { return };
    let at = card::MODES.iter().position(|(m, _)| *m == run.settings.gates).map_or(0, |i| i + 1);
    let (gates, name) = card::MODES[at % card::MODES.len()];
    cmds.push(Cmd::Send(Command::SetGates { gates, who: model.setup.who.clone() }));
    model.say(false, format!("From now on you are asked: {name}."));
}

/// `p` at the first gate: the next way of carrying the plan out.
fn turn_plan(model: &mut Model, cmds: &mut Vec<Cmd>) {
    let Some(run) = model.run.as_deref() else { return };
    let all = PlanVariant::ALL;
    let at = all.iter().position(|v| *v == run.settings.plan).map_or(0, |i| i + 1);
    set_plan(model, all[at % all.len()], cmds);
}

/// Another way of carrying the plan out, while it waits at its gate.
pub(super) fn set_plan(model: &mut Model, plan: PlanVariant, cmds: &mut Vec<Cmd>) {
    if !model.waiting_gate().is_some_and(|g| matches!(g.reason, GateReason::Plan)) {
        return model.say(true, "The plan is chosen at its gate, and that is not open.");
    }
    cmds.push(Cmd::Send(Command::SetPlan { plan, who: model.setup.who.clone() }));
    model.say(false, format!("Plan {}: {}.", plan.word(), plan.about()));
}

/// `/approve` and `/changes`: words decide only what was read on the card before.
pub(super) fn by_words(model: &mut Model, verb: Verb, cmds: &mut Vec<Cmd>) {
    let Some(gate) = model.waiting_gate().cloned() else {
        return model.say(true, "No gate is waiting.");
    };
    if model.gates.read.contains(&(gate.id, gate.digest.clone())) {
        send(model, gate.id, gate.digest, verb, cmds);
    } else {
        open_waiting(model);
        let key = model.key(Context::Gate, Action::Approve);
        model.say(false, Clean::from(format!("Read {} first; {key} on the card approves it.", gate.id)));
    }
}

/// After a new state of the run: cards of gates that are decided or changed go away or are made anew.
pub(super) fn refresh(model: &mut Model) {
    let Some(run) = model.run.clone() else { return };
    let mut news = None;
    let mut gone = Vec::new();
    for (i, overlay) in model.overlays.iter().enumerate() {
        let (id, digest) = match overlay {
            Overlay::Gate(card) => (card.gate, &card.digest),
            Overlay::Confirm(Confirm { sure: Sure::Reject { gate, digest }, .. }) => (*gate, digest),
            Overlay::Prompt(p) => match &p.purpose {
                Purpose::Changes { gate, digest }
                | Purpose::Fault { gate, digest }
                | Purpose::Remark { gate, digest, .. } => (*gate, digest),
                _ => continue,
            },
            _ => continue,
        };
        let Some(gate) = run.gates.get(&id) else {
            gone.push(i);
            continue;
        };
        if !gate.is_open() {
            gone.push(i);
            news = Some(match (&gate.decided, &gate.withdrawn) {
                (Some(d), _) if d.by_policy => format!("{id} was decided by policy."),
                (Some(d), _) => format!("{id} was decided by {}.", d.who),
                (_, Some(why)) => format!("{id} is no longer asked: {why}"),
                _ => continue,
            });
        } else if gate.digest != *digest && !matches!(overlay, Overlay::Gate(_)) {
            gone.push(i);
            news = Some(format!("{id} shows something new now: read it again."));
        }
    }
    for i in gone.into_iter().rev() {
        let removed = model.overlays.remove(i);
        // Words that were being written are kept.
        if let Overlay::Prompt(p) = removed
            && !p.draft.is_empty()
        {
            let text = p.draft.text();
            model.draft.set(&text);
        }
    }
    if let Some(news) = news {
        model.say(false, news);
    }
    let waits = |id: &GateId, digest: &Hash| run.gates.get(id).is_some_and(|g| g.is_open() && g.digest == *digest);
    model.gates.edits.retain(|(id, digest), _| waits(id, digest));
    model.gates.remarks.retain(|(id, digest), _| waits(id, digest));
    model.gates.sent.retain(|(id, digest)| run.gates.get(id).is_some_and(|g| g.is_open() && g.digest == *digest));
}
