//! The tests of `node:test` files: what they are called, whether they are skipped, whether they assert anything.

use super::{super::asserted::Asserted, ENDINGS, constant, parsed, unwrapped};
use oxc_ast::ast::{
    Argument, CallExpression, Class, ClassElement, Expression, Function, ImportDeclaration, ImportDeclarationSpecifier,
    ObjectProperty, ObjectPropertyKind, VariableDeclarator,
};
use oxc_ast_visit::{Visit, walk};
use oxc_syntax::{
    operator::{BinaryOperator, UnaryOperator},
    scope::ScopeFlags,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Component, Path, PathBuf},
};

/// Between the names of a file, its suites and a test.
pub const SEPARATOR: &str = " > ";
const DEPTH: u32 = 5;

/// The test files of a tree, by path.
#[derive(Debug, Default)]
pub struct Suite {
    files: BTreeMap<String, Result<Facts, String>>,
}

/// What a file says about tests and about functions that assert.
#[derive(Debug, Default)]
struct Facts {
    tests: Vec<Test>,
    functions: BTreeMap<String, Calls>,
    /// What is imported: module and name there, by the name here.
    imports: BTreeMap<String, (String, String)>,
}

#[derive(Debug)]
struct Test {
    /// Suites and the test itself; a `*` stands for what is only known at run time.
    names: Vec<String>,
    skipped: bool,
    calls: Calls,
}

#[derive(Debug, Default, Clone)]
struct Calls {
    asserted: Asserted,
    skips: bool,
    /// Object, if any, and function.
    callees: BTreeSet<(Option<String>, String)>,
}

impl Suite {
    /// Reads every file of the tree in the working directory.
    pub fn read(files: &[String], text: impl Fn(&str) -> Option<String>) -> Self {
        let files = files
            .iter()
            .filter(|path| path.rsplit_once('.').is_some_and(|(_, ending)| ENDINGS.contains(&ending)))
            .filter_map(|path| Some((path.clone(), facts(path, &text(path)?))))
            .collect();
        Self { files }
    }

    /// The file of a test, the name that G1 knows it by, and what it asserts; a problem when it is missing, skipped, or asserts
    /// nothing.
    pub fn check(&self, wanted: &str) -> Result<(String, String, Asserted), String> {
        let found: Vec<(&str, &Facts, &Test)> = self
            .files
            .iter()
            .filter_map(|(path, facts)| Some((path.as_str(), facts.as_ref().ok()?)))
            .flat_map(|(path, facts)| facts.tests.iter().map(move |test| (path, facts, test)))
            .filter(|(path, _, test)| is_called(wanted, path, test))
            .collect();
        let [(path, facts, test)] = found.as_slice() else {
            if let Some(error) = self.files.values().find_map(|facts| facts.as_ref().err().filter(|_| found.is_empty()))
            {
                return Err(format!("there is no test {wanted:?}, and {error}"));
            }
            let many = format!(
                "{} tests are called {wanted:?}; name the file and the suites: file > suite > test",
                found.len()
            );
            return Err(if found.is_empty() { format!("there is no test {wanted:?}") } else { many });
        };
        if test.skipped || test.calls.skips {
            return Err(format!("{wanted} is skipped"));
        }
        let asserted = self.asserted(path, facts, &test.calls, DEPTH);
        if !asserted.anything() {
            return Err(format!("{wanted} asserts nothing"));
        }
        let name = if test.names.iter().any(|name| name.contains('*')) {
            // Its name is made at run time: what was asked for is the name.
            let last: Vec<&str> = wanted.split(SEPARATOR).filter(|part| part != path).collect();
            last.join(SEPARATOR)
        } else {
            test.names.join(SEPARATOR)
        };
        Ok(((*path).to_owned(), format!("{path}{SEPARATOR}{name}"), asserted))
    }

    fn asserted(&self, path: &str, facts: &Facts, calls: &Calls, depth: u32) -> Asserted {
        if depth == 0 {
            return calls.asserted;
        }
        let called = calls.callees.iter().map(|(object, name)| {
            let object = object.as_deref().filter(|object| *object != "this");
            if object.is_none()
                && let Some(own) = facts.functions.get(name)
            {
                return self.asserted(path, facts, own, depth - 1);
            }
            let Some((module, there)) = facts.imports.get(object.unwrap_or(name)) else { return Asserted::NOTHING };
            let Some((file, Ok(other))) = self.resolve(path, module) else { return Asserted::NOTHING };
            let wanted = if object.is_some() { name } else { there };
            let calls = other.functions.get(wanted);
            calls.map_or(Asserted::NOTHING, |calls| self.asserted(file, other, calls, depth - 1))
        });
        calls.asserted.and(called)
    }

    fn resolve(&self, from: &str, module: &str) -> Option<(&str, &Result<Facts, String>)> {
        if !module.starts_with('.') {
            return None;
        }
        let mut path = PathBuf::new();
        for part in Path::new(from).parent()?.join(module).components() {
            match part {
                Component::ParentDir => {
                    path.pop();
                }
                Component::Normal(name) => path.push(name),
                _ => {}
            }
        }
        let path = path.to_string_lossy().into_owned();
        let endings = ENDINGS.iter().flat_map(|ending| [format!("{path}.{ending}"), format!("{path}/index.{ending}")]);
        std::iter::once(path.clone())
            .chain(endings)
            .find_map(|path| self.files.get_key_value(&path))
            .map(|(path, facts)| (path.as_str(), facts))
    }
}

/// `file > suite > test`, or the end of it, down to the test alone.
fn is_called(wanted: &str, path: &str, test: &Test) -> bool {
    let own: Vec<&str> = std::iter::once(path).chain(test.names.iter().map(String::as_str)).collect();
    if own.join(SEPARATOR) == wanted || test.names.last().is_some_and(|name| name == wanted) {
        return true;
    }
    let parts: Vec<&str> = wanted.split(SEPARATOR).flat_map(|part| part.split("::")).map(str::trim).collect();
    let Some(from) = own.len().checked_sub(parts.len()) else { return false };
    parts.iter().zip(own.get(from..).unwrap_or_default()).all(|(part, name)| fits(name, part))
}

/// `*` in the pattern stands for anything.
fn fits(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let mut last = None;
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
        last = Some(part);
    }
    rest.is_empty() || last == Some("")
}

fn facts(path: &str, text: &str) -> Result<Facts, String> {
    parsed(path, text, |program| {
        let mut reader = Reader { facts: Facts::default(), suites: vec![], skipped: 0, open: vec![] };
        reader.visit_program(program);
        reader.facts
    })
}

struct Reader {
    facts: Facts,
    suites: Vec<String>,
    skipped: u32,
    /// Functions and tests that are open: what is called counts for all of them.
    open: Vec<Calls>,
}

const TESTS: [&str; 2] = ["test", "it"];
const SUITES: [&str; 2] = ["describe", "suite"];

/// `test`, `it.skip`, `t.test`: what is declared, and what is done with it.
fn declares(callee: &Expression<'_>) -> Option<(bool, Option<String>)> {
    let kind = |name: &str| TESTS.contains(&name).then_some(true).or(SUITES.contains(&name).then_some(false));
    match unwrapped(callee) {
        Expression::Identifier(id) => Some((kind(&id.name)?, None)),
        Expression::StaticMemberExpression(member) => {
            let Expression::Identifier(object) = &member.object else { return None };
            match kind(&object.name) {
                // `test.skip(…)`, and `test.describe(…)` of the default import.
                Some(test) => match kind(&member.property.name) {
                    Some(inner) => Some((inner, None)),
                    None => Some((test, Some(member.property.name.to_string()))),
                },
                None => (member.property.name == "test").then_some((true, None)),
            }
        }
        _ => None,
    }
}

fn title(argument: Option<&Argument<'_>>) -> Option<String> {
    match unwrapped(argument?.as_expression()?) {
        Expression::TemplateLiteral(template) if !template.expressions.is_empty() => {
            Some(template.quasis.iter().map(|quasi| quasi.value.raw.as_str()).collect::<Vec<_>>().join("*"))
        }
        Expression::StringLiteral(_) | Expression::TemplateLiteral(_) => constant(argument?.as_expression()?),
        Expression::BinaryExpression(_) | Expression::Identifier(_) => Some("*".to_owned()),
        _ => None,
    }
}

/// `{ skip: true }` or `{ todo: … }`, anything but a plain false.
fn is_disabled(arguments: &[Argument<'_>]) -> bool {
    arguments.iter().any(|argument| {
        let Some(Expression::ObjectExpression(object)) = argument.as_expression().map(unwrapped) else { return false };
        object.properties.iter().any(|property| match property {
            ObjectPropertyKind::ObjectProperty(one) => {
                let named = one.key.name().is_some_and(|name| matches!(&*name, "skip" | "todo"));
                named && !matches!(&one.value, Expression::BooleanLiteral(literal) if !literal.value)
            }
            ObjectPropertyKind::SpreadProperty(_) => false,
        })
    })
}

fn is_constant(argument: &Argument<'_>) -> bool {
    argument.as_expression().is_some_and(|expression| {
        matches!(
            unwrapped(expression),
            Expression::BooleanLiteral(_)
                | Expression::NullLiteral(_)
                | Expression::NumericLiteral(_)
                | Expression::StringLiteral(_)
        )
    })
}

impl<'a> Reader {
    /// What `body` calls, kept under a name.
    fn function(&mut self, name: Option<String>, body: impl FnOnce(&mut Self)) -> Calls {
        self.open.push(Calls::default());
        body(self);
        let calls = self.open.pop().unwrap_or_default();
        if let Some(name) = name {
            // Several of one name: what any of them does, a caller may do.
            let known = self.facts.functions.entry(name).or_default();
            known.asserted = known.asserted | calls.asserted;
            known.callees.extend(calls.callees.iter().cloned());
        }
        calls
    }

    fn note(&mut self, change: impl Fn(&mut Calls)) {
        self.open.iter_mut().for_each(change);
    }

    fn called(&mut self, call: &CallExpression<'a>) {
        let real = call.arguments.iter().any(|argument| !is_constant(argument));
        match unwrapped(&call.callee) {
            Expression::Identifier(id) => {
                let name = id.name.to_string();
                let imported = self.facts.imports.get(&name);
                let module = imported.map(|(module, _)| module.as_str());
                let asserts = name == "assert" || module.is_some_and(is_assertions);
                let expects = name == "expect" && module.is_some_and(|module| !module.starts_with('.'));
                if (asserts && real) || expects {
                    let function = imported.map_or(name.as_str(), |(_, there)| there.as_str());
                    let asserted = Asserted::by(!expects && denies(function, &call.arguments));
                    return self.note(|calls| calls.asserted = calls.asserted | asserted);
                }
                self.note(|calls| {
                    calls.callees.insert((None, name.clone()));
                });
            }
            Expression::StaticMemberExpression(member) => {
                let name = member.property.name.to_string();
                let object = match unwrapped(&member.object) {
                    Expression::Identifier(id) => id.name.to_string(),
                    Expression::ThisExpression(_) => "this".to_owned(),
                    // `t.assert.equal(…)` and `assert.strict.equal(…)`.
                    Expression::StaticMemberExpression(inner) => inner.property.name.to_string(),
                    _ => return,
                };
                let imported = self.facts.imports.get(&object).is_some_and(|(module, _)| is_assertions(module));
                let asserts = imported || matches!(object.as_str(), "assert" | "strict");
                if asserts && (real || name == "fail") {
                    let asserted = Asserted::by(denies(&name, &call.arguments));
                    return self.note(|calls| calls.asserted = calls.asserted | asserted);
                }
                if matches!(name.as_str(), "skip" | "todo") {
                    return self.note(|calls| calls.skips = true);
                }
                self.note(|calls| {
                    calls.callees.insert((Some(object.clone()), name.clone()));
                });
            }
            _ => {}
        }
    }
}

/// Whether an assertion of `node:assert` says only what is not so: that something is not equal, or does not match.
fn denies(function: &str, arguments: &[Argument<'_>]) -> bool {
    match function {
        "notEqual" | "notStrictEqual" | "notDeepEqual" | "notDeepStrictEqual" => {
            !arguments.iter().any(|one| one.as_expression().is_some_and(is_nothing))
        }
        "doesNotMatch" => true,
        "assert" | "ok" | "default" | "strict" => {
            arguments.first().and_then(|one| one.as_expression()).is_some_and(differs)
        }
        _ => false,
    }
}

/// To be other than nothing is to be something.
fn is_nothing(expression: &Expression<'_>) -> bool {
    match unwrapped(expression) {
        Expression::NullLiteral(_) => true,
        Expression::Identifier(id) => id.name == "undefined",
        _ => false,
    }
}

/// `a !== b`, `!(a === b)`.
fn differs(expression: &Expression<'_>) -> bool {
    let compares = |expression: &Expression<'_>, equal: bool| match unwrapped(expression) {
        Expression::BinaryExpression(one) if is_nothing(&one.left) || is_nothing(&one.right) => false,
        Expression::BinaryExpression(one) => match one.operator {
            BinaryOperator::Equality | BinaryOperator::StrictEquality => equal,
            BinaryOperator::Inequality | BinaryOperator::StrictInequality => !equal,
            _ => false,
        },
        _ => false,
    };
    match unwrapped(expression) {
        Expression::UnaryExpression(not) if not.operator == UnaryOperator::LogicalNot => compares(&not.argument, true),
        other => compares(other, false),
    }
}

fn is_assertions(module: &str) -> bool {
    matches!(module.strip_prefix("node:").unwrap_or(module), "assert" | "assert/strict")
}

impl<'a> Visit<'a> for Reader {
    fn visit_import_declaration(&mut self, it: &ImportDeclaration<'a>) {
        let module = it.source.value.to_string();
        for specifier in it.specifiers.iter().flatten() {
            let (local, there) = match specifier {
                ImportDeclarationSpecifier::ImportSpecifier(one) => (&one.local, one.imported.name().to_string()),
                ImportDeclarationSpecifier::ImportDefaultSpecifier(one) => (&one.local, "default".to_owned()),
                ImportDeclarationSpecifier::ImportNamespaceSpecifier(one) => (&one.local, "*".to_owned()),
            };
            self.facts.imports.insert(local.name.to_string(), (module.clone(), there));
        }
    }

    fn visit_variable_declarator(&mut self, it: &VariableDeclarator<'a>) {
        let names = it.id.get_binding_identifiers();
        // `const { a, b } = require("./support")`
        if let Some(Expression::CallExpression(call)) = it.init.as_ref().map(unwrapped)
            && let Expression::Identifier(id) = &call.callee
            && id.name == "require"
            && let Some(module) = call.arguments.first().and_then(|a| a.as_expression()).and_then(constant)
        {
            for name in names {
                self.facts.imports.insert(name.name.to_string(), (module.clone(), name.name.to_string()));
            }
            return;
        }
        let name = it.id.get_identifier_name().map(|name| name.to_string());
        match &it.init {
            Some(init) if super::is_function(init) => {
                self.function(name, |reader| reader.visit_expression(init));
            }
            _ => walk::walk_variable_declarator(self, it),
        }
    }

    fn visit_function(&mut self, it: &Function<'a>, flags: ScopeFlags) {
        let name = it.id.as_ref().map(|id| id.name.to_string());
        match &name {
            Some(_) => {
                self.function(name, |reader| walk::walk_function(reader, it, flags));
            }
            None => walk::walk_function(self, it, flags),
        }
    }

    fn visit_class(&mut self, it: &Class<'a>) {
        for element in &it.body.body {
            if let ClassElement::MethodDefinition(method) = element {
                let name = method.key.name().map(|name| name.into_owned());
                self.function(name, |reader| walk::walk_method_definition(reader, method));
            } else {
                self.visit_class_element(element);
            }
        }
    }

    fn visit_object_property(&mut self, it: &ObjectProperty<'a>) {
        if super::is_function(&it.value) {
            let name = it.key.name().map(|name| name.into_owned());
            self.function(name, |reader| reader.visit_expression(&it.value));
        } else {
            walk::walk_object_property(self, it);
        }
    }

    fn visit_call_expression(&mut self, it: &CallExpression<'a>) {
        let declared = declares(&it.callee).zip(title(it.arguments.first()));
        let Some(((is_test, how), title)) = declared else {
            self.called(it);
            return walk::walk_call_expression(self, it);
        };
        let disabled = is_disabled(&it.arguments) || matches!(how.as_deref(), Some("skip" | "todo"));
        self.skipped += u32::from(disabled);
        self.suites.push(title);
        let calls = self.function(None, |reader| {
            it.arguments.iter().skip(1).for_each(|argument| reader.visit_argument(argument));
        });
        if is_test {
            self.facts.tests.push(Test { names: self.suites.clone(), skipped: self.skipped > 0, calls });
        }
        self.suites.pop();
        self.skipped -= u32::from(disabled);
    }
}
