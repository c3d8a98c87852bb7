#![cfg(test)]
use super::*;
use crate::hub::clauses::cut;
use std::io::{Cursor, Write};

fn html(text: &str) -> Imported {
    extract(Kind::Html, text.as_bytes()).expect("it has text")
}

/// A Word document of these parts.
fn archive(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).expect("a part");
        zip.write_all(content.as_bytes()).expect("written");
    }
    zip.finish().expect("finished").into_inner()
}

const W: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"";

fn paragraph(properties: &str, text: &str) -> String {
    format!("<w:p><w:pPr>{properties}</w:pPr><w:r><w:t xml:space=\"preserve\">{text}</w:t></w:r></w:p>")
}

fn word(body: &str) -> Imported {
    let styles = format!(
        "<w:styles {W}><w:style w:styleId=\"berschrift1\"><w:name w:val=\"heading 1\"/></w:style>\
         <w:style w:styleId=\"berschrift2\"><w:name w:val=\"heading 2\"/></w:style></w:styles>"
    );
    let numbering = format!(
        "<w:numbering {W}><w:abstractNum w:abstractNumId=\"7\"><w:lvl w:ilvl=\"0\"><w:numFmt w:val=\"decimal\"/></w:lvl>\
         <w:lvl w:ilvl=\"1\"><w:numFmt w:val=\"bullet\"/></w:lvl></w:abstractNum>\
         <w:num w:numId=\"3\"><w:abstractNumId w:val=\"7\"/></w:num></w:numbering>"
    );
    let document = format!("<?xml version=\"1.0\"?><w:document {W}><w:body>{body}</w:body></w:document>");
    let bytes = archive(&[
        ("word/document.xml", &document),
        ("word/styles.xml", &styles),
        ("word/numbering.xml", &numbering),
        ("word/header1.xml", "<x/>"),
    ]);
    assert_eq!(Kind::of(Path::new("brief.docx"), &bytes), Kind::Docx);
    extract(Kind::Docx, &bytes).expect("a document")
}

/// A PDF of plain lines, a page each.
pub fn paper(pages: &[&[&str]]) -> Vec<u8> {
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!(
            "<< /Type /Pages /Count {} /Kids [{}] >>",
            pages.len(),
            (0..pages.len()).map(|n| format!("{} 0 R ", 4 + 2 * n)).collect::<String>()
        ),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
    ];
    for (n, lines) in pages.iter().enumerate() {
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents {} 0 R >>",
            5 + 2 * n
        ));
        let shown: String = lines.iter().map(|line| format!("({line}) Tj T*\n")).collect();
        let content = format!("BT /F1 12 Tf 72 770 Td 14 TL\n{shown}ET");
        objects.push(format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()));
    }
    let mut out = "%PDF-1.4\n".to_owned();
    let mut offsets = Vec::new();
    for (n, object) in (1..).zip(&objects) {
        offsets.push(out.len());
        out.push_str(&format!("{n} 0 obj\n{object}\nendobj\n"));
    }
    let start = out.len();
    out.push_str(&format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1));
    offsets.iter().for_each(|at| out.push_str(&format!("{at:010} 00000 n \n")));
    out.push_str(&format!("trailer << /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n", objects.len() + 1));
    out.into_bytes()
}

fn pieces(text: &str) -> Vec<(String, String)> {
    cut(text).into_iter().map(|c| (c.section.join("/"), c.text.trim().to_owned())).collect()
}

#[test]
fn html_becomes_headings_items_rows_and_paragraphs() {
    let read = html(
        "<!doctype html><html><head><title>x</title><style>p { color: red }</style></head><body>\
         <h1>Boat  club</h1><p>Members book\n  boats &amp; oars.<br>Only once.</p><script>alert('no')</script>\
         <ol><li>A boat has a name.<li>A boat has a<b> place</b>.<ul><li>Or none.</ul></ol>\
         <table><tr><th>Field<th>Type</tr><tr><td>name<td>a | b</tr></table><img src=x.png><p>End.",
    );
    assert_eq!(
        read.text,
        "# Boat club\n\nMembers book boats & oars.\nOnly once.\n\n1. A boat has a name.\n2. A boat has a place.\n  - Or none.\n\n\
         | Field | Type |\n|---|---|\n| name | a \\| b |\n\nEnd.\n"
    );
    assert_eq!(read.unread, [Clean::from("1 image is not read")]);
}

#[test]
fn html_that_is_not_well_formed_loses_no_text() {
    let read = html("one<p>two</div></p></ul><li>three<td>four</td><h2>five");
    for word in ["one", "two", "three", "four", "five"] {
        assert!(read.text.contains(word), "{word}: {}", read.text);
    }
    assert!(extract(Kind::Html, b"<script>x</script><img>").is_err(), "there is nothing to read");
}

#[test]
fn word_documents_keep_headings_lists_and_tables() {
    let body = [
        paragraph("<w:pStyle w:val=\"berschrift1\"/>", "Boats"),
        paragraph("", "Members book &lt;boats&gt; &#38; oars."),
        paragraph("<w:numPr><w:ilvl w:val=\"0\"/><w:numId w:val=\"3\"/></w:numPr>", "First."),
        paragraph("<w:numPr><w:ilvl w:val=\"1\"/><w:numId w:val=\"3\"/></w:numPr>", "Under it."),
        paragraph("<w:numPr><w:ilvl w:val=\"0\"/><w:numId w:val=\"3\"/></w:numPr>", "Second."),
        paragraph("<w:pStyle w:val=\"berschrift2\"/>", "Fields"),
        format!(
            "<w:tbl><w:tr><w:tc>{}</w:tc><w:tc>{}</w:tc></w:tr><w:tr><w:tc>{}</w:tc><w:tc>{}{}</w:tc></w:tr></w:tbl>",
            paragraph("", "Field"),
            paragraph("", "Type"),
            paragraph("", "name"),
            paragraph("", "a text"),
            paragraph("", "of one line")
        ),
        "<w:p><w:r><w:drawing/></w:r><w:r><w:footnoteReference/></w:r><w:del><w:r><w:delText>gone</w:delText></w:r></w:del></w:p>"
            .to_owned(),
        "<w:p><w:r><w:t>The </w:t></w:r><w:r><w:t>end.</w:t></w:r></w:p>".to_owned(),
    ];
    let read = word(&body.concat());
    assert_eq!(
        read.text,
        "# Boats\n\nMembers book <boats> & oars.\n\n1. First.\n  - Under it.\n2. Second.\n\n## Fields\n\n\
         | Field | Type |\n|---|---|\n| name | a text of one line |\n\nThe end.\n"
    );
    let unread: Vec<&str> = read.unread.iter().map(Clean::as_str).collect();
    assert_eq!(
        unread,
        [
            "1 image is not read",
            "1 footnote or endnote is not read",
            "1 deleted passage is not read",
            "1 page header or footer is not read"
        ]
    );
    let cut = pieces(&read.text);
    assert!(cut.contains(&("Boats".into(), "2. Second.".into())), "{cut:?}");
    assert!(cut.contains(&("Boats/Fields".into(), "| name | a text of one line |".into())), "{cut:?}");
}

#[test]
fn pages_become_lines_and_their_furniture_is_seen() {
    let head = "Boat club requirements, draft of the board";
    let pages: [&[&str]; 4] = [
        &[head, "The club has twelve boats and each of them has a name and", "a home place in the boat house. 1"],
        &[head, "Members book a boat for at most three hours, and the", "2"],
        &[head, "board sees every booking of the week.", "3"],
        &[head, "Nobody books for somebody else.", "4"],
    ];
    let bytes = paper(&pages);
    assert_eq!(Kind::of(Path::new("brief"), &bytes), Kind::Pdf);
    let read = extract(Kind::Pdf, &bytes).expect("a document");
    assert!(read.unread.is_empty(), "{:?}", read.unread);
    for line in pages.concat() {
        assert!(read.text.contains(line), "{line}: {}", read.text);
    }
    let cut = pieces(&read.text);
    let booking = cut.iter().find(|(_, text)| text.contains("three hours")).expect("the clause");
    assert!(booking.1.contains("every booking of the week."), "the page break is inside one clause: {cut:?}");
    let blank = extract(Kind::Pdf, &paper(&[&["One."], &[]])).expect("a document");
    assert_eq!(blank.unread, [Clean::from("page 2 has no text that can be read (an image?)")]);
}

#[test]
fn what_is_no_document_is_refused_in_words() {
    for (kind, bytes, why) in [
        (Kind::Docx, &b"PK\x03\x04 and nothing"[..], "no Word document"),
        (Kind::Pdf, b"%PDF-1.4 and nothing", "cannot be read as a PDF"),
    ] {
        let error = extract(kind, bytes).expect_err("it is none");
        assert!(error.to_string().contains(why), "{error}");
    }
    let other = archive(&[("xl/workbook.xml", "<x/>")]);
    assert!(extract(Kind::Docx, &other).expect_err("a table").to_string().contains("word/document.xml"));
    let cut_off = archive(&[("word/document.xml", "<w:document><w:body><w:p></w:q>")]);
    assert!(extract(Kind::Docx, &cut_off).expect_err("damaged").to_string().contains("damaged"));
}

#[test]
fn kinds_are_told_by_content_first() {
    for (name, bytes, kind) in [
        ("brief.txt", &b"%PDF-1.7"[..], Kind::Pdf),
        ("brief", b"PK\x03\x04", Kind::Docx),
        ("brief.htm", b"<p>x", Kind::Html),
        ("brief.md", b"# x", Kind::Text),
        ("brief", b"x", Kind::Text),
    ] {
        assert_eq!(Kind::of(Path::new(name), bytes), kind, "{name}");
    }
}
