//! Marks before the statements of Rust, and at the beginning of tests.

use super::{SWITCHES, bytes, suite::is_test_only};
use crate::evidence::syntax::{
    marks::{Marker, Place, Wanted},
    outline::Edit,
};
use std::collections::BTreeMap;
use syn::{
    Attribute, Block, Expr, Stmt,
    visit::{self, Visit},
};

/// The edits that mark a file of the product, and the lines that get a mark.
pub fn marks(text: &str, file: &syn::File, wanted: &Wanted) -> (Vec<Edit>, Vec<u32>) {
    let mut reader = Reader { marks: Marker::new(text, wanted) };
    reader.visit_file(file);
    reader.marks.finish()
}

/// The edits that let each of the wanted tests say that it begins; `names` are those of the file by their path in it.
pub fn beginnings(file: &syn::File, names: &BTreeMap<Vec<String>, String>, wanted: &Wanted) -> Vec<Edit> {
    let mut tests = Tests { names, wanted, modules: vec![], edits: vec![] };
    tests.visit_file(file);
    tests.edits
}

struct Reader<'w> {
    marks: Marker<'w>,
}

impl Reader<'_> {
    /// Marks the place, when it is to be; the end of what was opened is for the caller.
    fn mark(&mut self, at: usize, open: &str) -> bool {
        let Some(line) = self.marks.line(at) else { return false };
        let file = self.marks.file();
        self.marks.insert(at, format!("{open}{SWITCHES}::reached({file}, {line}); "));
        true
    }

    /// An expression that is the whole of an arm or of a closure.
    fn lone(&mut self, expression: &Expr) {
        let (start, end) = bytes(expression);
        let opened = !matches!(expression, Expr::Block(_)) && self.mark(start, "{ ");
        self.visit_expr(expression);
        if opened {
            self.marks.insert(end, " }");
        }
    }
}

fn is_conditional(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| attribute.path().is_ident("cfg"))
}

fn attributes(statement: &Stmt) -> &[Attribute] {
    match statement {
        Stmt::Local(local) => &local.attrs,
        Stmt::Macro(one) => &one.attrs,
        Stmt::Item(_) | Stmt::Expr(..) => &[],
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_stmt(&mut self, statement: &'ast Stmt) {
        let declares = match statement {
            Stmt::Item(_) => true,
            Stmt::Local(local) => local.init.is_none(),
            Stmt::Expr(..) | Stmt::Macro(_) => false,
        };
        if !declares && !is_conditional(attributes(statement)) {
            self.mark(bytes(statement).0, "");
        }
        visit::visit_stmt(self, statement);
    }
    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        if let Some((_, guard)) = &arm.guard {
            self.visit_expr(guard);
        }
        self.lone(&arm.body);
    }
    fn visit_expr_closure(&mut self, closure: &'ast syn::ExprClosure) {
        self.lone(&closure.body);
    }
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        // What is computed by the compiler cannot say so at run time.
        if item.sig.constness.is_none() && !is_test_only(&item.attrs) {
            self.visit_block(&item.block);
        }
    }
    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if item.sig.constness.is_none() && !is_test_only(&item.attrs) {
            self.visit_block(&item.block);
        }
    }
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_test_only(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }
    fn visit_item_const(&mut self, _: &'ast syn::ItemConst) {}
    fn visit_item_static(&mut self, _: &'ast syn::ItemStatic) {}
    fn visit_impl_item_const(&mut self, _: &'ast syn::ImplItemConst) {}
    fn visit_trait_item_const(&mut self, _: &'ast syn::TraitItemConst) {}
    fn visit_expr_const(&mut self, _: &'ast syn::ExprConst) {}
    fn visit_expr_repeat(&mut self, repeat: &'ast syn::ExprRepeat) {
        self.visit_expr(&repeat.expr);
    }
    fn visit_type(&mut self, _: &'ast syn::Type) {}
    fn visit_pat(&mut self, _: &'ast syn::Pat) {}
}

struct Tests<'w> {
    names: &'w BTreeMap<Vec<String>, String>,
    wanted: &'w Wanted,
    modules: Vec<String>,
    edits: Vec<Edit>,
}

impl Tests<'_> {
    fn function(&mut self, name: &syn::Ident, block: &Block) {
        let path: Vec<String> = self.modules.iter().cloned().chain([name.to_string()]).collect();
        let Some(name) = self.names.get(&path) else { return };
        let Some(number) = self.wanted.tests.iter().position(|test| test == name) else { return };
        let Place { now, reached, .. } = &self.wanted.place;
        let at = block.brace_token.span.open().byte_range().end;
        let text = format!(
            " {{ use std::io::Write as _; let _ = std::fs::write({now:?}, \"{number}\"); \
             if let Ok(mut file) = std::fs::OpenOptions::new().create(true).append(true).open({reached:?}) {{ \
             let _ = writeln!(file, \"t\\t{{}}\\t{number}\\t{name}\", std::process::id()); }} }} "
        );
        self.edits.push(Edit::new(at, at, text));
    }
}

impl<'ast> Visit<'ast> for Tests<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.sig.ident, &item.block);
    }
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.modules.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
        self.modules.pop();
    }
}
