//! What is background, and what may be a demand although no rule understands it.

use super::tests::{read, whole};
use crate::domain::ClauseId;

const OPENING: &str = "A board for a street market. Traders add stalls with a name and a size.";

#[test]
fn what_is_not_understood_is_a_demand_with_a_gap() {
    for sentence in [
        "The list of stalls loads in 300 ms on a cheap tablet.",
        "Stalls vanish after 14 days.",
        "A stall with rude words stays hidden until the market office releases it.",
        "The archive runs every Sunday.",
        "A dark mode would be nice.",
        "Händler können ihre Stände löschen und ein Bild davon hochladen.",
        "Stalls sorted by size.",
    ] {
        let spec = read(&format!("{OPENING} {sentence}"));
        let id = ClauseId(3);
        assert!(spec.marks.iter().any(|m| m.clause == id && m.kind.demands()), "{sentence} demands nothing");
        let read = spec.interpretations.iter().any(|r| r.clauses.contains(&id));
        assert!(read || spec.gaps.iter().any(|g| g.clause == id), "{sentence} is neither read nor a gap");
        assert!(spec.gaps.iter().all(|g| g.clause == id), "{sentence} spoils what stands before it");
    }
}

#[test]
fn what_surrounds_the_demands_stays_background() {
    for sentence in [
        "We are a small market by the river.",
        "Our market has 80 traders and we use a paper book today.",
        "The old list was full of mistakes.",
        "Two traders had the same stall.",
        "Somebody forgot the fees.",
        "The list is often out of date.",
        "We lose 3 hours every week.",
        "Hello everybody!",
        "Thank you for your work.",
        "We want traders to earn more.",
    ] {
        let spec = read(&format!("{OPENING} {sentence}"));
        let mark = spec.marks.iter().find(|m| m.clause == ClauseId(3)).unwrap();
        assert!(!mark.kind.demands(), "{sentence} is {} ({})", mark.kind.word(), mark.reason);
    }
}

#[test]
fn who_wants_it_and_that_it_is_a_page_is_no_demand() {
    for sentence in [
        "Our beekeepers' association wants a web page.",
        "Our club needs a small web application.",
        "The tenants' association wants a program for it.",
    ] {
        let spec = read(&format!("{sentence} Traders add stalls with a name and a size. Traders see all stalls."));
        let mark = spec.marks.iter().find(|m| m.clause == ClauseId(1)).unwrap();
        assert!(!mark.kind.demands(), "{sentence} is {} ({})", mark.kind.word(), mark.reason);
        assert!(spec.gaps.is_empty(), "{sentence}: {:?}", spec.gaps);
    }
    for sentence in [
        "Our beekeepers' association wants a web page with a forum.",
        "Our club needs a small web application for barcode scanners.",
        "Our association wants a list of hives.",
    ] {
        let spec = read(&format!("{sentence} Traders add stalls with a name and a size. Traders see all stalls."));
        assert!(spec.marks.iter().any(|m| m.clause == ClauseId(1) && m.kind.demands()), "{sentence}");
    }
}

#[test]
fn a_name_with_a_full_stop_behind_it_is_a_title() {
    let rest = "Members add stalls with a name and a size. Members see all stalls.";
    for title in [
        "Leave planner for our office.",
        "Key handover log for a housing company.",
        "Boat hire.",
        "Tool lending for our village.",
    ] {
        let spec = read(&format!("{title} {rest}"));
        let mark = spec.marks.iter().find(|m| m.clause == ClauseId(1)).unwrap();
        assert!(!mark.kind.demands() && spec.gaps.is_empty(), "{title} is {}: {:?}", mark.kind.word(), spec.gaps);
    }
    for demand in [
        "List all stalls.",
        "Show a map of the market.",
        "Export members for the board.",
        "No double bookings.",
        "Stalls sorted by size.",
        "Barcode scanner with printed labels.",
        "Anonymous voting for our market.",
    ] {
        for text in [format!("{demand} {rest}"), format!("{rest} {demand}")] {
            let spec = read(&text);
            let id = ClauseId(if text.starts_with(demand) { 1 } else { 3 });
            assert!(spec.marks.iter().any(|m| m.clause == id && m.kind.demands()), "{text}");
        }
    }
}

#[test]
fn what_stands_on_every_page_and_leads_to_pages_is_furniture() {
    let page = |n: usize| {
        format!(
            "Harbour Handbook – release {n}\n\nClerks can record berths of pier {n}.\n\nName\n\nThe warden sees the berths of pier {n}.\n\n"
        )
    };
    let spec = read(&format!("Pier Rules .........7\n\n{}", (1..=25).map(page).collect::<String>()));
    let demands = |clause: u32| spec.marks.iter().any(|m| m.clause == ClauseId(clause) && m.kind.demands());
    let text: Vec<bool> = (1..=5).map(demands).collect();
    assert_eq!(text[..3], [false, false, true], "{:?}", &spec.marks[..5]);
    assert!(text[4]);
}

#[test]
fn what_a_person_does_to_a_record_is_no_background() {
    for sentence in [
        "The gardener who made the offer accepts or declines the request.",
        "The member who owns a tool approves the loan.",
        "The lecturer grades a paper from 1.0 to 5.0.",
        "When I put myself down for a tool, then I am shown as its user.",
        "Then I am shown as a user of that tool.",
    ] {
        let spec = read(&format!("Members can add a tool with a name and a fee.\nMembers can see tools.\n{sentence}"));
        assert!(spec.marks[2].kind.demands(), "{sentence}: {:?}", spec.marks[2]);
    }
    for sentence in ["We keep a paper list of them.", "A paper card tells who has it."] {
        let spec = read(&format!("Members can add a tool with a name and a fee.\nMembers can see tools.\n{sentence}"));
        assert!(!spec.marks[2].kind.demands(), "{sentence}: {:?}", spec.marks[2]);
    }
}

#[test]
fn a_sentence_that_goes_on_and_on_is_a_gap() {
    let long = format!("Members can write entries{}.", " and write entries".repeat(600));
    let spec = read(&format!("Members add boats with a name.\n{long}"));
    let gap = spec.gaps.iter().find(|gap| gap.clause.0 == 2).expect("a gap");
    assert!(gap.whole && gap.reason.contains("more than 300 words"), "{gap:?}");
    assert!(whole(&spec, 1) && !spec.entities.iter().any(|entity| entity.name == "entry"));
}
