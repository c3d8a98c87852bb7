//! `run` `call`: a program that is called with arguments, as its author or tester wants to see it.

use super::Gave;
use crate::{
    domain::{Clean, counted, in_shell},
    evidence::{EvidenceError, Kind, Manifest, Runner, Tree, sandbox::Finished},
};
use tokio_util::sync::CancellationToken;

/// Calls of one use.
const MOST: usize = 8;
/// Bytes that are kept of what each printed.
const OUTPUT: usize = 4 << 10;

/// What stands behind the word `call`, if that is what is to be run.
pub(super) fn behind(what: &str) -> Option<&str> {
    what.strip_prefix("call").filter(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
}

/// Calls the program of the draft, a line of `text` each.
pub(super) async fn call(
    runner: &Runner,
    tree: &Tree,
    manifest: &Manifest,
    text: &str,
    cancel: &CancellationToken,
) -> Result<Gave, EvidenceError> {
    if Kind::of(manifest) != Kind::Program {
        return Ok(Gave::failed("only a program that serves nothing is called with arguments".to_owned()));
    }
    let calls = match calls(text) {
        Ok(calls) => calls,
        Err(why) => return Ok(Gave::failed(why)),
    };
    let first = &calls[..calls.len().min(MOST)];
    Ok(match runner.called(tree, manifest, first, cancel).await? {
        Ok(finished) => told(&calls, &finished),
        Err(refused) => Gave::failed(format!("it does not compile\n{}", Clean::from_bytes(&refused.output.bytes))),
    })
}

/// A line of arguments each; the word `call` may stand before every one of them.
fn calls(text: &str) -> Result<Vec<Vec<String>>, String> {
    let mut lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if let Some(again) = lines.iter().skip(1).map(|line| behind(line)).collect::<Option<Vec<_>>>() {
        lines.truncate(1);
        lines.extend(again);
    }
    let calls = lines.into_iter().map(arguments).collect::<Result<Vec<_>, String>>()?;
    Ok(if calls.is_empty() { vec![Vec::new()] } else { calls })
}

/// A line taken apart as a shell does it, without anything else that a shell does.
fn arguments(line: &str) -> Result<Vec<String>, String> {
    let (mut all, mut open, mut quote) = (Vec::new(), None::<String>, None);
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                open.get_or_insert_default();
            }
            (None | Some('"'), '\\') => open.get_or_insert_default().extend(chars.next()),
            (None, c) if c.is_whitespace() => all.extend(open.take()),
            (_, c) => open.get_or_insert_default().push(c),
        }
    }
    all.extend(open);
    match quote {
        Some(_) => Err(format!("not called: a quotation mark is not closed in {}", Clean::new(line).one_line(80))),
        None => Ok(all),
    }
}

/// How all ended, then call by call what was printed.
fn told(calls: &[Vec<String>], finished: &[Finished]) -> Gave {
    let end = |one: &Finished| match (one.ended.note(), one.exit) {
        (Some(note), _) => note,
        (None, Some(code)) => format!("exit status {code}"),
        (None, None) => "killed".to_owned(),
    };
    let ends: Vec<String> = finished.iter().map(end).collect();
    let mut text = format!("{}: {}\n", counted(finished.len(), "call"), ends.join(", "));
    for ((arguments, one), end) in calls.iter().zip(finished).zip(&ends) {
        let words: Vec<String> = arguments.iter().map(|argument| in_shell(argument)).collect();
        let printed = Clean::from_bytes(cut(&one.output.bytes));
        let printed = printed.trim_end();
        let gap = if printed.is_empty() { "" } else { "\n" };
        text.push_str(&format!("--- {}: {end}\n{printed}{gap}", words.join(" ")));
    }
    let left = calls.len() - finished.len().min(calls.len());
    if left > 0 {
        text.push_str(&format!("not called after that: {left} (one use makes at most {MOST} calls)\n"));
    }
    Gave::of(left == 0 && finished.iter().all(|one| one.ended.note().is_none()), text)
}

/// What is kept of a long output: its end, where it says how it went.
fn cut(bytes: &[u8]) -> &[u8] {
    &bytes[bytes.len().saturating_sub(OUTPUT)..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_arguments_is_one_call() {
        let of = |text: &str| calls(behind(text).unwrap());
        let one = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        assert_eq!(of("call").unwrap(), [one(&[])]);
        assert_eq!(
            of("call add 'Poppy seeds' \"a \\\"b\\\"\" \"\" c\\ d").unwrap(),
            [one(&["add", "Poppy seeds", "a \"b\"", "", "c d"])]
        );
        assert_eq!(of("call add x\nlist --all").unwrap(), [one(&["add", "x"]), one(&["list", "--all"])]);
        assert_eq!(of("call add x\ncall list").unwrap(), [one(&["add", "x"]), one(&["list"])]);
        assert_eq!(of("call add $HOME;ls").unwrap(), [one(&["add", "$HOME;ls"])], "no shell");
        assert!(of("call add 'x").unwrap_err().contains("not closed"));
        assert!(behind("callers").is_none() && behind("control").is_none());
    }
}
