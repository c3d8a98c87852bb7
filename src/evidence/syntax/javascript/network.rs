//! Where a file of JavaScript or TypeScript connects to other machines.

use super::{modules, parsed};
use oxc_ast::ast::{
    Argument, CallExpression, Expression, IdentifierReference, ImportDeclaration, ImportDeclarationSpecifier,
    NewExpression,
};
use oxc_ast_visit::{Visit, walk};
use oxc_span::Span;

/// Modules of Node that connect, and the usual clients from outside.
const CLIENTS: &str = "net tls dgram dns undici axios node-fetch got ws superagent nodemailer";

/// Modules that serve as well: what they are asked for decides.
const EITHER: &str = "http https http2";

/// What they connect by.
const CALLS: &str = "request get connect";

/// Lines and names of what connects. A page may ask its own server: what it asks counts only where the place is written
/// out and is another one.
pub fn connects(path: &str, text: &str) -> Result<Vec<(u32, String)>, String> {
    parsed(path, text, |program| {
        let clients = modules::named(program)
            .into_iter()
            .filter_map(|(from, span)| Some((modules::line(text, span), client(&from)?.to_owned())));
        let found = clients.collect();
        let mut reader = Reader { text, is_page: false, found, asked: vec![] };
        reader.visit_program(program);
        if !reader.is_page {
            reader.found.append(&mut reader.asked);
        }
        reader.found.sort();
        reader.found
    })
}

struct Reader<'t> {
    text: &'t str,
    /// It is run by a browser, as far as `document` and `window` say so.
    is_page: bool,
    found: Vec<(u32, String)>,
    /// Asked of a place that only the program knows.
    asked: Vec<(u32, String)>,
}

/// Whether the place that is asked is written out: `Some(true)` for another machine.
fn elsewhere(arguments: &[Argument]) -> Option<bool> {
    let begins = match arguments.first()?.as_expression()? {
        Expression::StringLiteral(text) => text.value.as_str(),
        Expression::TemplateLiteral(text) => text.quasis.first().map_or("", |part| part.value.raw.as_str()),
        _ => return None,
    };
    (!begins.is_empty()).then(|| begins.starts_with("//") || begins.contains("://"))
}

impl Reader<'_> {
    fn asks(&mut self, what: &str, arguments: &[Argument], span: Span) {
        let one = (modules::line(self.text, span), what.to_owned());
        match elsewhere(arguments) {
            Some(true) => self.found.push(one),
            Some(false) => {}
            None => self.asked.push(one),
        }
    }
}

/// A module that connects, as it is called without `node:`.
fn client(from: &str) -> Option<&str> {
    let name = from.strip_prefix("node:").unwrap_or(from);
    is_in(CLIENTS, name.split('/').next().unwrap_or(name)).then_some(name)
}

fn is_in(list: &str, word: &str) -> bool {
    list.split(' ').any(|one| one == word)
}

impl<'a> Visit<'a> for Reader<'_> {
    fn visit_import_declaration(&mut self, one: &ImportDeclaration<'a>) {
        if one.import_kind.is_type() {
            return;
        }
        let from = one.source.value.as_str();
        let either = is_in(EITHER, from.strip_prefix("node:").unwrap_or(from));
        for named in one.specifiers.iter().flatten() {
            if let ImportDeclarationSpecifier::ImportSpecifier(named) = named
                && either
                && is_in(CALLS, &named.imported.name())
            {
                self.found.push((modules::line(self.text, one.span), format!("{from} {}", named.imported.name())));
            }
        }
    }
    fn visit_new_expression(&mut self, one: &NewExpression<'a>) {
        if let Expression::Identifier(name) = &one.callee
            && is_in("WebSocket EventSource", &name.name)
        {
            self.asks(&name.name, &one.arguments, one.span);
        }
        walk::walk_new_expression(self, one);
    }
    fn visit_call_expression(&mut self, call: &CallExpression<'a>) {
        match &call.callee {
            Expression::Identifier(callee) if callee.name == "fetch" => self.asks("fetch", &call.arguments, call.span),
            Expression::StaticMemberExpression(member) => {
                let called = member.property.name.as_str();
                match &member.object {
                    Expression::Identifier(object) if is_in(EITHER, &object.name) && is_in(CALLS, called) => {
                        self.found.push((modules::line(self.text, call.span), format!("{}.{called}", object.name)));
                    }
                    Expression::Identifier(object) if object.name == "globalThis" && called == "fetch" => {
                        self.asks("fetch", &call.arguments, call.span);
                    }
                    _ => {}
                }
            }
            _ => {}
        }
        walk::walk_call_expression(self, call);
    }
    fn visit_identifier_reference(&mut self, one: &IdentifierReference<'a>) {
        self.is_page |= is_in("document window", &one.name);
    }
}

#[cfg(test)]
mod tests {
    use super::connects;

    fn seen(text: &str) -> Vec<(u32, String)> {
        connects("src/a.ts", text).unwrap()
    }

    #[test]
    fn what_connects_to_other_machines_is_seen_with_its_line() {
        for (text, what) in [
            ("import net from 'node:net';", "net"),
            ("import { request } from 'https';", "https request"),
            ("import https from 'node:https';\nhttps.get(url, done);", "https.get"),
            ("const d = require('dgram');", "dgram"),
            ("const a = await import('undici');", "undici"),
            ("await fetch('https://example.org/a');", "fetch"),
            ("await fetch(`http://${host}/a`);", "fetch"),
            ("await fetch(where);", "fetch"),
            ("document.title = '';\nfetch('//cdn.example/a.js');", "fetch"),
            ("new WebSocket('wss://example.org');", "WebSocket"),
            ("await globalThis.fetch(where);", "fetch"),
        ] {
            assert_eq!(seen(text).iter().map(|(_, what)| what.as_str()).collect::<Vec<_>>(), [what], "{text}");
        }
        assert_eq!(seen("\n\nnew EventSource(place);")[0].0, 3);
    }

    #[test]
    fn a_server_and_a_page_that_asks_it_connect_to_nobody_else() {
        for text in [
            "import { createServer } from 'node:http';\ncreateServer(answer).listen(8080);",
            "import http from 'node:http';\nhttp.createServer(answer);",
            "import type { Socket } from 'node:net';",
            "fetch('/api/boats');",
            "const r = await fetch(`/api/boats/${id}`);",
            "document.title = '';\nconst api = (path) => fetch(path);",
            "const request = 1; list.get(request);",
        ] {
            assert_eq!(seen(text), [], "{text}");
        }
    }
}
