//! The generated test suite on the generated application: green as it is, red by an assertion without any linked range.
//!
//! One small specification here; `cargo run --example generate` and `scripts/control-check` do the same for any other.

use g1::{
    hub::clauses,
    models::offline::{
        self, blueprint, read,
        spec::{AppSpec, Scope},
        suite,
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::Command,
};

const SPECS: [(&str, &str); 6] = [
    ("guestbook", include_str!("specs/guestbook.json")),
    ("fitness", include_str!("specs/fitness.json")),
    ("maintenance", include_str!("specs/maintenance.json")),
    ("shop", include_str!("specs/shop.json")),
    ("loans", include_str!("specs/loans.json")),
    ("rooms", include_str!("specs/rooms.json")),
];

fn spec(name: &str) -> AppSpec {
    let (_, text) = SPECS.iter().find(|(known, _)| *known == name).expect("a specification of this name");
    serde_json::from_str(text).expect("a specification")
}

/// Writes application, tests and `links.json`.
fn generate(spec: &AppSpec, folder: &Path) {
    let (mut code, mut tests) = (Vec::new(), Vec::new());
    for module in blueprint::modules(spec) {
        let (built, tested) = (blueprint::build(spec, &module.name), suite::tests(spec, &module.name));
        for file in built.files.iter().chain(&tested.files) {
            let path = folder.join(&file.path);
            fs::create_dir_all(path.parent().expect("a folder")).unwrap();
            fs::write(path, &file.content).unwrap();
        }
        code.extend(built.links);
        tests.extend(tested.links);
    }
    let links = serde_json::json!({"code": code, "tests": tests, "searches": []});
    fs::write(folder.join("links.json"), links.to_string()).unwrap();
}

#[test]
fn every_linked_range_is_caught_by_an_assertion() {
    let folder = tempfile::tempdir().unwrap();
    generate(&spec("guestbook"), folder.path());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/control-check");
    let done = Command::new("python3").arg(script).arg(folder.path()).output().expect("python3 runs");
    let said = String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
    assert!(said.contains("proven by an assertion, 0 problems") && !said.contains("\n0 links"), "{said}");
}

/// What an application does by itself, and whom and what it refuses, in as few records as it takes.
const BY_ITSELF: [&str; 8] = [
    "Clerks must log in.\nPasswords must be at least 10 characters long.\n\
     Clerks add parcels with a label and a pick-up date.\nA parcel is new, packed or sent.\n\
     The start page shows the number of parcels per status.\nEvery parcel gets a running number automatically.\n\
     The home page shows today's parcels.\nA box has a size and a number in stock.\n\
     Clerks add sales with a box and a quantity.\nThe quantity of a sale may not be more than what is in stock.\n\
     The system shows how many of each box are left.",
    "Anglers sign up with a name.\nThe warden can block and unblock anglers; blocked anglers cannot log in.\n\
     Anglers request permits with a lake.\nThe warden approves or rejects a permit; a rejection needs a reason.\n\
     A permit that is settled cannot be changed any more.\nClerks add bills with a customer name.\n\
     Clerks add positions to a bill, each with a quantity and a unit price.\nThe total of a bill is the sum of its positions.\n\
     The amount of a position is its quantity times its unit price.\nA bill number is unique.",
    "Coaches add dives with a title, a date, a start time, an end time, a pool and a number of places.\n\
     Two dives in the same pool must not overlap.\nMembers book a place on a dive.\n\
     When a dive is full, further members are put on the waiting list.\n\
     Members can cancel their own bookings until 24 hours before the dive starts.\n\
     When somebody cancels, the first member on the waiting list gets the place.\n\
     Coaches can see all bookings, members only their own.",
    "Caretakers sign in with a name and a password.\nCaretakers add tools with a name and a condition: good or broken.\n\
     Neighbours borrow tools.\nA tool that is lent cannot be borrowed again until it is back.\n\
     Everyone sees which tools are out.\nA loan lasts at most 14 days.\nThe newest loans come first.\n\
     A broken tool cannot be lent.\nNeighbours cannot delete tools.",
    "The warden adds rooms with a name.\nHirers sign up with a name.\n\
     Hirers book a room with a date, a start time and an end time.\nBookings of the same room must not overlap.\n\
     Bookings are listed by date and start time.\n\
     The warden approves or refuses each booking.\nHirers see only their own bookings.",
    "Employees sign up with a name.\nEmployees add claims with an amount.\nManagers add claims.\nManagers see all claims.\n\
     A manager approves or rejects claims.\nA manager cannot approve or reject their own.\nManagers delete claims.\n\
     No manager may delete his or her own claim.",
    "Users sign up.\nUsers add recipes with a title.\nEveryone sees all recipes.\n\
     Users rate other people's recipes, but not their own.",
    "I am the only user; I log in with a password.\nI add bills with a customer name and an amount.\n\
     A bill is open or paid.\nI can delete bills.",
];

#[test]
fn what_an_application_does_by_itself_is_caught_by_an_assertion() {
    for text in BY_ITSELF {
        let cut = clauses::cut(text);
        let texts = cut.iter().map(|c| (c.id, c.text.to_string())).collect();
        let inputs: Vec<read::Input> = cut.into_iter().map(|c| (c.id, c.text, c.section)).collect();
        let spec = offline::candid(read::analyse(&inputs, &BTreeMap::new()).expect("a specification"), &texts);
        assert!(spec.gaps.is_empty(), "{:?}", spec.gaps);
        let folder = tempfile::tempdir().unwrap();
        generate(&spec, folder.path());
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/control-check");
        let done = Command::new("python3").arg(script).arg(folder.path()).output().expect("python3 runs");
        let said = String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{said}");
        assert!(said.contains("proven by an assertion, 0 problems"), "{said}");
    }
}

/// Texts with several rules on one record, each of which refuses what the samples of another would do.
const MEETING_RULES: [&str; 24] = [
    "Editors sign up with a name.\nEditors add articles with a title and a text.\nAn article is draft or published.\n\
     Visitors can read only published articles, without logging in.\nEditors can change their own articles.",
    "Members record donations with a description and a shelf number.\nA donation is offered, taken or discarded.\n\
     Only the coordinator may set a donation to discarded.\nThe auditor can see taken donations only.\n\
     The coordinator can see all donations.",
    "Teachers book a laptop for a day.\nA laptop has a code and a floor.\nA laptop can be booked only once per day.\n\
     A teacher can have at most one booking per day.\nBookings can be made at most 14 days in advance.",
    "Employees reserve a parking space for a day.\nA space has a number and a floor.\n\
     One reservation per employee and day.\nA space can be reserved only once per day.",
    "A course has a title, a start date and a maximum number of participants.\nThe administrator creates courses.\n\
     Visitors can see all courses.\nA student can register for a course only once.\n\
     No more students can register than the course has places.",
    "A product has a name and an article number.\nThe article number is unique and must be 8 characters long.\n\
     The owner can add, edit and delete products.\nProducts can be searched by name or article number.",
    "Coordinators make pairings. A pairing has a mentor, a topic (career, studies, life) and a note.\n\
     A mentor may have only one pairing per topic.\nMentors see only their own pairings.",
    "Receptionists book appointments.\nAn appointment has a dentist, a date, a start time and an end time.\n\
     A dentist cannot have two appointments at the same time.\nDentists see only their own appointments.",
    "A vet has a name and a phone number. Assistants add vets.\nVisitors can see all vets.\nOnly assistants see the phone number.\n\
     An appointment belongs to a vet and has a start and an end.\nOwners make appointments.\n\
     No two appointments of the same vet may overlap.\nAppointments can be made at most 30 days in advance.\n\
     Owners can delete an appointment until 24 hours before it starts.",
    "Managers add courts with a name and a state, which is open, wet or locked.\nPlayers book a court for a day.\n\
     A locked court cannot be booked.\nBookings cannot be made more than 10 days in advance.\n\
     Players can delete their own bookings until the day before.",
    "Hikers sign up with a name.\nHikers add huts with a name.\nHikers book a day for a hut.\n\
     A hut can be booked only once per day.\nEach day has room for at most 4 huts.\n\
     Bookings can be cancelled until the day before.\nThe manager sees the number of bookings per month.",
    "Guides add tours with a title, a date, a start time and an end time.\nMembers sign up with a name.\nMembers book tours.\n\
     A tour cannot be booked once it has started.\nOnly the guide who created a tour can change or delete it.\n\
     The start page shows the tours of the next 7 days.\nMembers can leave a rating from 1 to 10 on a tour.",
    "Clients register with a name. Groomers are added by the shop manager.\n\
     An appointment has a client, a groomer, a day, a start time and an end time.\n\
     The appointments of a groomer must not overlap.\nClients can cancel an appointment until 12 hours before it begins.\n\
     Once an appointment is billed, it cannot be changed.\nA client sees only his own appointments.\n\
     The shop manager adds appointments.",
    "I run a kennel.\nKeepers add dogs with a name and a weight in kilograms between 0.5 and 90.\n\
     A dog is expected, here or collected.\nKeepers set a dog to here or collected.\nEach dog is looked after by one keeper.\n\
     A dog that has been collected cannot be changed any more.\nOnly I can delete dogs.\n\
     I add outings with a date and the number of keepers needed.\nKeepers can join an outing as long as there are free places.\n\
     Keepers can leave an outing again.\nPast outings cannot be changed any more.",
    "Members log in.\nWardens add tools with a name.\nMembers book a tool. A booking has a first day and a last day.\n\
     Two bookings of the same tool must never overlap.\nA booking may not be longer than 14 days.\n\
     A member may have at most three open bookings at the same time.\n\
     Wardens mark bookings as handed out and later as returned.",
    "The clerk creates, changes and deletes orders.\nAn order has a title and a price.\n\
     An order can only go from new to shipped and from shipped to invoiced.\nOnce shipped, an order cannot be changed.\n\
     A slip has a number, a weight in kg and a state: open, checked or paid.\nThe clerk adds slips and changes slips.\n\
     Once a slip is checked, its weight cannot be changed any more.",
    "Teachers log in.\nTeachers report faults with a title.\nFaults go from reported to in progress to solved.\n\
     A solved fault can be reopened by the teacher who reported it.\n\
     Only janitors can set a fault to in progress or solved.",
    "Owners sign up with a name.\nAn owner adds dogs with a name and a breed.\nAn owner may have at most 4 dogs.\n\
     Owners request stays for their dogs with an arrival day, a departure day and a remark of at most 200 characters.\n\
     The keeper confirms or refuses stays. Once confirmed, a stay cannot be changed.\n\
     A stay may not be longer than 21 days. Nobody may delete a stay.",
    "Members sign up. Members add trips with a title and a number of seats.\nMembers book a seat on a trip.\n\
     A member can book a trip only once.\nA trip cannot have more bookings than it has seats.",
    "Members sign up.\nThe warden adds tours with a title and a number of places.\nMembers book a tour.\n\
     The warden confirms or refuses bookings.\nMembers can cancel their own bookings.\n\
     A member may have at most 3 bookings.\nA member can book a tour only once.\n\
     No more members can book a tour than it has places.",
    "Wardens add boats with a name and a price per day.\nMembers sign up.\n\
     Members book a boat with a first day and a last day.\nTwo bookings of the same boat must not overlap.\n\
     The total of a booking is the price per day times the days.\n\
     The club keeps a price list: each price has a name and an amount.\n\
     Wardens see all bookings; a member sees only their own.",
    "Clerks add permits with a title, the registration number of the vehicle, a size of small, medium or large and \
     a zone (A, B or C).\nThe purpose of a permit is chosen from work, visit and travel.\nEach permit gets a number.\n\
     The names of permits have to be unique.\nClerks add concerts with a date, a start time and a label.\n\
     The newest concerts come first.\nConcerts in the past are not possible.\nA label may not be used twice.\n\
     Clerks add halls with a place, a level and a size. Halls are sorted by place, level and size.",
    // What is unique has other words in each test.
    "Members log in. The leader adds looms with a name and a kind (table, floor or tapestry). Names of looms must be unique. \
     Looms are listed by kind and name. The leader adds racks with a name and a size. Names of racks are unique. Racks are \
     sorted by name and size.",
    "Members sign up.\nThe warden adds laptops with a name.\nMembers can borrow a laptop for at most 7 days.\n\
     The warden adds payments with a plot, a date and an amount. Payments are open, checked or late. New payments are open.\n\
     Members book a hall for a day. A hall has a name and kilometres. A hall can be booked only once per day.\n\
     Members can book at most 30 days ahead.",
];

#[test]
fn rules_that_meet_on_one_record_leave_the_suite_green() {
    for text in MEETING_RULES {
        let folder = tempfile::tempdir().unwrap();
        let clauses: Vec<read::Input> = clauses::cut(text).into_iter().map(|c| (c.id, c.text, c.section)).collect();
        let spec = read::analyse(&clauses, &BTreeMap::new()).expect("a specification");
        generate(&spec, folder.path());
        let done = Command::new("python3").args(["-m", "unittest"]).current_dir(folder.path()).output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success() && !said.contains("Ran 0 tests"), "{text}\n{said}");
    }
}

/// Rights that a sentence gives in passing, takes from some alone, or leaves to whoever added the records.
const GIVEN_TO_SOME: [&str; 12] = [
    "A practice.\nPatients request appointments with a day and a time.\nReceptionists assign appointments to a therapist.\n\
     A therapist cannot have two appointments at the same time.\nThe receptionist confirms each request.\n\
     Patients do not see the appointments of anybody else.",
    "A florist.\nThe owner adds bouquets with a name.\nCustomers order bouquets.\nVisitors see bouquets.\n\
     The owner can hide a bouquet.\nThe florist can close a bouquet for orders.",
    "A loan has a tool and a start date.\nMembers can add a loan.\n\
     Members only see their own loans, volunteers see all loans.",
    "Clerks register items with a description and a category.\nItems are stored, returned, donated or destroyed.\n\
     Only the manager can delete an item.",
    "Customers can write a review with a text and a rating from 1 to 5.\nA moderator publishes reviews.\n\
     Visitors see published reviews only.",
    "A contact has a call sign, a date and a mode (SSB, CW, FM).\nMembers can edit and delete their own contacts only.\n\
     All members can read all contacts.\nMembers see how many contacts they have made in each mode.",
    "Members can add a walk with a title and a date.\nMembers can join at most 3 walks.\nLeaders can delete walks.\n\
     Only the leader who added a walk may change it.",
    "Members can add a bike with a colour.\nOnly the owner of a bike or a mechanic may change it.\n\
     Members can add an order with a product and a quantity.\nOrders are open, closed or delivered.\n\
     Only a buyer can close an order.\nA closed order cannot be changed any more.",
    "Counter staff can add a machine with a model, a price and a deposit.\nOnly the boss may change the price of a machine.\n\
     Counter staff cannot delete machines.\nA nurse can add a dose with a vaccine and a date.\n\
     Doctors can read doses but change nothing.\nThe manager can delete doses.",
    "Staff can add a lamp with a name and a price.\nOnly managers can export the lamps as CSV.\nVisitors can see lamps.\n\
     Parents can book a slot.\nA slot has a date and a time.\nStaff add slots.\nA slot can be booked by one parent only.",
    "Receptionists can register a patient with a name, a date of birth and a phone number.\n\
     Doctors can add a visit with a patient, a date and a diagnosis.\nThe diagnosis is visible to doctors only.\n\
     A patient with visits cannot be deleted.\nA visit cannot be changed after it was entered.",
    "Members can add an entry with a text and a date.\nMembers can change an entry until it is signed.\n\
     The leader signs an entry.\nMembers can only delete the entries they have made.\nThe board can delete entries.",
];

#[test]
fn rights_of_some_leave_the_suite_green() {
    for text in GIVEN_TO_SOME {
        let folder = tempfile::tempdir().unwrap();
        let clauses: Vec<read::Input> = clauses::cut(text).into_iter().map(|c| (c.id, c.text, c.section)).collect();
        generate(&read::analyse(&clauses, &BTreeMap::new()).expect("a specification"), folder.path());
        let done = Command::new("python3").args(["-m", "unittest"]).current_dir(folder.path()).output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success() && !said.contains("Ran 0 tests"), "{text}\n{said}");
    }
}

/// Whoever is assigned a defect may live in the same flat, like everybody: the test of that right must not rest on another.
#[test]
fn a_right_is_missed_although_everybody_has_another_one() {
    let text = "A tenant can report a defect in their flat with a title.\nA tenant sees only the defects of their own flat.\n\
                The caretaker sees all defects and can assign each to a contractor.\nA contractor has a name and a trade.\n\
                A contractor can write a quote with an amount for an assigned defect.";
    let clauses: Vec<read::Input> = clauses::cut(text).into_iter().map(|c| (c.id, c.text, c.section)).collect();
    let whole = read::analyse(&clauses, &BTreeMap::new()).expect("a specification");
    let folder = tempfile::tempdir().unwrap();
    generate(&whole, folder.path());
    let run = || Command::new("python3").args(["-m", "unittest"]).current_dir(folder.path()).output().unwrap();
    let done = run();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let mut less = whole.clone();
    let mut taken = 0;
    for entity in less.entities.iter_mut().filter(|e| e.name == "defect") {
        let before = entity.access.len();
        entity.access.retain(|a| !matches!(a.scope, Scope::AssignedTo { .. }));
        taken += before - entity.access.len();
    }
    assert_eq!(taken, 1, "{:?}", whole.entity("defect"));
    for module in blueprint::modules(&less) {
        for file in blueprint::build(&less, &module.name).files {
            fs::write(folder.path().join(&file.path), &file.content).unwrap();
        }
    }
    let done = run();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(said.contains("FAIL: test_contractor_can_read_assigned"), "{said}");
}

/// Who may shut accounts out has a page for it, which tells no more of people than their names.
const PEOPLE_PAGE: &str = r#"
from tests.support import PeopleCase

class PeoplePage(PeopleCase):
    def test_who_may_shuts_accounts_out_on_a_page(self):
        warden, angler = self.newcomer("warden"), self.newcomer()
        shown = self.page("/users", warden)
        self.assertIn('action="/users/%d/blocked"' % angler.id, shown)
        self.assertNotIn('action="/users/%d/blocked"' % warden.id, shown)
        self.assertNotIn(angler.name, shown)
        self.assertNotIn("Save roles", shown)
        self.assertIn('action="/users/%d/blocked"' % warden.id, self.page("/users", self.admin()))
        self.assertNotIn("/users", self.page("/", angler))
        self.expect(200, warden.put("/api/users/%d/blocked" % angler.id, {"blocked": True}))
        self.assertIn("Blocked: cannot log in.", self.page("/users", warden))
"#;

#[test]
fn whoever_may_shut_accounts_out_finds_them_on_a_page() {
    let folder = tempfile::tempdir().unwrap();
    let clauses = clauses::cut(BY_ITSELF[1]).into_iter().map(|c| (c.id, c.text, c.section)).collect::<Vec<_>>();
    generate(&read::analyse(&clauses, &BTreeMap::new()).expect("a specification"), folder.path());
    fs::write(folder.path().join("tests/test_people_page.py"), PEOPLE_PAGE).unwrap();
    passes(folder.path(), "test_people_page");
}

/// Whether a module of tests that stands beside the generated ones passes.
fn passes(folder: &Path, module: &str) {
    let done = Command::new("python3")
        .args(["-m", "unittest", &format!("tests.{module}")])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// A letter is the same value in either case, and the list keeps to the one it was given.
const LETTERS: &str = r#"
from tests.support import AppCase

class Letters(AppCase):
    def test_a_letter_is_one_value_in_either_case(self):
        clerk = self.anyone()
        for said in ("A", "a"):
            rack = self.create("/api/racks", {"title": "Rack " + said, "zone": said}, by=clerk)
            self.assertEqual(self.value(rack, "zone"), "a")
        self.expect_refused(clerk.post("/api/racks", {"title": "Rack", "zone": "D"}), "zone")
"#;

#[test]
fn a_value_is_taken_whatever_its_case() {
    let folder = tempfile::tempdir().unwrap();
    let text = "Clerks can add racks with a title and a zone (A, B or C).";
    let clauses = clauses::cut(text).into_iter().map(|c| (c.id, c.text, c.section)).collect::<Vec<_>>();
    generate(&read::analyse(&clauses, &BTreeMap::new()).expect("a specification"), folder.path());
    fs::write(folder.path().join("tests/test_letters.py"), LETTERS).unwrap();
    passes(folder.path(), "test_letters");
}

/// What the application stored before a property became one of another kind is taken over where it can be, and never lost.
const BEFORE: &str = r#"
import contextlib, io, os, sqlite3, tempfile, unittest
from app.server import Application

class Before(unittest.TestCase):
    def test_values_of_another_kind(self):
        with tempfile.TemporaryDirectory() as folder:
            database = sqlite3.connect(os.path.join(folder, "data.sqlite3"))
            database.execute("CREATE TABLE racks (id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT, zone INTEGER, height TEXT)")
            rows = [("Old", 30, "12"), ("Odd", None, "tall"), ("New", None, "12.5")]
            database.executemany("INSERT INTO racks (title, zone, height) VALUES (?, ?, ?)", rows)
            database.commit()
            database.close()
            for _ in range(2):
                said = io.StringIO()
                with contextlib.redirect_stderr(said):
                    data = Application(folder).database
                found = [tuple(row) for row in data.rows("SELECT title, zone, zone_before, height, height_before FROM racks")]
                data.close()
                expected = [("Old", None, 30, 12, "12"), ("Odd", None, None, None, "tall"), ("New", None, None, 12.5, "12.5")]
                self.assertEqual(found, expected)
            self.assertEqual(said.getvalue(), "", "it is said once")
"#;

#[test]
fn values_of_a_property_that_became_another_kind_are_taken_over_or_set_aside() {
    let folder = tempfile::tempdir().unwrap();
    let text = "Clerks can add racks with a title, a zone (A, B or C) and a height in cm.";
    let clauses = clauses::cut(text).into_iter().map(|c| (c.id, c.text, c.section)).collect::<Vec<_>>();
    generate(&read::analyse(&clauses, &BTreeMap::new()).expect("a specification"), folder.path());
    fs::write(folder.path().join("tests/test_before.py"), BEFORE).unwrap();
    passes(folder.path(), "test_before");
}

/// Who looks at records of others sees on the list whose they are; who has only their own is not told their own name.
const WHOSE: &str = r#"
from tests.support import PeopleCase

class Whose(PeopleCase):
    def test_whose_a_record_is(self):
        clerk = self.someone("manager")
        room = self.create("/api/rooms", {"name": "Blue", "seats": 4}, by=clerk)
        guest = self.someone()
        times = {"starts": "2030-05-01T10:00", "ends": "2030-05-01T11:00"}
        self.create("/api/bookings", {"room_id": room["id"], "people": 2, "note": "Window", **times}, by=guest)
        name = self.value(self.expect(200, guest.get("/api/me")), "name")
        self.assertIn('<td data-label="By"><span>%s</span>' % name, self.page("/bookings", clerk))
        self.assertNotIn('data-label="By"', self.page("/bookings", guest))
"#;

#[test]
fn a_list_with_records_of_others_says_whose_they_are() {
    let folder = tempfile::tempdir().unwrap();
    generate(&spec("shop"), folder.path());
    fs::write(folder.path().join("tests/test_whose.py"), WHOSE).unwrap();
    passes(folder.path(), "test_whose");
}

#[test]
fn every_demand_of_a_specification_has_a_test_that_exists() {
    for (name, _) in SPECS {
        let spec = spec(name);
        for module in blueprint::modules(&spec) {
            let suite = suite::tests(&spec, &module.name);
            assert_eq!(suite, suite::tests(&spec, &module.name), "{name}: the same specification, the same tests");
            let file = suite.files.last().expect("a test file");
            for link in &suite.links {
                let mut parts = link.test.rsplit('.');
                let (test, class) = (parts.next().unwrap(), parts.next().unwrap());
                assert!(file.content.contains(&format!("\nclass {class}(")), "{name}: {}", link.test);
                assert!(file.content.contains(&format!("    def {test}(self):")), "{name}: {}", link.test);
                assert!(!link.shows.is_empty());
            }
            let shown: BTreeSet<&str> = suite
                .links
                .iter()
                .map(|l| l.clause.as_str())
                .chain(suite.searches.iter().map(|s| s.clause.as_str()))
                .collect();
            for clause in &module.clauses {
                assert!(
                    shown.contains(clause.to_string().as_str()),
                    "{name}: {} has no test for {clause}",
                    module.name
                );
            }
        }
    }
}

#[test]
fn a_clause_that_is_taken_away_takes_its_tests_along() {
    let mut spec = spec("guestbook");
    let before = spec.features.len();
    spec.features.pop();
    let gone = spec.features.len() + 1;
    assert_eq!(before, gone);
    let full = serde_json::from_str::<AppSpec>(SPECS[0].1).unwrap();
    let clause = full.features.last().expect("a feature").clauses()[0].to_string();
    let linked = |spec: &AppSpec| {
        blueprint::modules(spec).iter().any(|m| suite::tests(spec, &m.name).links.iter().any(|l| l.clause == clause))
    };
    assert!(linked(&full));
    assert!(!linked(&spec));
}
