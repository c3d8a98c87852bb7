//! Calls that never come to their end are paid for all the same, and a crash is no way round a budget.

use crate::{
    quotes::WALL,
    server::{Asked, HEAD, Server, delta, send, silence},
    support::{Bed, code, text},
};
use rustix::process::{Pid, Signal};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader},
    net::TcpStream,
    process::Stdio,
};

/// A few words, and then nothing.
fn begins(stream: &mut TcpStream, asked: &Asked) {
    send(stream, &format!("{HEAD}{}", delta(&asked.reply[..40])));
    silence(stream);
}

/// Sends the signal when the plan begins to be written; the exit code, none if the signal killed it at once.
fn signalled(server: &Server, bed: &Bed, args: &[&str], signal: Signal) -> Option<i32> {
    let mut command = bed.g1(args);
    command.env("OPENAI_BASE_URL", format!("http://{}/v1", server.address)).stdout(Stdio::piped());
    let mut child = command.stderr(Stdio::null()).spawn().expect("g1 starts");
    for line in BufReader::new(child.stdout.take().expect("piped")).lines().map_while(Result::ok) {
        if line.contains("\"item.delta\"") && line.contains("\"plan\"") {
            rustix::process::kill_process(Pid::from_child(&child), signal).expect("it is there");
        }
    }
    child.wait().expect("it ended").code()
}

fn usage(bed: &Bed) -> Value {
    let status = bed.output(&["status", "--json"]);
    serde_json::from_slice::<Value>(&status.stdout).expect("JSON")["usage"].clone()
}

#[test]
fn a_run_that_is_killed_in_mid_call_cannot_spend_its_budget_again() {
    let (server, bed) = (Server::start(begins, usize::MAX), Bed::new());
    let run = ["run", WALL, "-m", "compat/m", "-y", "--plan-only", "--json", "--budget", "20ktok"];
    assert_eq!(signalled(&server, &bed, &run, Signal::KILL), None);
    assert_eq!(server.count("plan_reply"), 1);
    let resume = bed.g1(&["resume"]).env("OPENAI_BASE_URL", format!("http://{}/v1", server.address)).output();
    let resume = resume.expect("g1 starts");
    let told = format!("{}{}", text(&resume.stdout), text(&resume.stderr));
    assert_eq!(code(&resume), 5, "{told}");
    assert!(text(&bed.output(&["log"]).stdout).contains("under way when G1 ended"));
    assert_eq!(server.count("plan_reply"), 1, "it is not asked again");
    let usage = usage(&bed);
    assert!(usage["calls"] == 2 && usage["output_tokens"].as_u64() > Some(5_000), "{usage}");
}

#[test]
fn what_a_cancelled_call_had_sent_is_counted() {
    let (server, bed) = (Server::start(begins, usize::MAX), Bed::new());
    let run = ["run", WALL, "-m", "compat/m", "-y", "--plan-only", "--json"];
    assert_eq!(signalled(&server, &bed, &run, Signal::INT), Some(130));
    let first = usage(&bed);
    assert_eq!(first["calls"], 2, "{first}");
    server.mend();
    let resume = bed.g1(&["resume"]).env("OPENAI_BASE_URL", format!("http://{}/v1", server.address)).output();
    assert_eq!(code(&resume.expect("g1 starts")), 0);
    assert_eq!(usage(&bed)["calls"], 3);
}
