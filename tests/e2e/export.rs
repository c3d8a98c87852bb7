//! The bundle of a run.

use crate::support::{GUEST_BOOK, code, finished, text};

#[test]
fn a_run_is_exported_whole_and_the_same_every_time() {
    let (bed, end) = finished(GUEST_BOOK);
    assert_eq!(end, 0);
    let out = bed.home.join("out");
    let to = out.to_str().expect("UTF-8");
    let done = bed.output(&["export", to]);
    assert_eq!(code(&done), 0, "{}", text(&done.stderr));
    let read = |path: &str| std::fs::read_to_string(out.join(path)).unwrap_or_else(|e| panic!("{path}: {e}"));
    assert_eq!(read("requirement.txt"), GUEST_BOOK);
    assert!(
        read("trace.html").contains("guest book") && read("decisions.md").contains("G-01 plan: approved, by policy")
    );
    assert!(read("application/g1.toml").contains("[commands]") && read("journal.jsonl").lines().count() > 20);
    assert!(read("hub/clauses.json").contains("C-001") && read("documents/api.md").contains("openapi"));
    let sums = read("SHA256SUMS");
    assert!(sums.lines().any(|l| l.ends_with("evidence/controls.json")), "{sums}");
    assert!(sums.lines().any(|l| l.contains("  evidence/E-") && l.ends_with(".txt")), "{sums}");

    // As the README has it: beside the project, named from within it.
    let beside = bed.g1(&["export", "../beside.tar.gz"]).current_dir(&bed.dir).output().expect("g1 runs");
    assert_eq!(code(&beside), 0, "{}", text(&beside.stderr));
    for refused in [to, bed.dir.join("in.tar").to_str().expect("UTF-8"), "x.zip"] {
        assert_eq!(code(&bed.output(&["export", refused])), 2, "{refused}");
    }
    let archive = |name: &str| {
        let path = bed.home.join(name).join("run.tar.gz");
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        let done = bed.output(&["export", path.to_str().expect("UTF-8")]);
        assert_eq!(code(&done), 0, "{}", text(&done.stderr));
        std::fs::read(path).expect("the archive")
    };
    assert!(archive("a") == archive("b"), "the same run makes the same bytes");
}
