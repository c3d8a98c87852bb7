//! One build that holds every control run: each linked function, arm and statement gets a switch, and the variable
//! `G1_OFF` of the process says which one is off. Compiling once per range would cost seconds for each.

use super::{SWITCHES, bytes, marks, outline, parsed};
use crate::evidence::syntax::{
    marks::Wanted,
    outline::{Edit, edited},
};
use std::collections::BTreeMap;
use syn::{
    spanned::Spanned,
    visit::{self, Visit},
};

/// What a crate's root gets at its end: the switches, and what marks call.
const MODULE: &str = include_str!("switches.rs");

/// A file that was made ready for control runs.
pub struct Instrumented {
    pub text: String,
    /// Numbers of the switches that it could get.
    pub switched: Vec<u32>,
    /// Lines that have a mark.
    pub marked: Vec<u32>,
}

/// The file with a switch at each of these numbered ranges and with the marks that are wanted. A file of tests, which is a
/// crate of its own, only says which test begins.
pub fn instrumented(
    path: &str,
    text: &str,
    ranges: &[(u32, (u32, u32))],
    marks: Option<&(&Wanted, BTreeMap<Vec<String>, String>)>,
) -> Result<Instrumented, String> {
    let beginnings = |file: &syn::File| marks.map(|(wanted, names)| marks::beginnings(file, names, wanted));
    if path.starts_with("tests/") {
        let edits = beginnings(&parsed(path, text)?).unwrap_or_default();
        return Ok(Instrumented { text: edited(text, edits), switched: vec![], marked: vec![] });
    }
    let outline = outline(path, text)?;
    let mut edits = vec![];
    let mut switched = vec![];
    for (number, (first, last)) in ranges {
        let unit = outline.at(*first, *last)?;
        let switches: Option<Vec<&Vec<Edit>>> = unit.items.iter().map(|item| item.switch.as_ref()).collect();
        if let Some(switches) = switches {
            let number_text = number.to_string();
            edits.extend(
                switches
                    .into_iter()
                    .flatten()
                    .map(|edit| Edit { text: edit.text.replace("{n}", &number_text), ..edit.clone() }),
            );
            switched.push(*number);
        }
    }
    let file = parsed(path, text)?;
    let mut types = Types { edits: vec![] };
    types.visit_file(&file);
    edits.extend(types.edits);
    let mut marked = vec![];
    if let Some((wanted, _)) = marks {
        let (more, lines) = marks::marks(text, &file, wanted);
        edits.extend(more);
        marked = lines;
    }
    edits.extend(beginnings(&file).unwrap_or_default());
    let mut out = edited(text, edits);
    if is_root(path) {
        let place = marks.map(|(wanted, _)| &wanted.place);
        let quoted = |path: Option<&String>| format!("{:?}", path.map_or("", String::as_str));
        let module = MODULE.replace("\"{reached}\"", &quoted(place.map(|place| &place.reached)));
        out.push_str(&module.replace("\"{now}\"", &quoted(place.map(|place| &place.now))));
    }
    Ok(Instrumented { text: out, switched, marked })
}

/// `src/lib.rs`, `src/main.rs`, `src/bin/x.rs` and `src/bin/x/main.rs` begin crates of the product.
pub fn is_root(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    let inner = parts.iter().position(|part| *part == "src").and_then(|at| parts.get(at + 1..)).unwrap_or_default();
    matches!(inner, ["lib.rs" | "main.rs"] | ["bin", _] | ["bin", _, "main.rs"])
}

/// A neutral value for every type of the file that can be made from neutral values.
struct Types {
    edits: Vec<Edit>,
}

impl Types {
    fn add(&mut self, name: &syn::Ident, generics: &syn::Generics, end: usize, value: &str) {
        if generics.type_params().next().is_some() || generics.const_params().next().is_some() {
            return;
        }
        let lifetimes: Vec<String> = generics.lifetimes().map(|one| one.lifetime.to_string()).collect();
        let list = if lifetimes.is_empty() { String::new() } else { format!("<{}>", lifetimes.join(", ")) };
        let text = format!(
            " impl{list} {SWITCHES}::Neutral for {name}{list} {{ fn neutral() -> Self {{ \
             #[allow(unused_imports)] use {SWITCHES}::{{A as _, B as _, C as _}}; {value} }} }} "
        );
        self.edits.push(Edit::new(end, end, text));
    }
}

fn of_fields(name: &str, fields: &syn::Fields) -> Option<String> {
    let conditional = fields.iter().any(|field| field.attrs.iter().any(|attribute| attribute.path().is_ident("cfg")));
    if conditional {
        return None;
    }
    let value = |ty: &syn::Type| {
        format!("(&&&{SWITCHES}::Probe::<{}>::new()).value()", ty.span().source_text().unwrap_or_default())
    };
    Some(match fields {
        syn::Fields::Unit => name.to_owned(),
        syn::Fields::Unnamed(fields) => {
            let values: Vec<String> = fields.unnamed.iter().map(|field| value(&field.ty)).collect();
            format!("{name}({})", values.join(", "))
        }
        syn::Fields::Named(fields) => {
            let values: Vec<String> = fields
                .named
                .iter()
                .filter_map(|field| Some(format!("{}: {}", field.ident.as_ref()?, value(&field.ty))))
                .collect();
            format!("{name} {{ {} }}", values.join(", "))
        }
    })
}

impl<'ast> Visit<'ast> for Types {
    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        let conditional = item.attrs.iter().any(|attribute| attribute.path().is_ident("cfg"));
        if let (false, Some(value)) = (conditional, of_fields("Self", &item.fields)) {
            self.add(&item.ident, &item.generics, bytes(item).1, &value);
        }
    }
    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        let conditional = item.attrs.iter().any(|attribute| attribute.path().is_ident("cfg"));
        let plain = item.variants.iter().find(|variant| matches!(variant.fields, syn::Fields::Unit));
        let Some(variant) = plain.or(item.variants.first()) else { return };
        if let (false, Some(value)) = (conditional, of_fields(&format!("Self::{}", variant.ident), &variant.fields)) {
            self.add(&item.ident, &item.generics, bytes(item).1, &value);
        }
    }
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !super::suite::is_test_only(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }
}
