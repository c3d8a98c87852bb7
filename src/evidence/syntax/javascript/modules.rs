//! The modules that a file of JavaScript or TypeScript names: imported, exported from, or required.

use super::bytes;
use oxc_ast::ast::{
    CallExpression, ExportAllDeclaration, ExportNamedDeclaration, Expression, ImportDeclaration, ImportExpression,
    Program,
};
use oxc_ast_visit::{Visit, walk};
use oxc_span::Span;

/// Each with the place where it is named. Types are gone when it runs, and what declares them need not be there.
pub fn named(program: &Program<'_>) -> Vec<(String, Span)> {
    let mut reader = Reader(vec![]);
    reader.visit_program(program);
    reader.0
}

/// The line on which a place begins, from 1.
pub fn line(text: &str, span: Span) -> u32 {
    let before = text.as_bytes().iter().take(bytes(span).0).filter(|byte| **byte == b'\n').count();
    u32::try_from(before).unwrap_or(u32::MAX - 1) + 1
}

struct Reader(Vec<(String, Span)>);

impl Reader {
    fn take(&mut self, from: &str, span: Span) {
        self.0.push((from.to_owned(), span));
    }
}

impl<'a> Visit<'a> for Reader {
    fn visit_import_declaration(&mut self, one: &ImportDeclaration<'a>) {
        if !one.import_kind.is_type() {
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
