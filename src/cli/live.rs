//! `g1 verify` and `g1 preview`: they run the built application.

use super::{
    out::{self, Done, Fail, columns, talk},
    run::runtime,
    status::status_words,
};
use crate::{
    domain::{
        counted,
        evidence::Confinement,
        run::{Run, RunStatus, StepState},
        trace::{self, exit_code},
    },
    driver::verify::{VerifyError, serve},
    hub,
};
use serde_json::json;
use std::{path::Path, sync::Arc};
use tokio_util::sync::CancellationToken;

fn fail(error: &VerifyError) -> Fail {
    Fail::error(error)
}

pub fn verify(folder: Option<&Path>, wanted: Confinement, strict: bool, as_json: bool) -> Done {
    let dir = folder.unwrap_or(Path::new(".")).to_owned();
    runtime()?.block_on(async move {
        let cancel = CancellationToken::new();
        let progress = Arc::new(|done, of| talk(&format!("control runs {done}/{of}")));
        let verified = tokio::select! {
            verified = crate::driver::verify::verify(&dir, wanted, Some(progress), &cancel) => verified,
            _ = tokio::signal::ctrl_c() => return Ok(130),
        };
        let (run, verified) = verified.map_err(|e| fail(&e))?;
        let failed = verified.failed().count();
        let unfinished = unfinished(&run, hub::writer(&dir).is_some());
        if as_json {
            for claim in &verified.claims {
                out::json(&json!({"clause": claim.clause, "claimed": claim.claimed, "failed": claim.failed}))?;
            }
            for changed in &verified.reach {
                out::json(&json!({"reach": changed}))?;
            }
            if let Some(why) = unfinished {
                out::json(&json!({"unfinished": why}))?;
            }
        } else {
            let rows: Vec<Vec<String>> = verified
                .claims
                .iter()
                .map(|c| {
                    let verdict =
                        c.failed.as_ref().map_or("holds".to_owned(), |why| format!("FAILED: {}", why.one_line(160)));
                    vec![c.clause.to_string(), c.claimed.word().to_owned(), verdict]
                })
                .collect();
            let total = rows.len();
            let reach: String = verified.reach.iter().map(|changed| format!("{}\n", changed.one_line(300))).collect();
            let unfinished = unfinished.map_or_else(String::new, |why| format!("\n{why}"));
            out::show(&format!("{}{reach}{} of {total} claims hold{unfinished}", columns(&rows), total - failed))?;
        }
        if failed > 0 {
            return Ok(4);
        }
        let counts = trace::counts(&run);
        let unproven = counts.proven + counts.waived < counts.demanding || exit_code(&run) != 0;
        Ok(if strict && unproven { 7 } else { 0 })
    })
}

/// How far a run is that has not ended, so that nobody takes what holds for the whole.
fn unfinished(run: &Run, open: bool) -> Option<String> {
    let stands = match &run.status {
        RunStatus::Completed { stopped_at_plan: false, .. } => return None,
        RunStatus::Running if !open => "nobody works on it".to_owned(),
        _ => status_words(run),
    };
    let done = run.steps.iter().filter(|step| step.state == StepState::Done).count();
    let of = counted(run.steps.len(), "step");
    Some(format!("This is no whole run yet ({stands}): done are {done} of {of}; the others claim nothing so far."))
}

pub fn preview(folder: Option<&Path>, wanted: Confinement, port: Option<u16>, as_json: bool) -> Done {
    let dir = folder.unwrap_or(Path::new(".")).to_owned();
    runtime()?.block_on(async move {
        let mut preview = serve(&dir, wanted, port).await.map_err(|e| fail(&e))?;
        if as_json {
            out::json(&json!({"url": preview.url, "ssh": preview.ssh}))?;
        } else {
            out::show(&format!("{}\nFrom another machine: {}", preview.url, preview.ssh))?;
            talk("Ctrl-C ends it");
        }
        let mut terminate =
            tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).map_err(Fail::error)?;
        let code = tokio::select! {
            _ = tokio::signal::ctrl_c() => 0,
            _ = terminate.recv() => 143,
            ended = preview.ended() => {
                talk(&ended.unwrap_or_else(|e| e.to_string()));
                return Ok(1);
            }
        };
        preview.stop().await;
        Ok(code)
    })
}
