//! What a program printed, without what differs between two runs of the same program.

use crate::evidence::scratch::Scratch;

/// What was printed, without what is different every time although nothing else is: where the scratch copy lay, the port
/// it was given, and how long the suite took. So the same result has the same hash, and no path of this machine is kept.
pub(in crate::evidence) fn settled(output: &[u8], scratch: &Scratch, port: u16) -> Vec<u8> {
    let text = String::from_utf8_lossy(output);
    let (tree, tmp) = (scratch.tree(), scratch.tmp());
    let (tree, tmp) = (tree.to_string_lossy(), tmp.to_string_lossy());
    let text = text.replace(&format!("{tree}/"), "").replace(&*tree, ".").replace(&*tmp, "$TMPDIR");
    let mut text = text;
    for before in ["127.0.0.1:", "127.0.0.1', ", "--port "] {
        text = text.replace(&format!("{before}{port}"), &format!("{before}{{port}}"));
    }
    text.split_inclusive('\n').map(untimed).collect::<String>().into_bytes()
}

/// A line without the time that its runner adds, and without the number of its thread.
fn untimed(line: &str) -> String {
    let unittest = line.starts_with("Ran ") && line.contains(" test");
    let cargo = line.trim_start().starts_with("Finished ") && line.contains(" target(s) in ");
    if (unittest || cargo)
        && let Some(at) = line.rfind(" in ")
    {
        return format!("{}\n", &line[..at]);
    }
    if line.starts_with("test result: ")
        && let Some(at) = line.rfind("; finished in ")
    {
        return format!("{}\n", &line[..at]);
    }
    if let Some((name, rest)) = line.strip_prefix("thread '").and_then(|rest| rest.split_once("' ("))
        && let Some((number, place)) = rest.split_once(") panicked at ")
        && number.bytes().all(|byte| byte.is_ascii_digit())
    {
        return format!("thread '{name}' panicked at {place}");
    }
    if let Some((binary, hash)) = line.trim_end().strip_suffix(')').and_then(|line| line.rsplit_once('-'))
        && line.trim_start().starts_with("Running ")
        && hash.len() == 16
    {
        return format!("{binary})\n");
    }
    line.to_owned()
}
