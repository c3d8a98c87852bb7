//! What a file of JavaScript or TypeScript imports from outside.

use super::{bytes, parsed};
use oxc_ast::ast::{
    CallExpression, ExportAllDeclaration, ExportNamedDeclaration, Expression, ImportDeclaration, ImportExpression,
    ImportOrExportKind,
};
use oxc_ast_visit::{Visit, walk};
use oxc_span::Span;

/// The modules of Node that are named without `node:` as well.
const BUILT_IN: &str = "assert async_hooks buffer child_process cluster console constants crypto dgram diagnostics_channel dns \
domain events fs http http2 https inspector module net os path perf_hooks process punycode querystring readline repl stream \
string_decoder sys timers tls trace_events tty url util v8 vm wasi worker_threads zlib";

/// Lines and names of what is neither a file of the project nor a part of Node. `own` is what the project calls itself.
pub fn foreign(path: &str, text: &str, own: Option<&str>) -> Result<Vec<(u32, String)>, String> {
    parsed(path, text, |program| {
        let mut reader = Reader { text, own, found: vec![] };
        reader.visit_program(program);
        reader.found
    })
}

struct Reader<'t> {
    text: &'t str,
    own: Option<&'t str>,
    found: Vec<(u32, String)>,
}

impl Reader<'_> {
    fn take(&mut self, from: &str, span: Span) {
        let first = from.split('/').next().unwrap_or_default();
        let file = from.starts_with(['.', '/', '#']) || ["node:", "file:", "data:"].iter().any(|s| from.starts_with(s));
        let own =
            self.own.is_some_and(|own| from == own || from.strip_prefix(own).is_some_and(|rest| rest.starts_with('/')));
        if file || own || BUILT_IN.split_whitespace().any(|name| name == first) {
            return;
        }
        let before = self.text.as_bytes().iter().take(bytes(span).0).filter(|byte| **byte == b'\n').count();
        self.found.push((u32::try_from(before).unwrap_or(u32::MAX - 1) + 1, from.to_owned()));
    }
}

impl<'a> Visit<'a> for Reader<'_> {
    fn visit_import_declaration(&mut self, one: &ImportDeclaration<'a>) {
        // Types are gone when it runs, and what declares them need not be a package.
        if one.import_kind != ImportOrExportKind::Type {
            self.take(&one.source.value, one.span);
        }
    }
    fn visit_export_all_declaration(&mut self, one: &ExportAllDeclaration<'a>) {
        self.take(&one.source.value, one.span);
    }
    fn visit_export_named_declaration(&mut self, one: &ExportNamedDeclaration<'a>) {
        if let Some(source) = &one.source {
            self.take(&source.value, one.span);
        }
        walk::walk_export_named_declaration(self, one);
    }
    fn visit_import_expression(&mut self, one: &ImportExpression<'a>) {
        if let Expression::StringLiteral(source) = &one.source {
            self.take(&source.value, one.span);
        }
        walk::walk_import_expression(self, one);
    }
    fn visit_call_expression(&mut self, call: &CallExpression<'a>) {
        if let Expression::Identifier(callee) = &call.callee
            && callee.name == "require"
            && let Some(Expression::StringLiteral(source)) = call.arguments.first().and_then(|one| one.as_expression())
        {
            self.take(&source.value, call.span);
        }
        walk::walk_call_expression(self, call);
    }
}
