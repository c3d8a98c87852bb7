//! The trace as one HTML page that needs nothing else: no script, no font, no request. To attach to a pull request or to
//! keep with a delivery.

use super::{
    ClauseTrace, Status, Trace,
    render::{DOUBTS, STAND_INS, sentence},
};
use crate::domain::{
    ClauseId, Clean,
    clause::{Origin, Retired},
    reply::ReplyKind,
    run::{Decided, Run, Verb},
};
use jiff::Timestamp;
use std::fmt::Write;

const STYLE: &str = "\
:root{color-scheme:light dark;--fg:#1c2024;--bg:#fff;--dim:#60646c;--line:#d9d9e0;--proven:#18794e;--tested:#0d74ce;\
--built:#ab6400;--designed:#8e4ec6;--missing:#ce2c31;--waived:#60646c;--none:#8b8d98}\
@media(prefers-color-scheme:dark){:root{--fg:#edeef0;--bg:#111113;--dim:#b0b4ba;--line:#363a3f;--proven:#3dd68c;\
--tested:#70b8ff;--built:#ffca16;--designed:#d19dff;--missing:#ff9592;--waived:#b0b4ba;--none:#777b84}}\
body{font:16px/1.5 system-ui,sans-serif;color:var(--fg);background:var(--bg);max-width:60rem;margin:2rem auto;padding:0 1rem}\
h1{line-height:1.2}table{border-collapse:collapse;width:100%;margin:1rem 0}th,td{text-align:left;vertical-align:top;\
padding:.3rem .6rem .3rem 0;border-bottom:1px solid var(--line)}code{font:.9em ui-monospace,monospace;overflow-wrap:anywhere}\
.dim{color:var(--dim)}.bar{display:flex;height:.8rem;border-radius:.4rem;overflow:hidden;margin:1rem 0;background:var(--line)}\
.text{white-space:pre-wrap;overflow-wrap:anywhere;border-left:3px solid var(--line);padding-left:1rem}\
.text a{color:inherit;text-decoration:underline 2px;text-underline-offset:.25em}\
.s{font-weight:600}.proven{color:var(--proven);text-decoration-color:var(--proven)!important}\
.tested{color:var(--tested);text-decoration-color:var(--tested)!important}.built{color:var(--built);\
text-decoration-color:var(--built)!important}.designed{color:var(--designed);text-decoration-color:var(--designed)!important}\
.missing{color:var(--missing);text-decoration-color:var(--missing)!important}.waived{color:var(--waived);\
text-decoration-color:var(--waived)!important}.text .none{text-decoration:none;color:var(--dim)}\
.text a{color:var(--fg)}del{color:var(--dim)}section{border-top:1px solid var(--line);padding-top:.5rem}";

impl Trace {
    /// One self-contained page. `run` says who decided.
    #[must_use]
    pub fn to_html(&self, run: &Run) -> String {
        let title = if run.title.is_empty() { &run.name } else { &run.title };
        let title = text(title);
        let mut html = format!(
            "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
             content=\"width=device-width\">\n<title>Trace: {title}</title>\n<style>{STYLE}</style>\n<h1>{title}</h1>\n"
        );
        // Writing to a string cannot fail, here and below.
        let _ = writeln!(html, "<p>{}</p>", text(&sentence(self)));
        self.bar(&mut html);
        self.requirement(&mut html);
        self.steps_stood_in(&mut html);
        self.open_doubts(&mut html);
        self.sign_off(run, &mut html);
        html.push_str("<h2>Clause by clause</h2>\n");
        for clause in &self.clauses {
            section(&mut html, clause);
        }
        self.commands(&mut html);
        let _ = writeln!(
            html,
            "<p class=\"dim\">Requirement <code>{}</code>, {} bytes. Proven: G1 ran a linked test that passes, and that \
             fails when any one of the linked places is taken away alone; an exclusion: a search of the finished \
             application found nothing.</p>\n</html>",
            self.requirement.sha256, self.requirement.bytes
        );
        html
    }

    fn bar(&self, html: &mut String) {
        let c = &self.counts;
        let parts = [
            (Status::Proven, c.proven),
            (Status::Tested, c.tested),
            (Status::Built, c.built),
            (Status::Designed, c.designed),
            (Status::Missing, c.missing),
            (Status::Waived, c.waived),
        ];
        html.push_str("<div class=\"bar\" aria-hidden=\"true\">");
        for (status, count) in parts {
            let _ = write!(html, "<span style=\"flex:{count};background:var(--{})\"></span>", status.word());
        }
        html.push_str("</div>\n<p>");
        for (status, count) in parts {
            let _ = write!(html, "<span class=\"s {0}\">{count} {0}</span> · ", status.word());
        }
        let _ = writeln!(html, "{} unsourced additions · {} unconfirmed assumptions</p>", c.unsourced, c.assumed);
    }

    /// The original, word for word, each clause marked by what became of it.
    fn requirement(&self, html: &mut String) {
        html.push_str("<h2>The requirement</h2>\n<div class=\"text\">");
        for clause in self.clauses.iter().filter(|c| c.origin == Origin::Requirement) {
            let tag = if clause.retired.is_some() { "del" } else { "span" };
            let _ = write!(
                html,
                "<{tag}><a class=\"{}\" href=\"#{}\">{}</a></{tag}>",
                status(clause),
                clause.id,
                text(&Clean::new(&clause.text))
            );
        }
        html.push_str("</div>\n");
        let mut amendments = self.clauses.iter().filter(|c| c.origin == Origin::Amendment).peekable();
        if amendments.peek().is_some() {
            html.push_str("<h3>Amendments</h3>\n<div class=\"text\">");
            for clause in amendments {
                let line = text(&Clean::new(clause.text.trim()));
                let _ = writeln!(html, "<a class=\"{}\" href=\"#{}\">{line}</a>", status(clause), clause.id);
            }
            html.push_str("</div>\n");
        }
    }

    fn steps_stood_in(&self, html: &mut String) {
        if self.stand_ins.is_empty() {
            return;
        }
        let items: Vec<String> =
            self.stand_ins.iter().map(|one| format!("<li>{}</li>", text(&Clean::from(one.line())))).collect();
        let _ = writeln!(html, "<h2>Stood in by G1</h2>\n<p>{STAND_INS}</p>\n<ul>\n{}\n</ul>", items.join("\n"));
    }

    fn open_doubts(&self, html: &mut String) {
        if self.doubts.is_empty() {
            return;
        }
        let _ = writeln!(html, "<h2>Open doubts</h2>\n<p>{DOUBTS}</p>\n<ul>");
        for doubt in &self.doubts {
            let ids: Vec<String> = doubt.clauses.iter().map(|id| format!("<a href=\"#{id}\">{id}</a>")).collect();
            let said: Vec<String> = doubt.said().into_iter().map(|line| text(&Clean::from(line))).collect();
            let _ = writeln!(
                html,
                "<li>{} <span class=\"dim\">since {}</span> {}<br>{}</li>",
                ids.join(" "),
                text(doubt.step.as_str()),
                text(&Clean::new(&doubt.finding)),
                said.join("<br>")
            );
        }
        html.push_str("</ul>\n");
    }

    fn sign_off(&self, run: &Run, html: &mut String) {
        html.push_str("<h2>Sign-off</h2>\n<table>\n<tr><th>Clause<th>Says<th>Status<th>Decided by<th>When</tr>\n");
        for clause in self.clauses.iter().filter(|c| c.status.is_some()) {
            let (who, at) = match run.waivers.get(&clause.id) {
                Some(waiver) => (text(&waiver.who), minute(waiver.at)),
                None => decided(run, clause.id)
                    .map_or_else(|| ("nobody yet".to_owned(), String::new()), |d| (text(&d.who), minute(d.at))),
            };
            let _ = writeln!(
                html,
                "<tr><td><a href=\"#{0}\">{0}</a><td>{1}<td class=\"s {2}\">{2}<td>{who}<td class=\"dim\">{at}</tr>",
                clause.id,
                text(&Clean::new(&clause.text).one_line(120)),
                status(clause)
            );
        }
        html.push_str("</table>\n");
    }

    fn commands(&self, html: &mut String) {
        if self.evidence.is_empty() {
            return;
        }
        html.push_str("<h2>What G1 ran</h2>\n<table>\n<tr><th>Id<th>Command<th>Exit<th>Passed<th>Failed<th>At</tr>\n");
        for e in &self.evidence {
            let exit = e.exit.map_or_else(|| "killed".to_owned(), |code| code.to_string());
            let _ = writeln!(
                html,
                "<tr id=\"{0}\"><td>{0}<td><code>{1}</code><td>{exit}<td>{2}<td>{3}<td class=\"dim\">{4}</tr>",
                e.id,
                text(&Clean::from(e.argv.join(" "))),
                e.passed,
                e.failed,
                minute(e.at)
            );
        }
        html.push_str("</table>\n");
    }
}

/// The last decision on a step that answers for the clause: that on the result, once there is one.
fn decided(run: &Run, clause: ClauseId) -> Option<&Decided> {
    let answers = |kind| !matches!(kind, ReplyKind::Understand | ReplyKind::Plan);
    run.gates
        .values()
        .filter(|gate| {
            run.step(&gate.step).is_some_and(|s| answers(s.plan.produces) && s.plan.clauses.contains(&clause))
        })
        .filter_map(|gate| gate.decided.as_ref())
        .filter(|d| matches!(d.verb, Verb::Approve | Verb::ApprovePhase))
        .max_by_key(|d| d.at)
}

fn status(clause: &ClauseTrace) -> &'static str {
    clause.status.map_or("none", Status::word)
}

fn section(html: &mut String, clause: &ClauseTrace) {
    let kind = clause.kind.map_or("not marked", |k| k.word());
    let _ = write!(html, "<section id=\"{0}\"><h3>{0} <span class=\"dim\">{kind}</span> ", clause.id);
    match (clause.retired, clause.status) {
        (Some(Retired::Superseded), _) => html.push_str("<span class=\"dim\">superseded</span>"),
        (Some(Retired::Removed), _) => html.push_str("<span class=\"dim\">removed</span>"),
        (None, None) => html.push_str("<span class=\"dim\">demands nothing</span>"),
        (None, Some(status)) => {
            let _ = write!(html, "<span class=\"{0}\">{0}</span>", status.word());
        }
    }
    if clause.stale {
        html.push_str(" <span class=\"missing\">stale</span>");
    }
    let _ = writeln!(html, "</h3>\n<p class=\"text\">{}</p>", text(&Clean::new(clause.text.trim())));
    if let Some(id) = clause.supersedes {
        let _ = writeln!(html, "<p class=\"dim\">Stands for <a href=\"#{id}\">{id}</a>.</p>");
    }
    if let Some(reason) = &clause.reason {
        let _ = writeln!(html, "<p>{}</p>", text(&Clean::new(reason)));
    }
    if !clause.searched.is_empty() {
        let terms: Vec<String> = clause.searched.iter().map(|term| format!("<code>{}</code>", text(term))).collect();
        let _ = writeln!(html, "<p>Searched for: {}</p>", terms.join(", "));
    }
    if clause.files.is_empty() && clause.tests.is_empty() {
        html.push_str("</section>\n");
        return;
    }
    let _ =
        writeln!(html, "<details><summary>{} places, {} tests</summary><ul>", clause.files.len(), clause.tests.len());
    for file in &clause.files {
        let path = text(&Clean::new(&file.path));
        let reach = file.reach().map_or_else(String::new, |reach| format!("; {reach}"));
        let _ = writeln!(html, "<li><code>{path}:{}-{}</code>{reach}</li>", file.lines.0, file.lines.1);
    }
    for test in &clause.tests {
        let passed = if test.passed { "passed" } else { "did not pass" };
        let control = if test.control_failed { ", fails without the code" } else { "" };
        let run = test.evidence.map_or_else(String::new, |id| format!(" (<a href=\"#{id}\">{id}</a>)"));
        let name = text(&Clean::new(&test.name));
        let _ = writeln!(html, "<li><code>{name}</code> {passed}{control}{run}</li>");
    }
    html.push_str("</ul></details></section>\n");
}

/// When, for a person: `2026-11-28 14:05 UTC`. The page is read on other machines than this one.
fn minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// Text that HTML shows as it is.
fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{run::GateMode, trace::trace};
    use crate::orchestrator::testing::Sim;

    #[test]
    fn the_page_says_who_signed_what_and_loads_nothing() {
        let mut sim = Sim::start(GateMode::Step);
        sim.finish();
        let mut run = sim.run().clone();
        run.title = Clean::new("<script>alert(1)</script>");
        run.clauses.values_mut().for_each(|c| c.text = format!("{} \"<b>&", c.text));
        let html = trace(&run).to_html(&run);
        assert!(!html.contains("<script") && !html.contains("<b>") && html.contains("&lt;b&gt;&amp;"));
        for outside in ["http:", "https:", "url(", "src=", "@import"] {
            assert!(!html.contains(outside), "{outside}");
        }
        let demanding = trace(&run).counts.demanding as usize;
        assert_eq!(html.matches("<td>Anna<td").count(), demanding, "each demand is signed");
        for clause in run.clauses.keys() {
            assert!(html.contains(&format!("id=\"{clause}\"")) && html.contains(&format!("href=\"#{clause}\"")));
        }
        for said in html.split("<td class=\"dim\">").skip(1) {
            let when = said.split('<').next().unwrap();
            assert!(when.len() == "2026-11-28 14:05 UTC".len() && when.ends_with(" UTC"), "{when}");
        }
        for tag in ["div", "table", "section", "details", "ul", "li", "h2", "h3"] {
            let (open, close) = (html.matches(&format!("<{tag}")).count(), html.matches(&format!("</{tag}>")).count());
            assert_eq!(open, close, "{tag}");
        }
    }
}
