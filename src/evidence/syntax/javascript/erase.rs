//! TypeScript without its types: every byte that is not JavaScript becomes a blank, so lines and columns stay what they
//! are. The same part of the language that Node takes off by itself; what would need code to be made is refused.

use super::{bytes, parsed};
use oxc_ast::ast::{
    BindingPattern, BindingPatternKind, Class, ClassElement, Declaration, ExportNamedDeclaration, FormalParameter,
    Function, ImportDeclaration, ImportDeclarationSpecifier, ImportOrExportKind, MethodDefinition,
    MethodDefinitionType, Program, PropertyDefinition, PropertyDefinitionType, Statement, TSAsExpression,
    TSEnumDeclaration, TSModuleDeclaration, TSNonNullExpression, TSSatisfiesExpression, TSThisParameter,
    TSTypeAnnotation, TSTypeAssertion, TSTypeParameterDeclaration, TSTypeParameterInstantiation, VariableDeclarator,
};
use oxc_ast_visit::{Visit, walk};
use oxc_span::{GetSpan, Span};
use oxc_syntax::scope::ScopeFlags;

/// The file as JavaScript, of the same length.
pub fn erased(path: &str, text: &str) -> Result<String, String> {
    let (blanks, problem) = parsed(path, text, |program: &Program<'_>| {
        let mut eraser = Eraser { text, blanks: vec![], problem: None };
        eraser.visit_program(program);
        (eraser.blanks, eraser.problem)
    })?;
    if let Some((at, what)) = problem {
        let line = text.get(..at).unwrap_or_default().matches('\n').count() + 1;
        return Err(format!(
            "{path}:{line}: {what} needs a compiler; Node runs only what is JavaScript without its types"
        ));
    }
    let mut out = text.as_bytes().to_vec();
    for Blank { start, end, ends } in blanks {
        for byte in out.get_mut(start..end).into_iter().flatten().filter(|byte| !matches!(byte, b'\n' | b'\r')) {
            *byte = b' ';
        }
        // A statement that vanishes must still end the one before it.
        if let (true, Some(first)) = (ends, out.get_mut(start)) {
            *first = b';';
        }
    }
    String::from_utf8(out).map_err(|error| error.to_string())
}

struct Blank {
    start: usize,
    end: usize,
    ends: bool,
}

struct Eraser<'t> {
    text: &'t str,
    blanks: Vec<Blank>,
    problem: Option<(usize, &'static str)>,
}

impl Eraser<'_> {
    fn blank(&mut self, start: usize, end: usize) {
        if start < end {
            self.blanks.push(Blank { start, end, ends: false });
        }
    }

    fn span(&mut self, span: Span) {
        let (start, end) = bytes(span);
        self.blank(start, end);
    }

    fn statement(&mut self, span: Span) {
        let (start, end) = bytes(span);
        self.blanks.push(Blank { start, end, ends: true });
    }

    fn refuse(&mut self, span: Span, what: &'static str) {
        if self.problem.is_none() {
            self.problem = Some((bytes(span).0, what));
        }
    }

    /// The mark right after `at`, such as the `?` of an optional parameter.
    fn mark(&mut self, at: usize, mark: u8) {
        let found = self.text.as_bytes().iter().skip(at).position(|byte| !byte.is_ascii_whitespace());
        if let Some(at) = found.map(|skipped| at + skipped).filter(|at| self.text.as_bytes().get(*at) == Some(&mark)) {
            self.blank(at, at + 1);
        }
    }

    /// Words that only TypeScript knows, between the start of a class member and its name.
    fn words(&mut self, start: usize, end: usize) {
        const WORDS: [&str; 7] = ["private", "public", "protected", "override", "abstract", "readonly", "declare"];
        let text = self.text.get(start..end).unwrap_or_default().to_owned();
        for word in WORDS {
            for (at, _) in text.match_indices(word) {
                let edge = |byte: Option<&u8>| byte.is_none_or(|b| !b.is_ascii_alphanumeric() && *b != b'_');
                let bytes = text.as_bytes();
                if edge(at.checked_sub(1).and_then(|before| bytes.get(before))) && edge(bytes.get(at + word.len())) {
                    self.blank(start + at, start + at + word.len());
                }
            }
        }
    }

    /// Elements of a list in braces that are types, with their commas.
    fn element(&mut self, span: Span) {
        self.span(span);
        self.mark(bytes(span).1, b',');
    }
}

impl<'a> Visit<'a> for Eraser<'_> {
    fn visit_ts_type_annotation(&mut self, it: &TSTypeAnnotation<'a>) {
        let (start, end) = bytes(it.span);
        let before = self.text.get(..start).unwrap_or_default().trim_end();
        let colon = !self.text.get(start..).unwrap_or_default().starts_with(':') && before.ends_with(':');
        self.blank(if colon { before.len() - 1 } else { start }, end);
    }
    fn visit_ts_type_parameter_declaration(&mut self, it: &TSTypeParameterDeclaration<'a>) {
        self.span(it.span);
    }
    fn visit_ts_type_parameter_instantiation(&mut self, it: &TSTypeParameterInstantiation<'a>) {
        self.span(it.span);
    }
    fn visit_ts_this_parameter(&mut self, it: &TSThisParameter<'a>) {
        self.element(it.span);
    }
    fn visit_ts_as_expression(&mut self, it: &TSAsExpression<'a>) {
        self.blank(bytes(it.expression.span()).1, bytes(it.span).1);
        self.visit_expression(&it.expression);
    }
    fn visit_ts_satisfies_expression(&mut self, it: &TSSatisfiesExpression<'a>) {
        self.blank(bytes(it.expression.span()).1, bytes(it.span).1);
        self.visit_expression(&it.expression);
    }
    fn visit_ts_non_null_expression(&mut self, it: &TSNonNullExpression<'a>) {
        self.blank(bytes(it.expression.span()).1, bytes(it.span).1);
        self.visit_expression(&it.expression);
    }
    fn visit_ts_type_assertion(&mut self, it: &TSTypeAssertion<'a>) {
        self.blank(bytes(it.span).0, bytes(it.expression.span()).0);
        self.visit_expression(&it.expression);
    }

    fn visit_statement(&mut self, it: &Statement<'a>) {
        let types = match it.as_declaration() {
            Some(declaration) => is_type(declaration),
            None => matches!(it, Statement::TSNamespaceExportDeclaration(_)),
        };
        match it {
            _ if types => self.statement(it.span()),
            Statement::TSImportEqualsDeclaration(one) => self.refuse(one.span, "import … ="),
            Statement::TSExportAssignment(one) => self.refuse(one.span, "export ="),
            Statement::ExportAllDeclaration(one) if one.export_kind == ImportOrExportKind::Type => {
                self.statement(one.span);
            }
            _ => walk::walk_statement(self, it),
        }
    }
    fn visit_ts_enum_declaration(&mut self, it: &TSEnumDeclaration<'a>) {
        self.refuse(it.span, "an enum");
    }
    fn visit_ts_module_declaration(&mut self, it: &TSModuleDeclaration<'a>) {
        self.refuse(it.span, "a namespace");
    }

    fn visit_import_declaration(&mut self, it: &ImportDeclaration<'a>) {
        if it.import_kind == ImportOrExportKind::Type {
            return self.statement(it.span);
        }
        for specifier in it.specifiers.iter().flatten() {
            if let ImportDeclarationSpecifier::ImportSpecifier(one) = specifier
                && one.import_kind == ImportOrExportKind::Type
            {
                self.element(one.span);
            }
        }
    }
    fn visit_export_named_declaration(&mut self, it: &ExportNamedDeclaration<'a>) {
        if it.export_kind == ImportOrExportKind::Type || it.declaration.as_ref().is_some_and(is_type) {
            return self.statement(it.span);
        }
        for one in it.specifiers.iter().filter(|one| one.export_kind == ImportOrExportKind::Type) {
            self.element(one.span);
        }
        walk::walk_export_named_declaration(self, it);
    }

    fn visit_function(&mut self, it: &Function<'a>, flags: ScopeFlags) {
        if it.body.is_none() {
            return self.statement(it.span);
        }
        walk::walk_function(self, it, flags);
    }
    fn visit_formal_parameter(&mut self, it: &FormalParameter<'a>) {
        if it.accessibility.is_some() || it.readonly || it.r#override {
            self.refuse(it.span, "a parameter that is also a property");
        }
        walk::walk_formal_parameter(self, it);
    }
    fn visit_binding_pattern(&mut self, it: &BindingPattern<'a>) {
        if it.optional {
            self.mark(name_end(it), b'?');
        }
        walk::walk_binding_pattern(self, it);
    }
    fn visit_variable_declarator(&mut self, it: &VariableDeclarator<'a>) {
        if it.definite {
            self.mark(name_end(&it.id), b'!');
        }
        walk::walk_variable_declarator(self, it);
    }

    fn visit_class(&mut self, it: &Class<'a>) {
        let head = it.id.as_ref().map_or(bytes(it.body.span).0, |id| bytes(id.span).0);
        let start = it.decorators.iter().map(|d| bytes(d.span).1).max().unwrap_or(bytes(it.span).0);
        self.words(start, head);
        if let (Some(first), Some(last)) = (it.implements.first(), it.implements.last()) {
            let from = bytes(first.span).0;
            let before = self.text.get(..from).unwrap_or_default().trim_end();
            if before.ends_with("implements") {
                self.blank(before.len() - "implements".len(), bytes(last.span).1);
            }
        }
        for argument in it.super_type_arguments.iter() {
            self.visit_ts_type_parameter_instantiation(argument);
        }
        if let Some(parameters) = &it.type_parameters {
            self.visit_ts_type_parameter_declaration(parameters);
        }
        if let Some(parent) = &it.super_class {
            self.visit_expression(parent);
        }
        self.visit_class_body(&it.body);
    }
    fn visit_class_element(&mut self, it: &ClassElement<'a>) {
        match it {
            ClassElement::TSIndexSignature(one) => self.statement(one.span),
            other => walk::walk_class_element(self, other),
        }
    }
    fn visit_method_definition(&mut self, it: &MethodDefinition<'a>) {
        if it.r#type == MethodDefinitionType::TSAbstractMethodDefinition || it.value.body.is_none() {
            return self.statement(it.span);
        }
        self.words(bytes(it.span).0, bytes(it.key.span()).0);
        if it.optional {
            self.mark(bytes(it.key.span()).1, b'?');
        }
        walk::walk_method_definition(self, it);
    }
    fn visit_property_definition(&mut self, it: &PropertyDefinition<'a>) {
        if it.r#type == PropertyDefinitionType::TSAbstractPropertyDefinition || it.declare {
            return self.statement(it.span);
        }
        self.words(bytes(it.span).0, bytes(it.key.span()).0);
        let after = bytes(it.key.span()).1;
        if it.optional {
            self.mark(after, b'?');
        }
        if it.definite {
            self.mark(after, b'!');
        }
        walk::walk_property_definition(self, it);
    }
}

/// Where a name or a pattern ends and its marks begin.
fn name_end(pattern: &BindingPattern<'_>) -> usize {
    match &pattern.kind {
        BindingPatternKind::BindingIdentifier(id) => bytes(id.span).0 + id.name.len(),
        other => bytes(other.span()).1,
    }
}

fn is_type(declaration: &Declaration<'_>) -> bool {
    match declaration {
        Declaration::TSTypeAliasDeclaration(_)
        | Declaration::TSInterfaceDeclaration(_)
        | Declaration::TSGlobalDeclaration(_) => true,
        Declaration::VariableDeclaration(one) => one.declare,
        Declaration::FunctionDeclaration(one) => one.declare,
        Declaration::ClassDeclaration(one) => one.declare,
        Declaration::TSEnumDeclaration(one) => one.declare,
        Declaration::TSModuleDeclaration(one) => one.declare,
        Declaration::TSImportEqualsDeclaration(_) => false,
    }
}
