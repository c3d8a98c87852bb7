//! Everything a person can do, once: the key map, the palette, the help and the hint bar are all made from this list.

macro_rules! actions {
    ($($name:ident, $id:literal, $label:literal, $doc:literal;)*) => {
        /// What a key, a palette entry or a slash command means.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Action { $($name),* }

        impl Action {
            pub const ALL: &'static [Self] = &[$(Self::$name),*];
            /// The name in key maps.
            #[must_use]
            pub fn id(self) -> &'static str { match self { $(Self::$name => $id),* } }
            /// One or two words for the hint bar.
            #[must_use]
            pub fn label(self) -> &'static str { match self { $(Self::$name => $label),* } }
            /// One sentence for help and palette.
            #[must_use]
            pub fn doc(self) -> &'static str { match self { $(Self::$name => $doc),* } }
        }
    };
}

actions! {
    Send, "send", "send", "Send what is written; on an empty line, review the open gate";
    Newline, "newline", "newline", "Start a new line (a trailing \\ and Enter does it too)";
    Editor, "editor", "editor", "Write the text in $VISUAL or $EDITOR";
    LineStart, "line_start", "line start", "Go to the start of the line";
    LineEnd, "line_end", "line end", "Go to the end of the line";
    WordLeft, "word_left", "word left", "Go one word to the left";
    WordRight, "word_right", "word right", "Go one word to the right";
    KillToStart, "kill_to_start", "kill to start", "Delete to the start of the line";
    KillToEnd, "kill_to_end", "kill to end", "Delete to the end of the line";
    KillWord, "kill_word", "kill word", "Delete the word before the cursor";
    Yank, "yank", "yank", "Put back what was deleted last";
    Undo, "undo", "undo", "Take back the last edit";
    HistoryBack, "history_back", "history", "The message before";
    HistoryForward, "history_forward", "history", "The message after";
    HistorySearch, "history_search", "find in history", "The last message that contains what is written";
    ToPanes, "to_panes", "panes", "Move the focus to the panes";
    ToInput, "to_input", "write", "Move the focus to the input";
    Hub, "hub", "Hub", "Show the Hub: clauses, interpretations, decisions, assumptions";
    Chat, "chat", "Chat", "Show the Chat: what the personas say and what you say to them";
    Timeline, "timeline", "Timeline", "Show the Timeline: phases, steps, gates, tokens, cost";
    Code, "code", "Code", "Show the Code: files, source, diff, test results";
    NextPane, "next_pane", "next pane", "Go to the next pane or field";
    PrevPane, "prev_pane", "previous pane", "Go to the pane or field before";
    Zoom, "zoom", "zoom", "Give the pane the whole screen, or give it back";
    Down, "down", "down", "Go down";
    Up, "up", "up", "Go up";
    HalfDown, "half_down", "half page down", "Go down half a page";
    HalfUp, "half_up", "half page up", "Go up half a page";
    PageDown, "page_down", "page down", "Go down a page";
    PageUp, "page_up", "page up", "Go up a page";
    Top, "top", "top", "Go to the top";
    Bottom, "bottom", "bottom", "Go to the end, and follow it";
    Fold, "fold", "fold", "Fold the message, or show all of it";
    FoldAll, "fold_all", "fold all", "Fold every message to its first line, or show all of them";
    NextStep, "next_step", "next step", "Go to the next step's messages, file or section";
    PrevStep, "prev_step", "previous step", "Go to the step's messages, file or section before";
    ToClause, "to_clause", "its clause", "Go from the code to the sentence it stands for";
    Select, "select", "select", "Start selecting whole lines; y copies them without borders and wraps";
    CopyAll, "copy_all", "copy all", "Copy the whole message, file or text";
    Waive, "waive", "waive", "Live without the selected clause, in your name";
    Prompt, "prompt", "exact prompt", "Show the text of the items word for word, one after another";
    Compare, "compare", "compare", "Show what was added and left out since the step before";
    Mouse, "mouse", "mouse", "Take the mouse for scrolling and clicking, or leave it to the terminal";
    Theme, "theme", "next theme", "Try the next theme; theme = \"NAME\" in config.toml keeps it";
    Open, "open", "open", "Open what is selected";
    Back, "back", "back", "Go back";
    Search, "search", "search", "Search";
    SearchNext, "search_next", "next match", "Go to the next match";
    SearchPrev, "search_prev", "previous match", "Go to the match before";
    Copy, "copy", "copy", "Copy what is selected to the clipboard of your terminal";
    Answer, "answer", "answer", "Answer the selected assumption in your own words";
    ToggleDiff, "toggle_diff", "diff", "Switch between source and the diff against the last approval";
    ShowTests, "show_tests", "tests", "Show the results of the tests that G1 ran";
    ReviewGate, "review_gate", "review gate", "Open the card of the waiting gate";
    Approve, "approve", "approve", "Approve what the gate shows";
    RequestChanges, "request_changes", "request changes", "Say what must change; the step is done again";
    Fault, "fault", "the code is wrong", "Say what is wrong with the code: its developer mends it, then the tests run again";
    EditProposal, "edit_proposal", "edit", "Edit what the step proposes in $EDITOR; it is checked and shown again";
    GateDiff, "gate_diff", "diff", "Show what the step would change as a unified diff";
    GateContext, "gate_context", "what it saw", "Show exactly what the persona was given, and what was cut";
    ApprovePhase, "approve_phase", "rest of phase", "Approve this and the rest of the phase while it stays green";
    Reject, "reject", "reject", "Reject and roll back (asks first, naming what is undone)";
    AskMe, "ask_me", "ask me", "Change when you are asked: every step, phase ends, only red";
    NextPlan, "next_plan", "other plan", "Carry the plan out another way: lean, standard or thorough";
    TakeOver, "take_over", "take over", "Take the keyboard over from the screen that has it";
    Later, "later", "later", "Close the card; the gate stays open";
    Pause, "pause", "pause", "Pause the run; the call is stopped and made again later";
    Resume, "resume", "resume", "Go on with a paused run";
    Preview, "preview", "preview", "Start the built application on 127.0.0.1";
    StopPreview, "stop_preview", "stop preview", "Stop the running application";
    Trace, "trace", "trace", "Show every clause with its code, tests and status";
    Readings, "readings", "how I read it", "Show what each clause is taken to demand";
    Report, "report", "report", "Show what is proven and what is not";
    Context, "context", "context", "Show what the persona of the newest step was given";
    Help, "help", "help", "Show every key and command that works";
    Palette, "palette", "palette", "Find an action by name";
    Cancel, "cancel", "close", "Close this";
    Confirm, "confirm", "choose", "Do what is selected";
    Start, "start", "start", "Build it";
    Example, "example", "example", "Fill in an example requirement";
    Interrupt, "interrupt", "clear / pause / quit", "Clear the draft; then pause the run; then quit";
    Redraw, "redraw", "redraw", "Draw the whole screen again";
    Suspend, "suspend", "suspend", "Suspend to the shell (fg brings G1 back)";
    Quit, "quit", "quit", "Leave; the project keeps everything";
}

impl Action {
    #[must_use]
    pub fn by_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|a| a.id() == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_found() {
        for action in Action::ALL {
            assert_eq!(Action::by_id(action.id()), Some(*action));
            assert!(!action.doc().is_empty());
        }
    }
}
