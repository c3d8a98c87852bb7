//! A clause that never reaches a persona: what it demands is not made, and everybody can see that.

use crate::support::{Fault, isolated, run};
use g1::domain::{pack::PackKind, reply::ReplyKind, trace::Status};

const TEXT: &str = "\
A lending list for the boats of our rowing club.

- A member can add a boat with a name and a number of seats.
- The number of seats must be between 1 and 9.
- The list of boats can be searched.
";
const SEARCH: &str = "C-004";

fn without(clause: &'static str, kinds: &'static [ReplyKind]) -> Fault {
    Box::new(move |request| {
        if kinds.is_empty() || kinds.contains(&request.kind) {
            request.pack.items.retain(|item| item.kind != PackKind::Clause || item.id != clause);
        }
    })
}

/// Whether the developer's code declares a search.
fn searches(reply: &str) -> bool {
    reply.contains("Search(")
}

#[test]
fn a_clause_taken_out_of_every_pack_shows_as_dropped_in_every_step() {
    isolated("dropped::a_clause_taken_out_of_every_pack_shows_as_dropped_in_every_step", || {
        let less = run(TEXT, without(SEARCH, &[]));
        let failed = less.failed("understand");
        let named = failed.iter().any(|check| check.details.iter().any(|d| d.contains("C-004 is dropped")));
        assert!(named, "{failed:?}");
        for step in ["plan", "design"] {
            let failed = less.failed(step);
            assert!(failed.iter().any(|check| check.details.iter().any(|d| d.contains(SEARCH))), "{step}: {failed:?}");
        }
        // What G1 stands in with has no hole, and who builds without the clause is not believed.
        assert_eq!(less.status(SEARCH), Some(Status::Missing));
        assert_eq!(less.exit, 4);
    });
}

#[test]
fn a_clause_taken_out_of_the_developers_pack_has_no_code() {
    isolated("dropped::a_clause_taken_out_of_the_developers_pack_has_no_code", || {
        let whole = run(TEXT, Box::new(|_| {}));
        assert_eq!(whole.status(SEARCH), Some(Status::Proven));
        assert!(whole.failed("build:boats").is_empty());
        assert!(searches(&whole.replies("build:boats")[0]), "{}", whole.replies("build:boats")[0]);

        let less = run(TEXT, without(SEARCH, &[ReplyKind::Build]));
        for reply in less.replies("build:boats") {
            assert!(!searches(&reply), "{reply}");
        }
        let failed = less.failed("build:boats");
        let drift = failed.iter().find(|check| check.name.as_str() == "drift").unwrap();
        assert_eq!(drift.summary.as_str(), "covered 3/4, dropped 1");
        assert!(drift.details.iter().any(|d| d.contains("C-004 is dropped")), "{drift:?}");
        assert_eq!(less.status(SEARCH), Some(Status::Missing));
        assert_eq!(less.exit, 7, "what starts is a frame without boats");
    });
}
