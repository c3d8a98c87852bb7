use super::*;
use proptest::prelude::*;

fn pieces(text: &str) -> Vec<String> {
    cut(text).into_iter().map(|c| c.text.trim().to_owned()).collect()
}

fn assert_partition(text: &str) {
    let clauses = cut(text);
    let mut at = 0;
    for (n, clause) in clauses.iter().enumerate() {
        let (start, end) = clause.span.expect("a requirement's clause has a span");
        assert_eq!(start, at, "no gap and no overlap");
        assert!(end > start, "no empty clause");
        assert_eq!(clause.text.as_bytes(), &text.as_bytes()[start as usize..end as usize]);
        assert_eq!(clause.id, ClauseId(n as u32 + 1));
        at = end;
    }
    assert_eq!(at, text.len() as u64);
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    assert_partition(text);
    assert_eq!(pieces(text), expected, "of {text:?}");
}

#[test]
fn sentences_end_where_they_end() {
    check("Build a shop. Users log in! Really? Yes", &["Build a shop.", "Users log in!", "Really?", "Yes"]);
    check("i want a site. it should have users.", &["i want a site.", "it should have users."]);
    check("Not wanted: no e-mail sending, no payment.", &["Not wanted: no e-mail sending, no payment."]);
    check(
        "It says \"Are you sure?\" and waits. Then it goes.",
        &["It says \"Are you sure?\" and waits.", "Then it goes."],
    );
    check("He said \"Stop.\" The end.", &["He said \"Stop.\"", "The end."]);
    check("A record is created.The user sees it.", &["A record is created.", "The user sees it."]);
}

#[test]
fn abbreviations_numbers_and_names_do_not_end_sentences() {
    for one in [
        "Users give a rating, e.g. Five stars, i.e. The best one, to a film.",
        "A ride of 1.5 km. or 2.75 miles is logged.",
        "See No. 3 and fig. 4 for Dr. Miller and Mr. J. Smith of Acme Inc. in Bonn.",
        "Export to report.csv at https://example.org/a.b?c=d now",
        "Version 2.0 runs on Node.JS with System.Out of the U.S. Army.",
        "Fields (name, colour, etc.) are shown approx. Five at a time.",
        "Wait ... and then go.",
    ] {
        check(one, &[one]);
    }
    check("A title (max. 100 characters). A text.", &["A title (max. 100 characters).", "A text."]);
    check("We ride 10 km. The app logs it.", &["We ride 10 km.", "The app logs it."]);
    check("It opens at 5 p.m. It closes at 6.", &["It opens at 5 p.m.", "It closes at 6."]);
    check(
        "Is it ready? No. We wait until 2030. Then we go.",
        &["Is it ready?", "No.", "We wait until 2030.", "Then we go."],
    );
}

#[test]
fn items_rows_stories_and_headings_are_clauses() {
    check(
        "# Shop\n\nIt sells:\n- apples\n- pears, which\n  are ripe. Always.\n1. first\n2) second\n",
        &["# Shop", "It sells:", "- apples", "- pears, which\n  are ripe.", "Always.", "1. first", "2) second"],
    );
    check("| a | b |\n|---|---|\n| 1. x. Y | 2 |\n", &["| a | b |\n|---|---|", "| 1. x. Y | 2 |"]);
    check(
        "As a user, I want a so that b\nAs an admin, I want c\nso that d\nUS-3: As a guest I want e",
        &["As a user, I want a so that b", "As an admin, I want c\nso that d", "US-3: As a guest I want e"],
    );
    check("User login\nWorkout logging\nProgress charts", &["User login", "Workout logging", "Progress charts"]);
    check("Title\n=====\nText here.\n", &["Title\n=====", "Text here."]);
    check("iv. Kiln Report\nThe potter prints it.\n", &["iv. Kiln Report", "The potter prints it."]);
    check("name\ttype\nage\tnumber\n", &["name\ttype", "age\tnumber"]);
    check("```\na. B. C\n\n- d\n```\nEnd.", &["```\na. B. C\n\n- d\n```", "End."]);
}

#[test]
fn wrapped_lines_stay_one_clause() {
    check(
        "A user\n\tis able to search a\n\tmedium (search\n\tmedium).\n\nA user\n\tis able to leave.",
        &["A user\n\tis able to search a\n\tmedium (search\n\tmedium).", "A user\n\tis able to leave."],
    );
    check(
        "The voucher is sold to the client of the programme and it is\nThe Unit that keeps the list of all of them in its\nDatabase.",
        &[
            "The voucher is sold to the client of the programme and it is\nThe Unit that keeps the list of all of them in its\nDatabase.",
        ],
    );
    check(
        "The system will interface with the reader to take all transaction \n\nCopyright © 2005 by Acme\nSpec of X Page 4 of 33\ndetails of it. Next one.",
        &[
            "The system will interface with the reader to take all transaction \n\nCopyright © 2005 by Acme\nSpec of X Page 4 of 33\ndetails of it.",
            "Next one.",
        ],
    );
}

#[test]
fn running_heads_beside_page_breaks_are_furniture() {
    let head = "Requirements of the boat club";
    let pages = [
        "Members book a boat for at most three hours and the",
        "board sees the bookings.\nEvery boat has a name.",
        "The list can be sorted.",
    ];
    // As a reader of PDFs puts the break, alone and before the first line of the page.
    for break_ in ["\u{c}\n", "\u{c}"] {
        let text: String = pages.iter().map(|page| format!("{break_}{head}\n{page}\n")).collect();
        assert_partition(&text);
        let found = pieces(&text);
        let booking = found.iter().find(|clause| clause.contains("three hours")).expect("the clause");
        assert!(booking.ends_with("board sees the bookings."), "{found:?}");
        assert!(found.iter().any(|clause| clause == "Every boat has a name."), "{found:?}");
    }
}

#[test]
fn the_section_path_follows_the_headings() {
    let text = "# A\nx.\n## B\ny.\n# C\nz.\n";
    let sections: Vec<_> = cut(text).into_iter().map(|c| c.section.join("/")).collect();
    assert_eq!(sections, ["", "A", "A", "A/B", "", "C"]);
    let text = "Spec\n\n1. Goal\n\nDo it.\n\n2. Rest\n\n2.1 More\n\nDo more.\n\nProcedure:\n\n1. one thing.\n\n2. two things.\n";
    let sections: Vec<_> = cut(text).into_iter().map(|c| c.section.join("/")).collect();
    assert_eq!(
        sections,
        [
            "",
            "Spec",
            "Spec/1. Goal",
            "Spec",
            "Spec/2. Rest",
            "Spec/2. Rest/2.1 More",
            "Spec/2. Rest/2.1 More",
            "Spec/2. Rest/2.1 More/Procedure",
            "Spec/2. Rest/2.1 More/Procedure"
        ]
    );
}

#[test]
fn bom_line_ends_and_white_space_are_kept() {
    check("", &[]);
    assert_eq!(cut("\u{feff}\r\n  Build it.\r\n\r\nNow.\r\n")[0].text, "\u{feff}\r\n  Build it.\r\n\r\n");
    assert_partition("\u{feff}\r\n  Build it.\r\n\r\nNow.\r\n");
    assert_eq!(cut(" \n\t\n").len(), 1);
    assert_eq!(cut("🎉🎉 🎉").len(), 1);
    check("--- \nA.\n\n***\n\nB.", &["--- \nA.\n\n***", "B."]);
}

#[test]
fn what_is_not_utf8_is_refused_with_the_offset() {
    assert_eq!(decode(b"abc\0"), Err(NotText::Nul { offset: 3 }));
    assert_eq!(decode(b"abc\xffdef"), Err(NotText::Utf8 { offset: 3 }));
    assert_eq!(decode("é".as_bytes()), Ok("é"));
    assert_eq!(decode(&"aé".as_bytes()[..2]), Err(NotText::Utf8 { offset: 1 }));
}

#[test]
fn every_fixture_is_partitioned_and_cut_at_every_marker() {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/requirements");
    let mut seen = 0;
    for entry in std::fs::read_dir(dir).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        assert_partition(&text);
        let starts: Vec<usize> = cut(&text).iter().map(|c| c.span.unwrap().0 as usize).collect();
        // `¶` in a fixture's text marks by hand where a clause must begin; every other place must not.
        let marked = text.contains('¶');
        if marked {
            let expected: Vec<usize> = text.match_indices('¶').map(|(i, _)| i).collect();
            let plain = cut(&text.replace('¶', ""));
            let begins: Vec<usize> = expected.iter().enumerate().map(|(n, i)| i - n * '¶'.len_utf8()).collect();
            let found: Vec<usize> = plain
                .iter()
                .map(|c| {
                    let blank = |c: char| c.is_whitespace() || c == '\u{feff}';
                    c.span.unwrap().0 as usize + (c.text.len() - c.text.trim_start_matches(blank).len())
                })
                .collect();
            let show = |at: usize| text.replace('¶', "")[at..].chars().take(50).collect::<String>();
            for at in &found {
                assert!(begins.contains(at), "cut where no clause begins: {:?}", show(*at));
            }
            for at in &begins {
                assert!(found.contains(at), "not cut before {:?}", show(*at));
            }
        } else {
            assert!(!starts.is_empty());
        }
        seen += 1;
    }
    assert!(seen >= 5, "the fixtures are there");
}

proptest! {
    #[test]
    fn any_text_is_partitioned(text in "\\PC{0,200}|[a-zA-Z0-9.!?:()|#* \\-\\t\\r\\n•—“”\u{feff}é漢🎉]{0,300}") {
        assert_partition(&text);
    }

    #[test]
    fn cutting_is_stable_under_what_follows(a in "[A-Z][a-z ]{3,30}\\.", b in "[A-Z][a-z ]{3,30}\\.") {
        let text = format!("{a}\n\n{b}");
        let joined = cut(&text);
        prop_assert_eq!(joined.last().unwrap().text.clone(), cut(&b).last().unwrap().text.clone());
    }
}
