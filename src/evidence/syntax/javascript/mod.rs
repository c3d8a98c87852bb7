//! JavaScript and TypeScript: the outline of a file, its tests, and its text without types.

mod erase;
mod imports;
mod marks;
mod modules;
mod network;
mod suite;

use super::outline::{Edit, Item, Kind, Outline, row};
use oxc_allocator::Allocator;
use oxc_ast::ast::{
    Argument, ArrayExpressionElement, ArrowFunctionExpression, AssignmentTarget, BindingPatternKind, CallExpression,
    Class, ClassElement, Declaration, ExportDefaultDeclarationKind, Expression, Function, FunctionBody,
    MethodDefinitionKind, NewExpression, ObjectExpression, ObjectPropertyKind, Program, PropertyKey, Statement,
    SwitchCase, VariableDeclarator,
};
use oxc_ast_visit::{Visit, walk};
use oxc_parser::Parser;
use oxc_span::{GetSpan, SourceType, Span};
use oxc_syntax::scope::ScopeFlags;

pub(super) use erase::erased;
pub(super) use imports::foreign;
pub(super) use marks::marked;
pub(super) use network::connects;
pub(super) use suite::Suite;

/// Endings of files that this module reads.
pub(super) const ENDINGS: [&str; 6] = ["js", "mjs", "cjs", "ts", "mts", "cts"];

/// True for files with types, which only a newer Node takes off by itself.
pub(super) fn is_typed(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, ending)| matches!(ending, "ts" | "mts" | "cts"))
}

/// Parses `text` and hands the program over.
fn parsed<T>(path: &str, text: &str, read: impl FnOnce(&Program<'_>) -> T) -> Result<T, String> {
    let allocator = Allocator::default();
    // A program without an ending is read as if it had this one.
    let named = if path.rsplit('/').next().is_some_and(|name| name.contains('.')) { path } else { "program.js" };
    let kind = SourceType::from_path(named).map_err(|error| format!("{path}: {error}"))?;
    // A `.js` file may be either kind of module; what is not a module is read as a script.
    let kinds = if named.ends_with(".js") { vec![kind, kind.with_script(true)] } else { vec![kind] };
    let mut said = String::new();
    for kind in kinds {
        let parsed = Parser::new(&allocator, text, kind).parse();
        match parsed.errors.first() {
            None => return Ok(read(&parsed.program)),
            Some(error) => said = error.to_string(),
        }
    }
    Err(format!("{path} cannot be parsed: {said}"))
}

pub(super) fn outline(path: &str, text: &str) -> Result<Outline, String> {
    parsed(path, text, |program| {
        let comments: Vec<(usize, usize)> = program.comments.iter().map(|comment| bytes(comment.span)).collect();
        let mut reader = Reader { text, comments: &comments, open: vec![vec![]], name: None };
        reader.visit_program(program);
        let items = reader.open.pop().unwrap_or_default();
        Outline { path: path.to_owned(), text: text.to_owned(), items, comments: comments.clone() }
    })
}

fn bytes(span: Span) -> (usize, usize) {
    (span.start as usize, span.end as usize)
}

fn source(text: &str, span: Span) -> &str {
    let (start, end) = bytes(span);
    text.get(start..end).unwrap_or_default()
}

struct Reader<'t> {
    text: &'t str,
    comments: &'t [(usize, usize)],
    /// Children found so far, outermost level first.
    open: Vec<Vec<Item>>,
    /// What the expression that comes next is called, and where the whole of it lies.
    name: Option<(Option<String>, Span)>,
}

impl<'a> Reader<'_> {
    fn item(
        &mut self,
        kind: Kind,
        (name, key): (Option<String>, Option<String>),
        span: Span,
        without: Result<Vec<Edit>, String>,
        children: impl FnOnce(&mut Self),
    ) {
        self.open.push(vec![]);
        self.name = None;
        children(self);
        let children = self.open.pop().unwrap_or_default();
        let (span, head) = (bytes(span), bytes(span).0);
        let item = Item { kind, name, key, words: vec![], span, head, without, switch: None, children };
        if let Some(level) = self.open.last_mut() {
            level.push(item);
        }
    }

    /// A function by any syntax, with the name and place of what holds it.
    fn function(&mut self, own: Span, body: &FunctionBody<'a>, expression: bool, constructor: bool) {
        let (name, span) = self.name.take().unwrap_or((None, own));
        let without = vec![emptied(body, expression, constructor)];
        self.item(Kind::Function, (name, None), span, Ok(without), |reader| walk::walk_function_body(reader, body));
    }

    fn row(
        &mut self,
        name: Option<String>,
        words: Vec<String>,
        span: Span,
        end: usize,
        children: impl FnOnce(&mut Self),
    ) {
        let without = row(self.text, self.comments, bytes(span), end);
        self.item(Kind::Row, (name, None), span, Ok(vec![without]), children);
        if let Some(row) = self.open.last_mut().and_then(|level| level.last_mut()) {
            row.words = words;
        }
    }

    /// Rows for what a call is given. The one list that `new Map(…)` or `Object.freeze(…)` gets is none itself: its rows are.
    fn arguments(&mut self, callee: &Expression<'a>, is_new: bool, arguments: &[Argument<'a>], span: Span) {
        let end = bytes(span).1.saturating_sub(1);
        let callee = source(self.text, callee.span());
        let wraps = is_new || callee.starts_with("Object.") || callee.starts_with("Array.");
        for argument in arguments {
            let value = argument.as_expression();
            let is_list = value.is_some_and(|value| {
                matches!(unwrapped(value), Expression::ArrayExpression(_) | Expression::ObjectExpression(_))
            });
            let said = value.filter(|_| !(wraps && is_list && arguments.len() == 1));
            let words = said.filter(|_| !is_list).map(|value| words(self.text, value)).unwrap_or_default();
            self.row(said.and_then(constant), words, argument.span(), end, |reader| reader.visit_argument(argument));
        }
    }

    /// A declaration or assignment of a name: a function when its value is one.
    fn defined(&mut self, name: Option<String>, span: Span, value: Option<&Expression<'a>>) {
        match value.map(unwrapped) {
            Some(Expression::ArrowFunctionExpression(_) | Expression::FunctionExpression(_)) => {
                self.name = Some((name, span));
                if let Some(value) = value {
                    self.visit_expression(value);
                }
            }
            Some(Expression::ClassExpression(class)) => self.class(class, name, span),
            Some(inner) => {
                let without = Ok(vec![Edit::new(
                    inner.span().start as usize,
                    inner.span().end as usize,
                    empty(self.text, inner),
                )]);
                self.item(Kind::Statement, (name, None), span, without, |reader| reader.visit_expression(inner));
            }
            None => {
                let without = Err("it declares a name and does nothing else".to_owned());
                self.item(Kind::Statement, (name, None), span, without, |_| {});
            }
        }
    }

    fn class(&mut self, class: &Class<'a>, name: Option<String>, span: Span) {
        let name = name.or_else(|| class.id.as_ref().map(|id| id.name.to_string()));
        let without = Err("it is more than one function".to_owned());
        self.item(Kind::Scope, (name, None), span, without, |reader| reader.visit_class_body(&class.body));
    }

    fn declaration(&mut self, declaration: &Declaration<'a>, span: Span) {
        match declaration {
            Declaration::FunctionDeclaration(function) => {
                self.name = Some((function.id.as_ref().map(|id| id.name.to_string()), span));
                self.visit_function(function, ScopeFlags::Function);
            }
            Declaration::ClassDeclaration(class) => self.class(class, None, span),
            Declaration::VariableDeclaration(variables) => match variables.declarations.as_slice() {
                [one] => self.variable(one, span),
                many => many.iter().for_each(|one| self.variable(one, one.span)),
            },
            // Types do nothing at run time.
            _ => self.idle(span),
        }
    }

    fn variable(&mut self, variable: &VariableDeclarator<'a>, span: Span) {
        let name = match &variable.id.kind {
            BindingPatternKind::BindingIdentifier(id) => Some(id.name.to_string()),
            _ => None,
        };
        self.defined(name, span, variable.init.as_ref());
    }

    fn idle(&mut self, span: Span) {
        self.item(Kind::Statement, (None, None), span, Err("it does nothing at run time".to_owned()), |_| {});
    }
}

impl<'a> Visit<'a> for Reader<'_> {
    fn visit_statement(&mut self, statement: &Statement<'a>) {
        let span = statement.span();
        if let Some(declaration) = statement.as_declaration() {
            return self.declaration(declaration, span);
        }
        match statement {
            Statement::EmptyStatement(_) => {}
            Statement::BlockStatement(block) => walk::walk_block_statement(self, block),
            Statement::ExportNamedDeclaration(export) => match &export.declaration {
                Some(declaration) => self.declaration(declaration, span),
                None => self.idle(span),
            },
            Statement::ExportDefaultDeclaration(export) => match &export.declaration {
                ExportDefaultDeclarationKind::FunctionDeclaration(function) => {
                    let name = function.id.as_ref().map_or("default", |id| id.name.as_str());
                    self.name = Some((Some(name.to_owned()), span));
                    self.visit_function(function, ScopeFlags::Function);
                }
                ExportDefaultDeclarationKind::ClassDeclaration(class) => self.class(class, None, span),
                other => match other.as_expression() {
                    Some(value) => self.defined(Some("default".to_owned()), span, Some(value)),
                    None => self.idle(span),
                },
            },
            Statement::ImportDeclaration(_)
            | Statement::ExportAllDeclaration(_)
            | Statement::TSExportAssignment(_)
            | Statement::TSNamespaceExportDeclaration(_) => self.idle(span),
            Statement::ExpressionStatement(outer) => match &outer.expression {
                Expression::AssignmentExpression(assignment) => {
                    let target = assigned(self.text, &assignment.left);
                    self.defined(Some(target), span, Some(&assignment.right));
                }
                expression => {
                    let key = registration(self.text, expression);
                    let without = Ok(vec![Edit::new(bytes(span).0, bytes(span).1, ";")]);
                    self.item(Kind::Statement, (None, key), span, without, |reader| {
                        reader.visit_expression(expression)
                    });
                }
            },
            other => {
                let without = Ok(vec![Edit::new(bytes(span).0, bytes(span).1, ";")]);
                self.item(Kind::Statement, (None, None), span, without, |reader| walk::walk_statement(reader, other));
            }
        }
    }

    fn visit_function(&mut self, function: &Function<'a>, _: ScopeFlags) {
        match &function.body {
            Some(body) => self.function(function.span, body, false, false),
            None => self.name = None,
        }
    }

    fn visit_arrow_function_expression(&mut self, arrow: &ArrowFunctionExpression<'a>) {
        self.function(arrow.span, &arrow.body, arrow.expression, false);
    }

    fn visit_class(&mut self, class: &Class<'a>) {
        self.class(class, None, class.span);
    }

    fn visit_class_element(&mut self, element: &ClassElement<'a>) {
        match element {
            ClassElement::MethodDefinition(method) => {
                if let Some(body) = &method.value.body {
                    self.name = Some((key_name(&method.key), method.span));
                    let constructor = method.kind == MethodDefinitionKind::Constructor;
                    self.function(method.span, body, false, constructor);
                }
            }
            ClassElement::PropertyDefinition(property) => {
                self.defined(key_name(&property.key), property.span, property.value.as_ref());
            }
            other => walk::walk_class_element(self, other),
        }
    }

    fn visit_array_expression(&mut self, array: &oxc_ast::ast::ArrayExpression<'a>) {
        let end = bytes(array.span).1.saturating_sub(1);
        for element in &array.elements {
            if matches!(element, ArrayExpressionElement::Elision(_)) {
                continue;
            }
            let value = element.as_expression();
            let words = value.map(|value| words(self.text, value)).unwrap_or_default();
            self.row(value.and_then(constant), words, element.span(), end, |reader| {
                reader.visit_array_expression_element(element)
            });
        }
    }

    fn visit_object_expression(&mut self, object: &ObjectExpression<'a>) {
        let end = bytes(object.span).1.saturating_sub(1);
        for property in &object.properties {
            match property {
                ObjectPropertyKind::ObjectProperty(one) => {
                    let name = key_name(&one.key);
                    if is_function(&one.value) {
                        self.name = Some((name, one.span));
                        self.visit_expression(&one.value);
                    } else {
                        let words = name.iter().cloned().chain(words(self.text, &one.value)).collect();
                        self.row(name, words, one.span, end, |reader| reader.visit_expression(&one.value));
                    }
                }
                ObjectPropertyKind::SpreadProperty(spread) => {
                    let words = words(self.text, &spread.argument);
                    self.row(None, words, spread.span, end, |reader| reader.visit_expression(&spread.argument));
                }
            }
        }
    }

    fn visit_call_expression(&mut self, call: &CallExpression<'a>) {
        self.name = None;
        self.visit_expression(&call.callee);
        self.arguments(&call.callee, false, &call.arguments, call.span);
    }

    fn visit_new_expression(&mut self, new: &NewExpression<'a>) {
        self.name = None;
        self.visit_expression(&new.callee);
        self.arguments(&new.callee, true, &new.arguments, new.span);
    }

    fn visit_switch_case(&mut self, case: &SwitchCase<'a>) {
        // What falls through to it from above still runs it: only its own label goes.
        let without = match &case.test {
            Some(test) => Ok(vec![Edit::new(bytes(test.span()).0, bytes(test.span()).1, "Symbol()")]),
            None => Err("it is what happens otherwise".to_owned()),
        };
        let name = case.test.as_ref().and_then(constant);
        self.item(Kind::Row, (name, None), case.span, without, |reader| {
            case.consequent.iter().for_each(|statement| reader.visit_statement(statement));
        });
    }
}

fn unwrapped<'e, 'a>(mut expression: &'e Expression<'a>) -> &'e Expression<'a> {
    loop {
        expression = match expression {
            Expression::ParenthesizedExpression(inner) => &inner.expression,
            Expression::TSAsExpression(inner) => &inner.expression,
            Expression::TSSatisfiesExpression(inner) => &inner.expression,
            Expression::TSNonNullExpression(inner) => &inner.expression,
            other => return other,
        };
    }
}

fn is_function(expression: &Expression<'_>) -> bool {
    matches!(unwrapped(expression), Expression::ArrowFunctionExpression(_) | Expression::FunctionExpression(_))
}

fn assigned(text: &str, target: &AssignmentTarget<'_>) -> String {
    source(text, target.span()).to_owned()
}

fn key_name(key: &PropertyKey<'_>) -> Option<String> {
    key.name().map(|name| name.into_owned())
}

/// What a row says: its constants and the names in it, in order; of an object with one property its key as well.
fn words(text: &str, expression: &Expression<'_>) -> Vec<String> {
    let of = |argument: &Argument<'_>| argument.as_expression().map(|value| words(text, value)).unwrap_or_default();
    match unwrapped(expression) {
        Expression::Identifier(name) => vec![name.name.to_string()],
        Expression::StaticMemberExpression(member) => vec![source(text, member.span).to_owned()],
        Expression::BooleanLiteral(literal) => vec![literal.value.to_string()],
        Expression::ArrayExpression(array) => {
            array.elements.iter().filter_map(|one| one.as_expression()).flat_map(|one| words(text, one)).collect()
        }
        Expression::CallExpression(call) => call.arguments.iter().flat_map(of).collect(),
        Expression::NewExpression(new) => new.arguments.iter().flat_map(of).collect(),
        Expression::ObjectExpression(object) => {
            let alone = object.properties.len() == 1;
            let said = |property: &ObjectPropertyKind<'_>| match property {
                ObjectPropertyKind::ObjectProperty(one) => {
                    let key = key_name(&one.key).filter(|_| alone);
                    key.into_iter().chain(words(text, &one.value)).collect()
                }
                ObjectPropertyKind::SpreadProperty(spread) => words(text, &spread.argument),
            };
            object.properties.iter().flat_map(said).collect()
        }
        other => constant(other).into_iter().collect(),
    }
}

/// The constant that names a row: itself, its first element, argument or value.
fn constant(expression: &Expression<'_>) -> Option<String> {
    match unwrapped(expression) {
        Expression::StringLiteral(text) => Some(text.value.to_string()),
        Expression::NumericLiteral(number) => Some(number.value.to_string()),
        Expression::TemplateLiteral(text) => text.single_quasi().map(|quasi| quasi.to_string()),
        Expression::ArrayExpression(array) => constant(array.elements.first()?.as_expression()?),
        Expression::CallExpression(call) => constant(call.arguments.first()?.as_expression()?),
        Expression::NewExpression(new) => constant(new.arguments.first()?.as_expression()?),
        Expression::ObjectExpression(object) => match object.properties.first()? {
            ObjectPropertyKind::ObjectProperty(property) => constant(&property.value),
            ObjectPropertyKind::SpreadProperty(_) => None,
        },
        _ => None,
    }
}

/// `router.get("/x", …)`: the function and its leading constants name it.
fn registration(text: &str, expression: &Expression<'_>) -> Option<String> {
    let Expression::CallExpression(call) = unwrapped(expression) else { return None };
    let constants: Vec<String> =
        call.arguments.iter().map_while(|argument| argument.as_expression().and_then(constant)).collect();
    (!constants.is_empty()).then(|| format!("{}({})", source(text, call.callee.span()), constants.join(",")))
}

/// The signature stays, and what a derived class must say first.
fn emptied(body: &FunctionBody<'_>, expression: bool, constructor: bool) -> Edit {
    let (start, end) = bytes(body.span);
    if let (true, Some(only)) = (expression, body.statements.first()) {
        let (start, end) = bytes(only.span());
        return Edit::new(start, end, "undefined");
    }
    let calls_super = constructor
        && body.statements.iter().any(|statement| match statement {
            Statement::ExpressionStatement(outer) => match &outer.expression {
                Expression::CallExpression(call) => matches!(call.callee, Expression::Super(_)),
                _ => false,
            },
            _ => false,
        });
    Edit::new(start, end, if calls_super { "{ super(...arguments); }" } else { "{}" })
}

/// The empty value of the same type, as far as the syntax tells it.
fn empty(text: &str, value: &Expression<'_>) -> String {
    let fixed = match unwrapped(value) {
        Expression::ArrayExpression(_) => "[]",
        Expression::ObjectExpression(_) => "{}",
        Expression::StringLiteral(_) | Expression::TemplateLiteral(_) => "''",
        Expression::NumericLiteral(_) => "0",
        Expression::BigIntLiteral(_) => "0n",
        Expression::BooleanLiteral(_) => "false",
        Expression::RegExpLiteral(_) => "/(?!)/",
        Expression::NewExpression(new) => {
            let callee = source(text, new.callee.span());
            let known = ["Map", "Set", "WeakMap", "WeakSet", "Array", "Object"].contains(&callee);
            return if known { format!("new {callee}()") } else { "undefined".to_owned() };
        }
        Expression::CallExpression(call) => match (source(text, call.callee.span()), call.arguments.as_slice()) {
            ("Object.freeze" | "Object.seal", [only]) => {
                let inner = only.as_expression().map_or_else(|| "{}".to_owned(), |inner| empty(text, inner));
                return format!("Object.freeze({inner})");
            }
            ("Object.fromEntries", _) => "{}",
            ("Object.keys" | "Object.values" | "Object.entries" | "Array.from", _) => "[]",
            ("String", _) => "''",
            ("Number", _) => "0",
            ("Boolean", _) => "false",
            _ => "undefined",
        },
        _ => "undefined",
    };
    fixed.to_owned()
}

#[cfg(test)]
mod tests;
