//! `g1 models`

use super::{
    args::Models,
    out::{self, Done, Fail, columns, talk},
    run,
};
use crate::{
    config::Config,
    models::{
        ModelError,
        local::{self, Found},
        openai::Tested,
        registry,
    },
};
use serde_json::json;

pub fn run(action: &Models, config: &Config, as_json: bool) -> Done {
    match action {
        Models::List => list(config, as_json),
        Models::Test { model } => test(model.as_deref().unwrap_or(&config.model), config, as_json),
    }
}

fn list(config: &Config, as_json: bool) -> Done {
    let known = registry::known(&config.models);
    let found = run::runtime()?.block_on(local::look(&config.models));
    if as_json {
        out::json(&json!({"chosen": config.model}))?;
        for k in &known {
            let there = found.get(&k.name);
            out::json(&json!({
                "name": k.name, "base_url": k.base_url, "key_env": k.key_env, "key_found": k.key_found, "note": k.note,
                "wrong": k.wrong, "answers": there.map(|found| found.models().is_some()),
                "models": there.and_then(Found::models), "found": there.map(Found::words),
            }))?;
        }
        return Ok(0);
    }
    let mut rows = vec![["NAME", "KEY", "SERVER", "NOW", ""].map(str::to_owned).to_vec()];
    for k in known {
        let key = match (&k.key_env, k.key_found) {
            (None, _) => "none needed".to_owned(),
            (Some(name), true) => format!("{name} is set"),
            (Some(name), false) => format!("{name} is not set"),
        };
        let now = found.get(&k.name).map_or_else(String::new, Found::words);
        rows.push(match k.wrong {
            Some(what) => vec![k.name, String::new(), String::new(), String::new(), what],
            None => vec![k.name, key, k.base_url, now, k.note.to_owned()],
        });
    }
    out::show(&format!(
        "Chosen: {}. A key or a server that is found is used only when its provider is chosen (-m PROVIDER/MODEL).\n\n{}",
        config.model,
        columns(&rows)
    ))?;
    Ok(0)
}

/// Asks the model itself. What it finds is remembered for runs.
fn test(spec: &str, config: &Config, as_json: bool) -> Done {
    if crate::domain::run::is_offline(spec) || spec.starts_with("cassette/") {
        return Err(Fail::usage(format!("{spec} is no server: name a model, such as g1 models test ollama/NAME")));
    }
    let refused = |error: ModelError| Fail { code: 6, text: error.to_string() };
    let model = registry::at_server(spec, &run::models(config)).map_err(refused)?;
    let limit = model.patience();
    let tested = run::runtime()?.block_on(async {
        tokio::time::timeout(limit, model.test()).await.map_err(|_| Fail {
            code: 6,
            text: format!("{spec}: no end within {} s; `g1 doctor -m {spec}` looks at the way there", limit.as_secs()),
        })
    })?;
    let Tested { abilities, reads_long, price, usage } = match tested {
        Ok(tested) => tested,
        Err(error) => {
            talk(&format!("`g1 doctor -m {spec}` says which hop fails"));
            return Err(refused(error.split().0));
        }
    };
    if as_json {
        out::json(&json!({
            "model": spec, "streams": abilities.streams, "schema": abilities.schema, "tools": abilities.tools,
            "embeddings": abilities.embeddings, "context_tokens": abilities.context_tokens, "reads_long": reads_long,
            "price": price, "usage": usage,
        }))?;
        return Ok(0);
    }
    let word = |known: Option<bool>, yes: &str, no: &str| match known {
        Some(true) => yes.to_owned(),
        Some(false) => no.to_owned(),
        None => "not known".to_owned(),
    };
    let context = match abilities.context_tokens {
        Some(tokens) => format!("{tokens} tokens"),
        None => "not known: models.context or context_tokens of its provider says it".to_owned(),
    };
    let long = word(
        reads_long,
        "read from beginning to end",
        "NOT read whole, and the server does not say so: give it a larger context (Ollama: OLLAMA_CONTEXT_LENGTH, llama.cpp: -c)",
    );
    let dollars = price.map_or_else(
        || "not known, so --budget takes tokens only: add it to prices.toml (docs/models.md)".to_owned(),
        |price| {
            let read =
                price.source.zip(price.date).map_or_else(String::new, |(source, date)| format!(" ({source}, {date})"));
            format!("${} in, ${} out per million tokens{read}", price.input, price.output)
        },
    );
    let rows = [
        ("answers", "yes".to_owned()),
        ("streams", word(abilities.streams, "yes", "no: replies come whole")),
        ("schema", word(abilities.schema, "replies are held to it", "no: a tool or the prompt takes its place")),
        ("tools", word(abilities.tools, "yes", "no: the prompt takes their place")),
        ("embeddings", word(abilities.embeddings, "yes", "no: the encoder in the binary makes the vectors")),
        ("context", context),
        ("6,000 tokens", long),
        ("price", dollars),
    ];
    let rows: Vec<Vec<String>> = rows.into_iter().map(|(what, found)| vec![what.to_owned(), found]).collect();
    out::show(&format!(
        "{spec}\n\n{}\nThe test took {} calls and {} tokens, ${:.4}. What it found is remembered.\n",
        columns(&rows),
        usage.calls,
        usage.tokens(),
        usage.dollars()
    ))?;
    Ok(0)
}
