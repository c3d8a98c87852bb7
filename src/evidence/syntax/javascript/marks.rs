//! Marks before the statements of JavaScript and TypeScript.

use super::{bytes, parsed};
use crate::evidence::syntax::{
    marks::{Marker, Wanted},
    outline::edited,
};
use oxc_ast::ast::{
    ArrowFunctionExpression, Declaration, DoWhileStatement, ForInStatement, ForOfStatement, ForStatement, Function,
    IfStatement, LabeledStatement, Statement, VariableDeclaration, WhileStatement,
};
use oxc_ast_visit::{Visit, walk};
use oxc_span::{GetSpan, Span};
use oxc_syntax::scope::ScopeFlags;

/// The file with its marks, and the lines that have one.
pub fn marked(path: &str, text: &str, wanted: &Wanted) -> Result<(String, Vec<u32>), String> {
    parsed(path, text, |program| {
        let mut reader = Reader { marks: Marker::new(text, wanted), depth: 0 };
        reader.visit_program(program);
        let (edits, lines) = reader.marks.finish();
        (edited(text, edits), lines)
    })
}

struct Reader<'w> {
    marks: Marker<'w>,
    /// Functions around this place; outside of any it is what loading the module does.
    depth: u32,
}

impl<'a> Reader<'_> {
    fn call(&mut self, span: Span) -> Option<String> {
        let line = self.marks.line(bytes(span).0)?;
        let loading = if self.depth == 0 { ", true" } else { "" };
        Some(format!("globalThis.__g1({}, {line}{loading})", self.marks.file()))
    }

    /// A statement that is the whole body of a branch or loop, and must stay one.
    fn lone(&mut self, statement: &Statement<'a>) {
        let call = match does_something(statement) {
            true => self.call(statement.span()),
            false => None,
        };
        let (start, end) = bytes(statement.span());
        if let Some(call) = &call {
            self.marks.insert(start, format!("{{ {call}; "));
        }
        walk::walk_statement(self, statement);
        if call.is_some() {
            self.marks.insert(end, " }");
        }
    }
}

/// What only declares runs nothing; a block runs what is in it.
fn does_something(statement: &Statement<'_>) -> bool {
    let sets = |variables: &VariableDeclaration<'_>| {
        !variables.declare && variables.declarations.iter().any(|one| one.init.is_some())
    };
    if let Some(declaration) = statement.as_declaration() {
        return matches!(declaration, Declaration::VariableDeclaration(variables) if sets(variables));
    }
    match statement {
        Statement::EmptyStatement(_)
        | Statement::BlockStatement(_)
        | Statement::ImportDeclaration(_)
        | Statement::ExportAllDeclaration(_)
        | Statement::TSExportAssignment(_)
        | Statement::TSNamespaceExportDeclaration(_) => false,
        Statement::ExportNamedDeclaration(export) => {
            matches!(&export.declaration, Some(Declaration::VariableDeclaration(variables)) if sets(variables))
        }
        Statement::ExportDefaultDeclaration(export) => export.declaration.as_expression().is_some(),
        _ => true,
    }
}

impl<'a> Visit<'a> for Reader<'_> {
    fn visit_statement(&mut self, statement: &Statement<'a>) {
        if does_something(statement)
            && let Some(call) = self.call(statement.span())
        {
            self.marks.insert(bytes(statement.span()).0, format!("{call}; "));
        }
        walk::walk_statement(self, statement);
    }
    /// Nothing may stand between a label and its loop.
    fn visit_labeled_statement(&mut self, labeled: &LabeledStatement<'a>) {
        walk::walk_statement(self, &labeled.body);
    }
    fn visit_if_statement(&mut self, branch: &IfStatement<'a>) {
        self.visit_expression(&branch.test);
        self.lone(&branch.consequent);
        if let Some(otherwise) = &branch.alternate {
            self.lone(otherwise);
        }
    }
    fn visit_while_statement(&mut self, one: &WhileStatement<'a>) {
        self.visit_expression(&one.test);
        self.lone(&one.body);
    }
    fn visit_do_while_statement(&mut self, one: &DoWhileStatement<'a>) {
        self.lone(&one.body);
        self.visit_expression(&one.test);
    }
    fn visit_for_statement(&mut self, one: &ForStatement<'a>) {
        one.init.iter().for_each(|init| self.visit_for_statement_init(init));
        one.test.iter().chain(&one.update).for_each(|expression| self.visit_expression(expression));
        self.lone(&one.body);
    }
    fn visit_for_in_statement(&mut self, one: &ForInStatement<'a>) {
        self.visit_expression(&one.right);
        self.lone(&one.body);
    }
    fn visit_for_of_statement(&mut self, one: &ForOfStatement<'a>) {
        self.visit_expression(&one.right);
        self.lone(&one.body);
    }
    fn visit_function(&mut self, function: &Function<'a>, flags: ScopeFlags) {
        self.depth += 1;
        walk::walk_function(self, function, flags);
        self.depth -= 1;
    }
    fn visit_arrow_function_expression(&mut self, arrow: &ArrowFunctionExpression<'a>) {
        self.depth += 1;
        match arrow.body.statements.first() {
            Some(Statement::ExpressionStatement(only)) if arrow.expression => {
                let call = self.call(only.expression.span());
                let (start, end) = bytes(only.expression.span());
                if let Some(call) = &call {
                    self.marks.insert(start, format!("({call}, "));
                }
                self.visit_expression(&only.expression);
                if call.is_some() {
                    self.marks.insert(end, ")");
                }
            }
            _ => walk::walk_arrow_function_expression(self, arrow),
        }
        self.depth -= 1;
    }
}
