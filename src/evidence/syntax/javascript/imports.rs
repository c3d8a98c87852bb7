//! What a file of JavaScript or TypeScript imports from outside.

use super::{modules, parsed};

/// The modules of Node that are named without `node:` as well.
const BUILT_IN: &str = "assert async_hooks buffer child_process cluster console constants crypto dgram diagnostics_channel dns \
domain events fs http http2 https inspector module net os path perf_hooks process punycode querystring readline repl stream \
string_decoder sys timers tls trace_events tty url util v8 vm wasi worker_threads zlib";

/// Lines and names of what is neither a file of the project nor a part of Node. `own` is what the project calls itself.
pub fn foreign(path: &str, text: &str, own: Option<&str>) -> Result<Vec<(u32, String)>, String> {
    let named = parsed(path, text, modules::named)?;
    let foreign = named.into_iter().filter(|(from, _)| is_foreign(from, own));
    Ok(foreign.map(|(from, span)| (modules::line(text, span), from)).collect())
}

fn is_foreign(from: &str, own: Option<&str>) -> bool {
    let first = from.split('/').next().unwrap_or_default();
    let file = from.starts_with(['.', '/', '#']) || ["node:", "file:", "data:"].iter().any(|s| from.starts_with(s));
    let own = own.is_some_and(|own| from == own || from.strip_prefix(own).is_some_and(|rest| rest.starts_with('/')));
    !file && !own && !BUILT_IN.split_whitespace().any(|name| name == first)
}
