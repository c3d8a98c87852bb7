//! The tests of a cargo package: what they are called, whether they are ignored, whether they assert anything.

use super::{super::asserted::Asserted, instrument::is_root, parsed};
use std::collections::{BTreeMap, BTreeSet};
use syn::{
    Attribute, Expr,
    spanned::Spanned,
    visit::{self, Visit},
};

const DEPTH: u32 = 5;

/// Where a panic is an assertion of a test.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Places {
    /// Code that is only there for tests.
    pub regions: Vec<(u32, u32)>,
    /// First lines of assertions.
    pub asserts: Vec<u32>,
}

#[derive(Debug, Default)]
pub struct Suite {
    files: BTreeMap<String, Result<Facts, String>>,
}

#[derive(Debug, Default)]
struct Facts {
    tests: Vec<Test>,
    functions: BTreeMap<String, Calls>,
    modules: BTreeSet<String>,
    places: Places,
}

#[derive(Debug)]
struct Test {
    /// Modules inside the file, and the function.
    path: Vec<String>,
    ignored: bool,
    calls: Calls,
}

#[derive(Debug, Default, Clone)]
struct Calls {
    asserted: Asserted,
    callees: BTreeSet<String>,
}

impl Suite {
    pub fn read(files: &[String], text: impl Fn(&str) -> Option<String>) -> Self {
        let files = files.iter().filter(|path| path.ends_with(".rs"));
        Self { files: files.filter_map(|path| Some((path.clone(), facts(path, &text(path)?)))).collect() }
    }

    /// The file of a test, the name that G1 knows it by (the root of its crate, then its path as the harness says it), and
    /// what it asserts.
    pub fn check(&self, wanted: &str) -> Result<(String, String, Asserted), String> {
        let mut found = vec![];
        for (path, facts) in &self.files {
            let Ok(facts) = facts else { continue };
            for test in &facts.tests {
                let Some(name) = self.name(path, test) else { continue };
                if is_called(wanted, &name) {
                    found.push((path, facts, test, name));
                }
            }
        }
        let [(path, facts, test, name)] = found.as_slice() else {
            let error = self.files.values().find_map(|facts| facts.as_ref().err());
            return Err(match (found.len(), error) {
                (0, Some(error)) => format!("there is no test {wanted}, and {error}"),
                (0, None) => format!("there is no test {wanted}"),
                (many, _) => format!("{many} tests are called {wanted}; name the file: tests/api.rs::{wanted}"),
            });
        };
        if test.ignored {
            return Err(format!("{wanted} is skipped"));
        }
        let asserted = self.asserted(facts, &test.calls, DEPTH);
        if !asserted.anything() {
            return Err(format!("{wanted} asserts nothing"));
        }
        Ok(((*path).clone(), name.clone(), asserted))
    }

    pub fn places(&self, path: &str) -> Places {
        self.files.get(path).and_then(|facts| Some(facts.as_ref().ok()?.places.clone())).unwrap_or_default()
    }

    /// Functions are looked for by their last name, in the file and in everything that is there for tests.
    fn asserted(&self, facts: &Facts, calls: &Calls, depth: u32) -> Asserted {
        if depth == 0 {
            return calls.asserted;
        }
        let called = calls.callees.iter().flat_map(|name| {
            let own = facts.functions.get(name).map(|calls| (facts, calls));
            let shared = self
                .files
                .iter()
                .filter(|(path, _)| is_test_file(path))
                .filter_map(|(_, facts)| facts.as_ref().ok())
                .filter_map(|facts| Some((facts, facts.functions.get(name)?)));
            own.into_iter()
                .chain(shared)
                .map(|(facts, calls)| self.asserted(facts, calls, depth - 1))
                .collect::<Vec<_>>()
        });
        calls.asserted.and(called)
    }

    /// The tests of a file: what G1 calls them by where they are in it.
    pub fn names(&self, path: &str) -> BTreeMap<Vec<String>, String> {
        let tests = self.files.get(path).and_then(|facts| facts.as_ref().ok()).map(|facts| facts.tests.as_slice());
        let tests = tests.unwrap_or_default().iter();
        tests.filter_map(|test| Some((test.path.clone(), self.name(path, test)?))).collect()
    }

    fn name(&self, path: &str, test: &Test) -> Option<String> {
        let (root, modules) = self.root(path)?;
        Some([vec![root], modules, test.path.clone()].concat().join("::"))
    }

    /// The root of the crate that a file belongs to, and the modules in between.
    fn root(&self, path: &str) -> Option<(String, Vec<String>)> {
        let modules = |inner: &str| -> Vec<String> {
            let stem = inner.strip_suffix(".rs").unwrap_or(inner);
            let stem = stem.strip_suffix("/mod").unwrap_or(stem);
            stem.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect()
        };
        if let Some(inner) = path.strip_prefix("tests/") {
            let (head, rest) = inner.split_once('/').unwrap_or((inner, ""));
            if rest.is_empty() {
                return Some((path.to_owned(), vec![]));
            }
            let main = format!("tests/{head}/main.rs");
            if self.files.contains_key(&main) {
                let modules = if rest == "main.rs" { vec![] } else { modules(rest) };
                return Some((main, modules));
            }
            // A module that several tests share: whose it is depends on who declares it.
            let owner = self.files.iter().find(|(path, facts)| {
                path.strip_prefix("tests/").is_some_and(|inner| !inner.contains('/'))
                    && facts.as_ref().is_ok_and(|facts| facts.modules.contains(head))
            });
            return owner.map(|(path, _)| (path.clone(), modules(inner)));
        }
        let inner = path.strip_prefix("src/")?;
        if is_root(path) {
            return Some((path.to_owned(), vec![]));
        }
        let modules = modules(inner);
        let declares = |root: &str| {
            self.files.get(root).is_some_and(|facts| {
                facts.as_ref().is_ok_and(|facts| modules.first().is_some_and(|first| facts.modules.contains(first)))
            })
        };
        let root = ["src/lib.rs", "src/main.rs"].into_iter().find(|root| declares(root))?;
        Some((root.to_owned(), modules))
    }
}

/// The whole name, or the end of it.
fn is_called(wanted: &str, name: &str) -> bool {
    let wanted = wanted.replace(" > ", "::");
    if name == wanted || name.ends_with(&format!("::{wanted}")) {
        return true;
    }
    // `api::adds_a_book` for `tests/api.rs::adds_a_book`.
    let short = name.strip_prefix("tests/").map(|name| name.replacen(".rs::", "::", 1));
    short.is_some_and(|short| short == wanted)
}

fn is_test_file(path: &str) -> bool {
    path.starts_with("tests/") || path.contains("/tests/") || path.ends_with("/tests.rs")
}

/// `#[cfg(test)]`
pub fn is_test_only(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.meta.require_list().is_ok_and(|list| list.tokens.to_string().trim() == "test")
    })
}

fn facts(path: &str, text: &str) -> Result<Facts, String> {
    let file = parsed(path, text)?;
    let mut reader = Reader { facts: Facts::default(), modules: vec![], hidden: 0, testing: false, open: vec![] };
    if is_test_file(path) {
        let lines = u32::try_from(text.lines().count()).unwrap_or(u32::MAX);
        reader.facts.places.regions.push((1, lines));
    }
    reader.visit_file(&file);
    Ok(reader.facts)
}

struct Reader {
    facts: Facts,
    modules: Vec<String>,
    /// Things around this one that are there under some condition only.
    hidden: u32,
    /// Inside a test itself: a panic there is what the test says; in a helper it is a broken set-up.
    testing: bool,
    open: Vec<Calls>,
}

fn lines(node: &impl Spanned) -> (u32, u32) {
    let span = node.span();
    let line = |line: usize| u32::try_from(line).unwrap_or(u32::MAX);
    (line(span.start().line), line(span.end().line))
}

/// Conditions other than being a test.
fn is_conditional(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| attribute.path().is_ident("cfg")) && !is_test_only(attributes)
}

impl Reader {
    fn function(&mut self, attributes: &[Attribute], name: &syn::Ident, whole: &impl Spanned, block: &syn::Block) {
        let has = |wanted: &str| {
            attributes.iter().any(|a| a.path().segments.last().is_some_and(|segment| segment.ident == wanted))
        };
        self.open.push(Calls {
            asserted: Asserted { states: has("should_panic"), denies: false },
            callees: BTreeSet::new(),
        });
        let around = self.testing;
        self.testing |= has("test");
        visit::visit_block(self, block);
        self.testing = around;
        let calls = self.open.pop().unwrap_or_default();
        let known = self.facts.functions.entry(name.to_string()).or_default();
        known.asserted = known.asserted | calls.asserted;
        known.callees.extend(calls.callees.iter().cloned());
        if has("test") {
            self.facts.places.regions.push(lines(whole));
            let path = self.modules.iter().cloned().chain([name.to_string()]).collect();
            let ignored = has("ignore") || self.hidden > 0 || is_conditional(attributes);
            self.facts.tests.push(Test { path, ignored, calls });
        }
    }

    fn note(&mut self, change: impl Fn(&mut Calls)) {
        self.open.iter_mut().for_each(change);
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.attrs, &item.sig.ident, item, &item.block);
    }
    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.attrs, &item.sig.ident, item, &item.block);
    }
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if item.content.is_none() {
            self.facts.modules.insert(item.ident.to_string());
        }
        if is_test_only(&item.attrs) {
            self.facts.places.regions.push(lines(item));
        }
        let hidden = u32::from(is_conditional(&item.attrs));
        self.hidden += hidden;
        self.modules.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
        self.modules.pop();
        self.hidden -= hidden;
    }
    fn visit_macro(&mut self, one: &'ast syn::Macro) {
        let name = one.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
        let arguments = one.parse_body_with(Arguments::parse_terminated).ok();
        let asserts = name.starts_with("assert") || name.starts_with("debug_assert");
        let says = name == "panic" && self.testing;
        if asserts || says {
            self.facts.places.asserts.push(lines(one).0);
            if has_names(one.tokens.clone()) || says {
                let asserted = Asserted::by(!says && denies(&name, arguments.as_ref()));
                self.note(|calls| calls.asserted = calls.asserted | asserted);
            }
        }
        // What is called inside is called: `assert!(…)` aside, `matches!`, `format!`, `vec!`.
        if let Some(arguments) = arguments {
            arguments.iter().for_each(|argument| {
                let mut names = Names(BTreeSet::new());
                names.visit_expr(argument);
                self.note(|calls| calls.callees.extend(names.0.iter().cloned()));
            });
        }
    }
    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let Expr::Path(path) = &*call.func
            && let Some(last) = path.path.segments.last()
        {
            let name = last.ident.to_string();
            self.note(|calls| {
                calls.callees.insert(name.clone());
            });
        }
        visit::visit_expr_call(self, call);
    }
    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        let name = call.method.to_string();
        self.note(|calls| {
            calls.callees.insert(name.clone());
        });
        visit::visit_expr_method_call(self, call);
    }
}

type Arguments = syn::punctuated::Punctuated<Expr, syn::Token![,]>;

/// Whether an assertion says only what is not so.
fn denies(name: &str, arguments: Option<&Arguments>) -> bool {
    match name.trim_start_matches("debug_") {
        "assert_ne" => true,
        "assert" => arguments.and_then(|all| all.first()).is_some_and(differs),
        _ => false,
    }
}

/// `a != b`, `!(a == b)`.
fn differs(expression: &Expr) -> bool {
    match expression {
        Expr::Binary(one) => matches!(one.op, syn::BinOp::Ne(_)),
        Expr::Unary(not) if matches!(not.op, syn::UnOp::Not(_)) => {
            let mut inner = &*not.expr;
            while let Expr::Paren(paren) = inner {
                inner = &paren.expr;
            }
            matches!(inner, Expr::Binary(one) if matches!(one.op, syn::BinOp::Eq(_)))
        }
        Expr::Paren(paren) => differs(&paren.expr),
        _ => false,
    }
}

/// Functions called in an expression.
struct Names(BTreeSet<String>);
impl<'ast> Visit<'ast> for Names {
    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let Expr::Path(path) = &*call.func
            && let Some(last) = path.path.segments.last()
        {
            self.0.insert(last.ident.to_string());
        }
        visit::visit_expr_call(self, call);
    }
}

/// Constants alone assert nothing about the product.
fn has_names(tokens: proc_macro2::TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        proc_macro2::TokenTree::Ident(ident) => ident != "true" && ident != "false",
        proc_macro2::TokenTree::Group(group) => has_names(group.stream()),
        _ => false,
    })
}
