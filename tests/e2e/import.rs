//! Requirements out of documents, and files that come with them.

use crate::support::{Bed, code, text};
use serde_json::{Value, json};
use std::{
    fs,
    io::{Cursor, Write},
    path::{Path, PathBuf},
};

fn word(body: &str) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("word/document.xml", zip::write::SimpleFileOptions::default()).expect("a part");
    let document = format!(
        "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>{body}</w:body></w:document>"
    );
    zip.write_all(document.as_bytes()).expect("written");
    zip.finish().expect("finished").into_inner()
}

fn paragraph(text: &str) -> String {
    format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>")
}

fn file(bed: &Bed, name: &str, bytes: &[u8]) -> PathBuf {
    let path = bed.home.join(name);
    fs::write(&path, bytes).expect("written");
    path
}

fn run(bed: &Bed, path: &Path, more: &[&str]) -> std::process::Output {
    let path = path.to_str().expect("UTF-8");
    bed.output(&[&["run", "-y", "--plan-only", "-f", path], more].concat())
}

fn shown(bed: &Bed, id: &str) -> Value {
    let output = bed.output(&["hub", "show", id, "--json"]);
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[test]
fn a_word_document_becomes_the_requirement_and_is_kept_whole() {
    let bed = Bed::new();
    let body = [
        paragraph("A tool lending list for our allotment club."),
        paragraph("A member can add a tool with a name &amp; a condition (good, worn)."),
        "<w:p><w:r><w:drawing/></w:r></w:p>".to_owned(),
    ];
    let bytes = word(&body.concat());
    let path = file(&bed, "brief.docx", &bytes);
    let table = file(&bed, "prices.csv", b"tool,price\nspade,3\n");
    let sketch = file(&bed, "sketch.png", b"\x89PNG\r\n\x1a\n\0\0");
    let attached = ["--attach", table.to_str().expect("UTF-8"), "--attach", sketch.to_str().expect("UTF-8")];
    let output = run(&bed, &path, &attached);
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    let said = text(&output.stderr);
    for words in
        ["1 image is not read", "prices.csv, 19 bytes: not read: the offline engine", "sketch.png", "it is not text"]
    {
        assert!(said.contains(words), "{words}: {said}");
    }
    let trace = bed.trace();
    let clauses: Vec<&str> =
        trace["clauses"].as_array().expect("clauses").iter().filter_map(|c| c["text"].as_str()).collect();
    assert_eq!(
        clauses.concat(),
        "A tool lending list for our allotment club.\n\nA member can add a tool with a name & a condition (good, worn).\n"
    );

    let original = shown(&bed, "brief.docx");
    assert_eq!(original["role"], "original");
    assert_eq!(original["unread"], json!(["1 image is not read"]));
    assert!(original["reader"].as_str().is_some_and(|reader| reader.starts_with("docx reader of g1")), "{original}");
    let kept = fs::read(bed.dir.join(".g1/blobs").join(original["sha256"].as_str().expect("a hash"))).expect("a blob");
    assert_eq!(kept, bytes, "the document itself is not lost");
    assert!(text(&bed.output(&["hub", "show", "prices.csv"]).stdout).contains("spade,3"));
    let found = text(&bed.output(&["hub", "search", "spade", "--kind", "attachment"]).stdout);
    assert!(found.contains("prices.csv"), "{found}");
    let pack = text(&bed.output(&["context", "understand", "--json"]).stdout);
    assert!(pack.contains("prices.csv") && !pack.contains("spade,3"), "what it is not given is named: {pack}");

    // One byte of it on disk is damage like any other.
    let blob = bed.dir.join(".g1/blobs").join(original["sha256"].as_str().expect("a hash"));
    fs::write(&blob, &bytes[1..]).expect("written");
    assert_eq!(code(&bed.output(&["log", "--verify"])), 1);
}

#[test]
fn the_documents_of_a_change_are_kept_like_the_first_one() {
    let bed = Bed::new();
    let say = |lines: &[&str]| word(&lines.iter().map(|line| paragraph(line)).collect::<String>());
    let old = ["A tool lending list for our allotment club.", "A member can add a tool with a name and a condition."];
    let path = file(&bed, "brief.docx", &say(&old));
    assert_eq!(code(&run(&bed, &path, &[])), 0);
    // Another version under the same name, and an addition of its own.
    let newer = say(&[old[0], "A member can add a tool with a name and a year."]);
    let path = file(&bed, "brief.docx", &newer);
    let amended = bed.output(&["amend", "-f", path.to_str().expect("UTF-8")]);
    assert_eq!(code(&amended), 0, "{}", text(&amended.stderr));
    assert!(text(&amended.stderr).contains("brief.docx"), "{}", text(&amended.stderr));
    let more = say(&["The list of tools can be searched."]);
    let path = file(&bed, "more.docx", &more);
    let added = bed.output(&["add", "-f", path.to_str().expect("UTF-8")]);
    assert_eq!(code(&added), 0, "{}", text(&added.stderr));
    for (name, bytes) in [("brief (2).docx", &newer), ("more.docx", &more)] {
        let document = shown(&bed, name);
        assert_eq!(document["role"], "original", "{document}");
        let kept = bed.dir.join(".g1/blobs").join(document["sha256"].as_str().expect("a hash"));
        assert_eq!(fs::read(&kept).expect("a blob"), **bytes, "{name}");
        // One byte of it on disk is damage like any other.
        fs::write(&kept, &bytes[1..]).expect("written");
        assert_eq!(code(&bed.output(&["log", "--verify"])), 1, "{name}");
        fs::write(&kept, bytes).expect("written");
    }
    assert_eq!(code(&bed.output(&["log", "--verify"])), 0);
}

#[test]
fn pages_and_web_pages_are_read_too() {
    let page = b"<h1>Boats</h1><ul><li>A member can add a boat with a name.<li>The list can be searched.</ul>";
    let bed = Bed::new();
    let path = file(&bed, "brief.html", page);
    let output = run(&bed, &path, &[]);
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    let trace = bed.trace();
    let clauses: Vec<&str> =
        trace["clauses"].as_array().expect("clauses").iter().filter_map(|c| c["text"].as_str()).collect();
    assert_eq!(clauses, ["# Boats\n\n", "- A member can add a boat with a name.\n", "- The list can be searched.\n"]);
    let section: Value = shown(&bed, "C-002");
    assert_eq!(section["section"], json!(["Boats"]));
}

#[test]
fn a_document_that_cannot_be_read_is_refused_in_words_whatever_is_wrong_with_it() {
    let bed = Bed::new();
    let whole = word(&paragraph("A guest book.").repeat(50));
    // Cut off and changed in many places, the same ones every time.
    let mut broken: Vec<Vec<u8>> =
        [0.02, 0.3, 0.6, 0.95].iter().map(|at| whole[..(whole.len() as f64 * at) as usize].to_vec()).collect();
    let mut seed = 7_u64;
    for _ in 0..4 {
        let mut bytes = whole.clone();
        for _ in 0..12 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let at = usize::try_from(seed >> 33).unwrap_or(0) % bytes.len();
            bytes[at] ^= 0x5a;
        }
        broken.push(bytes);
    }
    broken.push(b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 1 0 R >>\nendobj\ntrailer << /Root 1 0 R >>".to_vec());
    broken.push([b"%PDF-1.7\n".to_vec(), vec![b'['; 200_000]].concat());
    broken.push(word(""));
    for (number, bytes) in broken.iter().enumerate() {
        let path = file(&bed, "brief.docx", bytes);
        let output = run(&bed, &path, &[]);
        let said = text(&output.stderr);
        // What a flipped byte leaves readable is read.
        assert!([0, 2].contains(&code(&output)), "{number}: {} {said}", code(&output));
        assert!(!said.contains("panicked"), "{number}: {said}");
        if code(&output) == 2 {
            assert!(said.contains("brief.docx"), "{number}: {said}");
            assert!(!bed.dir.exists(), "{number}: nothing is left behind");
        } else {
            fs::remove_dir_all(&bed.dir).expect("removed");
        }
    }
    let path = file(&bed, "brief.txt", b"A guest book.");
    let table = file(&bed, "a.csv", b"x");
    let table = table.to_str().expect("UTF-8");
    for more in [&["--attach", "/nowhere/x.csv"][..], &["--attach", table, "--attach", table]] {
        let output = run(&bed, &path, more);
        assert_eq!(code(&output), 2, "{}", text(&output.stderr));
    }
}
