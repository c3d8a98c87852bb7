//! Rust: the outline of a file, with switches instead of deletions wherever one build can hold them.

mod instrument;
mod marks;
mod suite;

use super::outline::{Edit, Item, Kind, Outline, row};
use syn::{
    Attribute, Block, Expr, ImplItem, ItemFn, Pat, ReturnType, Signature, Stmt, Token, TraitItem,
    punctuated::Punctuated,
    spanned::Spanned,
    visit::{self, Visit},
};

pub(super) use instrument::{Instrumented, instrumented};
pub(super) use suite::Suite;

/// Where instrumented code finds its switches. Not one word, because it is a path of the product's crate, not of this one.
const SWITCHES: &str = concat!("crate", "::__g1");

pub(super) fn outline(path: &str, text: &str) -> Result<Outline, String> {
    let file = parsed(path, text)?;
    let comments = comments(text);
    let mut reader = Reader { text, comments: &comments, open: vec![vec![]] };
    file.items.iter().for_each(|item| reader.item(item));
    let items = reader.open.pop().unwrap_or_default();
    Ok(Outline { path: path.to_owned(), text: text.to_owned(), items, comments })
}

fn parsed(path: &str, text: &str) -> Result<syn::File, String> {
    syn::parse_file(text).map_err(|error| {
        let at = error.span().start();
        format!("{path}:{}: cannot be parsed: {error}", at.line)
    })
}

fn bytes(node: &impl Spanned) -> (usize, usize) {
    let range = node.span().byte_range();
    (range.start, range.end)
}

/// Comments, found by a small scanner, for the parser drops them. Strings and characters are passed over.
fn comments(text: &str) -> Vec<(usize, usize)> {
    let bytes = text.as_bytes();
    let mut found = vec![];
    let mut at = 0;
    let find = |from: usize, what: &str| text.get(from..).and_then(|rest| rest.find(what)).map(|at| from + at);
    while at < bytes.len() {
        let rest = &bytes[at..];
        if rest.starts_with(b"//") {
            let end = find(at, "\n").unwrap_or(bytes.len());
            found.push((at, end));
            at = end;
        } else if rest.starts_with(b"/*") {
            let (start, mut depth) = (at, 0_u32);
            while at < bytes.len() {
                if bytes[at..].starts_with(b"/*") {
                    depth += 1;
                    at += 2;
                } else if bytes[at..].starts_with(b"*/") {
                    depth -= 1;
                    at += 2;
                    if depth == 0 {
                        break;
                    }
                } else {
                    at += 1;
                }
            }
            found.push((start, at));
        } else if rest.starts_with(b"r\"") || rest.starts_with(b"r#") {
            let hashes = rest[1..].iter().take_while(|byte| **byte == b'#').count();
            if rest.get(1 + hashes) == Some(&b'"') {
                let close = format!("\"{}", "#".repeat(hashes));
                at = find(at + 2 + hashes, &close).map_or(bytes.len(), |end| end + close.len());
            } else {
                at += 1 + hashes;
            }
        } else if rest[0] == b'"' {
            at += 1;
            while at < bytes.len() && bytes[at] != b'"' {
                at += if bytes[at] == b'\\' { 2 } else { 1 };
            }
            at += 1;
        } else if rest[0] == b'\'' {
            // A character, not a lifetime: it closes soon.
            let escaped = rest.get(1) == Some(&b'\\');
            let width = text.get(at + 1..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
            let close = if escaped { find(at + 3, "'") } else { Some(at + 1 + width) };
            at = match close {
                Some(close) if bytes.get(close) == Some(&b'\'') => close + 1,
                _ => at + 1,
            };
        } else {
            at += 1;
        }
    }
    found
}

/// The first byte of code: documentation is none.
fn start(attributes: &[Attribute], otherwise: usize) -> usize {
    let code = attributes.iter().filter(|attribute| !attribute.path().is_ident("doc"));
    code.map(|attribute| bytes(attribute).0).min().unwrap_or(otherwise).min(otherwise)
}

struct Reader<'t> {
    text: &'t str,
    comments: &'t [(usize, usize)],
    open: Vec<Vec<Item>>,
}

/// What an item is before its children are known.
struct New {
    kind: Kind,
    name: Option<String>,
    key: Option<String>,
    words: Vec<String>,
    span: (usize, usize),
    head: usize,
    without: Result<Vec<Edit>, String>,
    switch: Option<Vec<Edit>>,
}

impl New {
    fn fixed(kind: Kind, name: Option<String>, span: (usize, usize), why: &str) -> Self {
        Self { kind, name, key: None, words: vec![], span, head: span.0, without: Err(why.to_owned()), switch: None }
    }
}

impl<'t> Reader<'t> {
    fn add(&mut self, new: New, children: impl FnOnce(&mut Self)) {
        self.open.push(vec![]);
        children(self);
        let children = self.open.pop().unwrap_or_default();
        let New { kind, name, key, words, span, head, without, switch } = new;
        if let Some(level) = self.open.last_mut() {
            level.push(Item { kind, name, key, words, span, head, without, switch, children });
        }
    }

    fn source(&self, node: &impl Spanned) -> &'t str {
        let (start, end) = bytes(node);
        self.text.get(start..end).unwrap_or_default()
    }

    fn item(&mut self, item: &syn::Item) {
        let end = bytes(item).1;
        match item {
            syn::Item::Fn(ItemFn { attrs, vis, sig, block, .. }) => {
                let first = bytes(vis).0.min(bytes(sig).0);
                let first = if matches!(vis, syn::Visibility::Inherited) { bytes(sig).0 } else { first };
                self.function((start(attrs, first), end), sig, block);
            }
            syn::Item::Impl(block) => {
                let name = type_name(&block.self_ty);
                let span = (start(&block.attrs, bytes(&block.impl_token).0), end);
                self.add(New::fixed(Kind::Scope, name, span, "it is more than one function"), |reader| {
                    for item in &block.items {
                        match item {
                            ImplItem::Fn(method) => {
                                let first = match method.vis {
                                    syn::Visibility::Inherited => bytes(&method.sig).0,
                                    _ => bytes(&method.vis).0,
                                };
                                let span = (start(&method.attrs, first), bytes(method).1);
                                reader.function(span, &method.sig, &method.block);
                            }
                            ImplItem::Const(one) => reader.constant(&one.ident, bytes(one), &one.expr),
                            _ => {}
                        }
                    }
                });
            }
            syn::Item::Trait(block) => {
                let span = (start(&block.attrs, bytes(block).0), end);
                let name = Some(block.ident.to_string());
                self.add(New::fixed(Kind::Scope, name, span, "it is more than one function"), |reader| {
                    for item in &block.items {
                        if let TraitItem::Fn(method) = item
                            && let Some(block) = &method.default
                        {
                            reader.function(bytes(method), &method.sig, block);
                        }
                    }
                });
            }
            syn::Item::Mod(module) => {
                let name = Some(module.ident.to_string());
                let span = (start(&module.attrs, bytes(module).0), end);
                self.add(New::fixed(Kind::Scope, name, span, "it is more than one function"), |reader| {
                    module.content.iter().flat_map(|(_, items)| items).for_each(|item| reader.item(item));
                });
            }
            syn::Item::Const(one) => self.constant(&one.ident, bytes(one), &one.expr),
            syn::Item::Static(one) => self.constant(&one.ident, bytes(one), &one.expr),
            syn::Item::Struct(one) => self.idle(Some(one.ident.to_string()), bytes(item)),
            syn::Item::Enum(one) => self.idle(Some(one.ident.to_string()), bytes(item)),
            _ => self.idle(None, bytes(item)),
        }
    }

    fn idle(&mut self, name: Option<String>, span: (usize, usize)) {
        self.add(New::fixed(Kind::Statement, name, span, "it declares something and does nothing"), |_| {});
    }

    fn function(&mut self, span: (usize, usize), sig: &Signature, block: &Block) {
        let (without, switch) = match self.switch_of(sig, block) {
            Ok(switch) => (Err("it is switched off instead".to_owned()), Some(vec![switch])),
            Err(why) => (Err(why), None),
        };
        let new = New {
            kind: Kind::Function,
            name: Some(sig.ident.to_string()),
            key: None,
            words: vec![],
            span,
            head: bytes(sig).0,
            without,
            switch,
        };
        self.add(new, |reader| reader.block(block));
    }

    /// Right after the opening brace: return at once, with whatever is neutral for the type.
    fn switch_of(&self, sig: &Signature, block: &Block) -> Result<Edit, String> {
        if sig.constness.is_some() {
            return Err("a const fn cannot be switched off at run time".to_owned());
        }
        let at = block.brace_token.span.open().byte_range().end;
        let returns = match &sig.output {
            ReturnType::Default => "return;".to_owned(),
            ReturnType::Type(_, ty) => {
                let ty_text = self.source(ty);
                if matches!(**ty, syn::Type::Never(_)) {
                    return Err("it never returns".to_owned());
                }
                if ty_text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == "impl") {
                    return Err("it returns a type without a name, so nothing neutral can be returned".to_owned());
                }
                format!(
                    "use {SWITCHES}::{{A as _, B as _, C as _}}; return (&&&{SWITCHES}::Probe::<{ty_text}>::new()).value();"
                )
            }
        };
        Ok(Edit::new(at, at, format!(" if {SWITCHES}::off({{n}}) {{ {returns} }} ")))
    }

    fn constant(&mut self, name: &syn::Ident, span: (usize, usize), value: &Expr) {
        let inner = unwrapped(value);
        let emptied = match inner {
            Expr::Array(array) => Some((bytes(array), "[]")),
            Expr::Lit(literal) => match &literal.lit {
                syn::Lit::Str(_) => Some((bytes(inner), "\"\"")),
                syn::Lit::Int(_) => Some((bytes(inner), "0")),
                syn::Lit::Float(_) => Some((bytes(inner), "0.0")),
                syn::Lit::Bool(_) => Some((bytes(inner), "false")),
                _ => None,
            },
            _ => None,
        };
        let without = match emptied {
            Some((span, text)) => Ok(vec![Edit::new(span.0, span.1, text)]),
            None => Err("its value has no empty form".to_owned()),
        };
        let new = New {
            kind: Kind::Statement,
            name: Some(name.to_string()),
            key: None,
            words: vec![],
            span,
            head: span.0,
            without,
            switch: None,
        };
        self.add(new, |reader| reader.visit_expr(value));
    }

    fn block(&mut self, block: &Block) {
        block.stmts.iter().for_each(|statement| self.visit_stmt(statement));
    }

    fn rows(&mut self, elements: &Punctuated<Expr, Token![,]>, end: usize) {
        for element in elements {
            let span = bytes(element);
            let without = Ok(vec![row(self.text, self.comments, span, end)]);
            self.add(row_of(leading(element), words(element), span, without), |reader| reader.visit_expr(element));
        }
    }

    /// A statement that runs only while its switch is on.
    fn guarded(&mut self, span: (usize, usize), key: Option<String>, children: impl FnOnce(&mut Self)) {
        let switch =
            vec![Edit::new(span.0, span.0, format!("if !{SWITCHES}::off({{n}}) {{ ")), Edit::new(span.1, span.1, " }")];
        let without = Err("it is switched off instead".to_owned());
        self.add(
            New {
                kind: Kind::Statement,
                name: None,
                key,
                words: vec![],
                span,
                head: span.0,
                without,
                switch: Some(switch),
            },
            children,
        );
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_stmt(&mut self, statement: &'ast Stmt) {
        let span = bytes(statement);
        match statement {
            Stmt::Item(item) => self.item(item),
            Stmt::Local(local) => {
                let name = match &local.pat {
                    Pat::Ident(one) => Some(one.ident.to_string()),
                    _ => None,
                };
                let fixed = New::fixed(Kind::Statement, name, span, "what comes after needs what it declares");
                self.add(fixed, |reader| visit::visit_local(reader, local));
            }
            Stmt::Expr(expression, Some(_)) => {
                let key = leading(expression)
                    .map(|key| format!("{}({key})", self.source(expression).split('(').next().unwrap_or_default()));
                self.guarded(span, key, |reader| reader.visit_expr(expression));
            }
            // Loops and branches without a value end no block that has one, unless they come last.
            Stmt::Expr(expression @ (Expr::ForLoop(_) | Expr::While(_)), None) => {
                self.guarded(span, None, |reader| reader.visit_expr(expression));
            }
            Stmt::Expr(Expr::If(branch), None) if branch.else_branch.is_none() => {
                self.guarded(span, None, |reader| visit::visit_expr_if(reader, branch));
            }
            Stmt::Expr(expression, None) => {
                let fixed = New::fixed(Kind::Statement, None, span, "it is the value of what is around it");
                self.add(fixed, |reader| reader.visit_expr(expression));
            }
            Stmt::Macro(one) if one.semi_token.is_some() => {
                self.guarded(span, None, |reader| reader.visit_macro(&one.mac));
            }
            Stmt::Macro(one) => {
                let fixed = New::fixed(Kind::Statement, None, span, "it is the value of what is around it");
                self.add(fixed, |reader| reader.visit_macro(&one.mac));
            }
        }
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        let span = bytes(arm);
        let name = pattern(&arm.pat);
        let (at, guard) = match &arm.guard {
            Some((_, guard)) => (bytes(&**guard), true),
            None => ((bytes(&arm.pat).1, bytes(&arm.pat).1), false),
        };
        let switch = if guard {
            vec![Edit::new(at.0, at.0, format!("!{SWITCHES}::off({{n}}) && (")), Edit::new(at.1, at.1, ")")]
        } else {
            vec![Edit::new(at.0, at.0, format!(" if !{SWITCHES}::off({{n}})"))]
        };
        let otherwise = matches!(arm.pat, Pat::Wild(_) | Pat::Ident(_));
        let new = New {
            kind: Kind::Row,
            name,
            key: None,
            words: vec![],
            span,
            head: span.0,
            without: Err(
                if otherwise { "it is what happens otherwise" } else { "it is switched off instead" }.to_owned()
            ),
            switch: (!otherwise).then_some(switch),
        };
        self.add(new, |reader| reader.visit_expr(&arm.body));
    }

    fn visit_expr_array(&mut self, array: &'ast syn::ExprArray) {
        self.rows(&array.elems, bytes(array).1.saturating_sub(1));
    }

    fn visit_macro(&mut self, one: &'ast syn::Macro) {
        if one.path.is_ident("vec")
            && let Ok(elements) = one.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated)
        {
            self.rows(&elements, bytes(one).1.saturating_sub(1));
        }
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        self.visit_expr(&call.receiver);
        // `.route("/x", …)` in a chain is a row of it.
        match call.args.first().and_then(leading) {
            Some(name) => {
                let span = (bytes(&*call.receiver).1, bytes(call).1);
                let span = (bytes(&call.dot_token).0.max(span.0), span.1);
                let without = Ok(vec![Edit::new(span.0, span.1, "")]);
                let words = call.args.iter().flat_map(words).collect();
                self.add(row_of(Some(name), words, span, without), |reader| {
                    call.args.iter().for_each(|argument| reader.visit_expr(argument))
                });
            }
            None => call.args.iter().for_each(|argument| self.visit_expr(argument)),
        }
    }

    fn visit_block(&mut self, block: &'ast Block) {
        self.block(block);
    }
}

fn unwrapped(expression: &Expr) -> &Expr {
    match expression {
        Expr::Reference(inner) => unwrapped(&inner.expr),
        Expr::Paren(inner) => unwrapped(&inner.expr),
        Expr::Group(inner) => unwrapped(&inner.expr),
        other => other,
    }
}

fn row_of(name: Option<String>, words: Vec<String>, span: (usize, usize), without: Result<Vec<Edit>, String>) -> New {
    New { kind: Kind::Row, name, key: None, words, span, head: span.0, without, switch: None }
}

/// What a row says: its constants and the names in it, in order.
fn words(expression: &Expr) -> Vec<String> {
    match unwrapped(expression) {
        Expr::Lit(literal) => constant(&literal.lit).into_iter().collect(),
        Expr::Path(path) => {
            let parts: Vec<String> = path.path.segments.iter().map(|part| part.ident.to_string()).collect();
            vec![parts.join("::")]
        }
        Expr::Tuple(tuple) => tuple.elems.iter().flat_map(words).collect(),
        Expr::Array(array) => array.elems.iter().flat_map(words).collect(),
        Expr::Call(call) => call.args.iter().flat_map(words).collect(),
        Expr::MethodCall(call) => [&*call.receiver].into_iter().chain(&call.args).flat_map(words).collect(),
        Expr::Struct(literal) => literal.fields.iter().flat_map(|field| words(&field.expr)).collect(),
        _ => vec![],
    }
}

/// The constant that names a row: itself, or its first element, argument or field.
fn leading(expression: &Expr) -> Option<String> {
    match unwrapped(expression) {
        Expr::Lit(literal) => constant(&literal.lit),
        Expr::Tuple(tuple) => leading(tuple.elems.first()?),
        Expr::Array(array) => leading(array.elems.first()?),
        Expr::Call(call) => leading(call.args.first()?),
        Expr::MethodCall(call) => leading(&call.receiver).or_else(|| leading(call.args.first()?)),
        Expr::Struct(literal) => literal.fields.iter().find_map(|field| leading(&field.expr)),
        _ => None,
    }
}

fn constant(literal: &syn::Lit) -> Option<String> {
    Some(match literal {
        syn::Lit::Str(text) => text.value(),
        syn::Lit::ByteStr(text) => String::from_utf8_lossy(&text.value()).into_owned(),
        syn::Lit::Char(one) => one.value().to_string(),
        syn::Lit::Int(number) => number.base10_digits().to_owned(),
        syn::Lit::Bool(one) => one.value.to_string(),
        _ => return None,
    })
}

/// The constants of a pattern, joined: `("POST", "/api/books")` is `POST /api/books`.
fn pattern(pat: &Pat) -> Option<String> {
    let parts: Vec<String> = match pat {
        Pat::Lit(literal) => vec![constant(&literal.lit)?],
        Pat::Tuple(tuple) => tuple.elems.iter().filter_map(pattern).collect(),
        Pat::Slice(slice) => slice.elems.iter().filter_map(pattern).collect(),
        Pat::Or(alternatives) => vec![pattern(alternatives.cases.first()?)?],
        Pat::Paren(inner) => return pattern(&inner.pat),
        Pat::Reference(inner) => return pattern(&inner.pat),
        Pat::Path(path) => vec![path.path.segments.last()?.ident.to_string()],
        Pat::TupleStruct(one) => vec![one.path.segments.last()?.ident.to_string()],
        _ => return None,
    };
    (!parts.is_empty()).then(|| parts.join(" "))
}

fn type_name(ty: &syn::Type) -> Option<String> {
    match ty {
        syn::Type::Path(path) => Some(path.path.segments.last()?.ident.to_string()),
        syn::Type::Reference(inner) => type_name(&inner.elem),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
