//! People whose name is in no list: who does what only people do is somebody.

use super::outline::outline;
use super::tests::{read, whole};

/// What is understood of a text is the same whatever its people are called.
fn like_members(text: &str, called: &[(&str, &str)]) {
    let known = [("PEOPLE", "members"), ("PERSON", "member"), ("OFFICE", "caretaker")];
    let with = |names: &[(&str, &str)]| names.iter().fold(text.to_owned(), |t, (mark, name)| t.replace(mark, name));
    let mut expected = outline(&read(&with(&known)));
    for (mark, name) in called {
        let word = known.iter().find(|(m, _)| m == mark).map(|(_, w)| *w).unwrap();
        let capital = |w: &str| w[..1].to_uppercase() + &w[1..];
        expected = expected.replace(word, name).replace(&capital(word), &capital(name));
        expected = expected.replace(&word.replace(' ', "_"), &name.replace(' ', "_"));
    }
    let sorted = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&outline(&read(&with(called)))), sorted(&expected), "{called:?}");
}

#[test]
fn who_signs_up_asks_and_is_told_is_somebody() {
    let text = "The hall needs a program for its dates.\nPEOPLE sign up with name, e-mail and password. \
        A PERSON asks for a date with a title and a number of guests.\nOnly the OFFICE sees all requests. \
        The OFFICE approves or refuses each request.\nA PERSON sees their own requests only. \
        A PERSON may cancel a request.\nThe PERSON is told whether a request was approved.";
    for (people, person) in [("hirers", "hirer"), ("bellfolks", "bellfolk"), ("nomads", "nomad")] {
        like_members(text, &[("PEOPLE", people), ("PERSON", person), ("OFFICE", "caretaker")]);
    }
    like_members(text, &[("PEOPLE", "hirers"), ("PERSON", "hirer"), ("OFFICE", "borough")]);
}

#[test]
fn lists_and_programs_that_ask_and_tell_are_nobody() {
    let spec = read(
        "Members log in.\nMembers add boats with a name and a length.\nThe list shows the boats.\n\
        The report tells how many boats there are.\nA booking asks for a date.\nThe validator accepts a name.\n\
        The wizard asks for a name.\nA leaflet can read as follows.",
    );
    let roles: Vec<&str> = spec.users.iter().flat_map(|u| &u.roles).map(|r| r.name.as_str()).collect();
    assert_eq!(roles, ["member"]);
}

#[test]
fn those_named_shortly_are_those_named_before() {
    let spec = read(
        "Freelance snappers sign up with e-mail and password.\nA snapper reserves a lamp for a day.\n\
        A lamp has a name.\nThe manager adds lamps.",
    );
    let roles: Vec<&str> = spec.users.iter().flat_map(|u| &u.roles).map(|r| r.name.as_str()).collect();
    assert_eq!(roles, ["freelance_snapper", "manager"]);
}

#[test]
fn whoever_wants_a_program_has_it_made() {
    for house in ["The village hall", "Our allotment", "The tennis hut"] {
        let spec = read(&format!("{house} wants a web page for its keys.\nA key has a number.\nMembers add keys."));
        assert!(spec.gaps.is_empty(), "{house}: {:?}", spec.gaps);
        let names: Vec<&str> = spec.entities.iter().map(|e| e.name.as_str()).collect();
        assert_eq!(names, ["key"], "{house}");
    }
    let spec =
        read("The parish council needs a program for its keys.\nA key has a number.\nMembers log in and add keys.");
    let roles: Vec<&str> = spec.users.iter().flat_map(|u| &u.roles).map(|r| r.name.as_str()).collect();
    assert_eq!(roles, ["member"]);
}

#[test]
fn asking_for_something_is_requesting_it_and_makes_no_other_of_it() {
    let text = |verb: &str| {
        "Members sign up with a name, an e-mail and a password.\nA member VERB a room with a first day, a last day, \
             a purpose and a number of guests.\nThe caretaker approves or refuses each booking.\nRooms have a name."
            .replace("VERB", verb)
    };
    let without_words =
        |spec| outline(&spec).lines().filter(|l| !l.starts_with("FR [2]")).collect::<Vec<_>>().join("\n");
    let booked = without_words(read(&text("books")));
    for verb in ["asks for", "requests"] {
        let asked = read(&text(verb));
        assert!(whole(&asked, 2), "{:?}", asked.gaps);
        assert_eq!(without_words(asked), booked, "{verb}");
    }
    let form = read("Members add rooms with a name.\nThe form asks for a member with a reason.");
    assert!(form.entities.iter().all(|e| e.name == "room" || e.name == "member"), "{:?}", form.entities);
}
