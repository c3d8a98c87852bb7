//! Nouns: which name a property and of what type, which name people, which name what the engine cannot do.

use crate::models::offline::spec::FieldType;
use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::OnceLock,
};

/// Several men of a calling, where the word for one of them does not end in `-sman`.
const MEN: [&str; 9] =
    ["chairmen", "firemen", "foremen", "handymen", "workmen", "policemen", "doormen", "repairmen", "watchmen"];

/// Irregular plurals that the general rules get wrong, and words that only look plural.
const FIXED: [(&str, &str); 22] = [
    ("people", "person"),
    ("staff", "staff"),
    ("status", "status"),
    ("address", "address"),
    ("news", "news"),
    ("series", "series"),
    ("data", "data"),
    ("media", "medium"),
    ("children", "child"),
    ("bus", "bus"),
    ("class", "class"),
    ("access", "access"),
    ("business", "business"),
    ("progress", "progress"),
    ("process", "process"),
    ("success", "success"),
    ("illness", "illness"),
    ("fitness", "fitness"),
    ("process", "process"),
    ("cookies", "cookie"),
    ("movies", "movie"),
    ("leaves", "leave"),
];

/// The singular of a lower-case noun.
#[must_use]
pub fn singular(word: &str) -> String {
    if let Some((_, s)) = FIXED.iter().find(|(w, _)| *w == word) {
        return (*s).to_owned();
    }
    if word.len() < 3
        || !word.ends_with('s') && !word.ends_with("en") && !word.ends_with("ia") && !word.ends_with("ice")
    {
        return word.to_owned();
    }
    if word.ends_with("ss") || word.ends_with("us") || word.ends_with("is") || !word.is_ascii() {
        return word.to_owned();
    }
    if !word.ends_with('s') {
        return match word {
            "women" => "woman".into(),
            "men" => "man".into(),
            "criteria" => "criterion".into(),
            "mice" => "mouse".into(),
            // `craftsmen`, `policewomen`
            w if w.len() > 5 && (w.ends_with("smen") || w.ends_with("women") || MEN.contains(&w)) => {
                format!("{}an", &w[..w.len() - 2])
            }
            _ => word.to_owned(),
        };
    }
    remembered(word, 1)
}

/// The general rules are regular expressions tried one after the other; a text repeats its words.
fn remembered(word: &str, count: isize) -> String {
    use std::thread_local;
    thread_local! {
        static KNOWN: RefCell<HashMap<(String, isize), String>> = RefCell::new(HashMap::new());
    }
    KNOWN.with_borrow_mut(|known| {
        if known.len() > 20_000 {
            known.clear();
        }
        known.entry((word.to_owned(), count)).or_insert_with(|| pluralizer::pluralize(word, count, false)).clone()
    })
}

/// The plural of a lower-case noun; of several words the last one.
#[must_use]
pub fn plural(word: &str) -> String {
    let (front, last) = word.rsplit_once('_').map_or(("", word), |(f, l)| (f, l));
    let last = match last {
        "person" => "people".to_owned(),
        "staff" | "news" | "series" | "data" | "equipment" | "feedback" | "inventory_data" => format!("{last}_records"),
        "medium" => "media".to_owned(),
        "status" => "statuses".to_owned(),
        "criterion" => "criteria".to_owned(),
        w => {
            let p = remembered(w, 2);
            // A name and its plural must differ: `/api/<plural>` and the entity are different words.
            if p == w { format!("{w}_records") } else { p }
        }
    };
    if front.is_empty() { last } else { format!("{front}_{last}") }
}

fn text(multiline: bool) -> FieldType {
    FieldType::Text { multiline }
}

/// The type of a property named by this noun, if it is a noun that names properties.
#[must_use]
pub fn property(noun: &str) -> Option<FieldType> {
    static MAP: OnceLock<HashMap<&'static str, FieldType>> = OnceLock::new();
    let map = MAP.get_or_init(|| {
        let money = || FieldType::Decimal { money: true };
        let decimal = || FieldType::Decimal { money: false };
        let lists: [(&str, FieldType); 15] = [
            ("date birthday birthdate dob deadline day due-date expiry", FieldType::Date),
            ("datetime timestamp", FieldType::DateTime),
            ("time", FieldType::Time),
            ("email emailaddress", FieldType::Email),
            ("phone telephone fax mobile phone-number", FieldType::Phone),
            ("link url website homepage webpage hyperlink", FieldType::Url),
            ("price amount cost fee salary budget value-added rent total subtotal balance payment-amount income wage fare deposit tariff mrp", money()),
            ("duration quantity number count age year capacity stock floor pages minutes hours days size score points rank rating stars servings \
              difficulty effort intensity importance mileage level portions seats places calorie calories kilocalorie kilocalories", FieldType::Integer),
            ("distance weight height width length depth area temperature percentage rate volume latitude longitude speed dosage grade discount", decimal()),
            ("description note remark summary abstract bio biography instruction message body text explanation reason justification \
              content comment-text history-text annotation ingredients method steps details feedback-text directions notes remarks \
              instructions observation diagnosis", text(true)),
            ("title name surname firstname lastname nickname label subject headline heading code isbn sku serial key keyword color brand \
              make model manufacturer publisher genre category kind type topic theme trade profession occupation job position department location \
              place city town country state-of-residence zip postcode street address room-number flat unit-number version language nationality \
              gender sex author artist-name slogan tagline iban bic species breed material gps currency mood font host speaker source origin \
              destination shelfmark edition variety vendor director barcode registration-number license-plate room venue sport exercise dose \
              condition",
              text(false)),
            ("active enabled available paid completed finished visible vegetarian vegan", FieldType::Boolean),
            ("status state stage phase", FieldType::Choice { values: Vec::new() }),
            ("urgency priority severity", FieldType::Choice { values: vec!["low".into(), "normal".into(), "high".into()] }),
            ("photo picture image avatar logo thumbnail screenshot", FieldType::Url),
        ];
        let mut map = HashMap::new();
        for (list, ty) in lists {
            for noun in list.split_whitespace() {
                map.insert(noun, ty.clone());
            }
        }
        map
    });
    map.get(noun).cloned()
}

/// A property noun that may just as well name a thing of its own when it is created or managed ("add a category").
#[must_use]
pub fn property_or_thing(noun: &str) -> bool {
    matches!(
        noun,
        "room"
            | "venue"
            | "category"
            | "message"
            | "note"
            | "model"
            | "trade"
            | "genre"
            | "topic"
            | "location"
            | "deposit"
            | "discount"
            | "photo"
            | "picture"
            | "image"
            | "rating"
            | "payment"
            | "grade"
            | "language"
            | "job"
            | "position"
            | "department"
            | "exercise"
            | "flat"
            | "rate"
            | "comment"
            | "observation"
            | "diagnosis"
            | "instruction"
            | "place"
            | "author"
            | "publisher"
            | "speaker"
            | "vendor"
            | "sport"
            | "budget"
            | "income"
            | "key"
            | "seat"
            | "score"
            | "country"
            | "city"
            | "keyword"
            | "link"
            | "color"
            | "unit"
            | "dose"
            | "remark"
            | "host"
            | "day"
            | "director"
            | "species"
            | "text"
            | "content"
            | "title"
            | "level"
            | "material"
            | "manufacturer"
            | "brand"
            | "feedback"
            | "theme"
            | "subject"
            | "measurement"
            | "edition"
            | "address"
            | "product"
            | "deadline"
    )
}

/// Who someone is to the application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Person {
    /// Somebody without an account: visitor, guest, the public.
    Stranger,
    /// The ordinary account: user, person, member of the public signing up.
    User,
    /// A kind of person that anybody may be: customer, member, tenant.
    Ordinary,
    /// A kind of person that is appointed: manager, librarian, board.
    Appointed,
}

const STRANGERS: &str = "visitor guest anyone public anybody everyone everybody passer-by stranger";
const USERS: &str = "user person people individual someone somebody end-user enduser account-holder we i";
const ORDINARY: &str = "customer member tenant resident client student patient player reader participant citizen employee parent volunteer \
    buyer shopper learner subscriber passenger traveler traveller applicant borrower guardian child family neighbor neighbour runner athlete \
    contributor viewer author writer supporter fan hobbyist attendee renter pupil couple friend roommate flatmate housemate colleague \
    worker gardener cyclist gamer beekeeper hiker owner-occupier donor alumnus candidate freelancer household musician singer \
    helper actor actress sitter reporter sailor climber swimmer diver angler skier walker pensioner voter commuter patron pilgrim hiker rider friend adult \
    trainee intern apprentice scout choir-member fisher collector hunter craftsman maker neighbour lodger squatter exhibitor trader \
    villager stallholder potter dancer painter knitter weaver brewer blogger camper grandparent mother father mum dad daughter son sister \
    brother uncle aunt cousin relative wife husband";
const APPOINTED: &str = "administrator admin manager caretaker board trainer coach teacher librarian owner staff doctor moderator editor \
    organizer organiser company contractor secretary chef treasurer superuser operator supervisor director accountant nurse physician \
    receptionist instructor dispatcher clerk officer inspector auditor agent curator reviewer approver leader lead head janitor \
    technician mechanic professional specialist engineer therapist vet veterinarian vendor seller reseller supplier landlord host \
    cashier cook waiter driver courier dispatcher chairman chairperson chair committee council management warden steward referee judge \
    official lecturer professor tutor mentor analyst consultant coordinator representative bookkeeper dentist pharmacist \
    artist performer speaker publisher recruiter employer keeper shopkeeper storekeeper merchant baker farmer president webmaster \
    maintainer archivist registrar examiner principal dean sponsor team-leader shift-leader guide conductor assistant \
    housekeeper responder captain attendant tester developer programmer foreman porter usher ranger pilot skipper marshal umpire \
    boss midwife paramedic firefighter surveyor salesperson seller groomer handler dealer treasurer headmaster headteacher priest pastor \
    sexton verger matron concierge estimator assessor buyer-agent scientist lawyer notary broker teller chairwoman educator \
    carer headmistress guard watchman gatekeeper lifeguard boss";

/// What kind of person the noun (singular) names, or `None` for things.
#[must_use]
pub fn person(noun: &str) -> Option<Person> {
    static MAP: OnceLock<HashMap<&'static str, Person>> = OnceLock::new();
    let map = MAP.get_or_init(|| {
        let mut map = HashMap::new();
        let lists = [
            (STRANGERS, Person::Stranger),
            (USERS, Person::User),
            (ORDINARY, Person::Ordinary),
            (APPOINTED, Person::Appointed),
        ];
        for (list, kind) in lists {
            for noun in list.split_whitespace() {
                map.insert(noun, kind);
            }
        }
        map
    });
    map.get(noun).copied().or_else(|| KNOWN.with_borrow(|known| known.get(noun).copied()))
}

thread_local! {
    static KNOWN: RefCell<BTreeMap<String, Person>> = const { RefCell::new(BTreeMap::new()) };
    static KEPT: RefCell<BTreeSet<String>> = const { RefCell::new(BTreeSet::new()) };
}

/// As long as it lives, [`person`] knows the people of one text besides those that any text may speak of.
#[derive(Debug)]
pub struct Known {
    before: BTreeMap<String, Person>,
    kept_before: BTreeSet<String>,
}

impl Known {
    /// The words that are known by it.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        KNOWN.with_borrow(|known| known.keys().cloned().collect())
    }
}

/// Whether the noun is a person in this text only, because of what it does.
#[must_use]
pub fn is_learned(noun: &str) -> bool {
    KNOWN.with_borrow(|known| known.contains_key(noun))
}

/// Whether this text says of the noun what is kept of each: there it names records, whatever it names elsewhere.
#[must_use]
pub fn is_kept(noun: &str) -> bool {
    KEPT.with_borrow(|kept| kept.contains(noun))
}

/// Makes the people of a text, and the records that only this text has, known to this thread, until what this gives is
/// dropped.
#[must_use]
pub fn know(people: BTreeMap<String, Person>, records: BTreeSet<String>) -> Known {
    Known { before: KNOWN.replace(people), kept_before: KEPT.replace(records) }
}

impl Drop for Known {
    fn drop(&mut self) {
        KNOWN.set(std::mem::take(&mut self.before));
        KEPT.set(std::mem::take(&mut self.kept_before));
    }
}

/// Why the engine cannot provide what the noun names.
#[must_use]
pub fn unsupported(noun: &str) -> Option<&'static str> {
    if is_kept(noun) {
        return None;
    }
    Some(match noun {
        "notification" | "reminder" | "newsletter" | "sms" | "alert" | "alarm" | "mailing" | "push" => {
            super::SENDS_NOTHING
        }
        "payment" | "checkout" | "paypal" | "stripe" | "refund" | "wallet" => super::NO_PAYMENT,
        "upload" | "attachment" | "file" | "import" | "pdf" | "video" | "audio" | "spreadsheet" => super::NO_UPLOAD,
        "barcode" | "scanner" | "printer" | "camera" | "qr" | "sensor" | "gps" | "rfid" | "terminal" => {
            super::NO_DEVICES
        }
        "recommendation" | "suggestion" | "prediction" | "ai" | "algorithm" | "analytics" | "analysis"
        | "personalization" | "insight" => super::NO_ANALYSIS,
        "chart" | "graph" | "map" | "visualization" | "visualisation" | "animation" | "calendar" | "diagram"
        | "gantt" | "heatmap" => super::NO_GRAPHICS,
        "integration" | "sync" | "google" | "facebook" | "twitter" | "oauth" | "ldap" | "sso" | "webhook" | "crm"
        | "erp" => super::NO_INTEGRATION,
        "chat" | "real-time" | "realtime" | "livestream" | "websocket" | "stream" | "multiplayer" => super::NO_REALTIME,
        "backup" | "encryption" | "deployment" | "firewall" | "uptime" | "availability" | "scalability" => {
            super::NO_OPERATIONS
        }
        "android" | "ios" | "oracle" => super::NO_NATIVE,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn singular_and_plural_keep_traps_apart() {
        for (p, s) in [
            ("defects", "defect"),
            ("entries", "entry"),
            ("people", "person"),
            ("status", "status"),
            ("classes", "class"),
        ] {
            assert_eq!(singular(p), s);
        }
        for s in ["defect", "guest_book_entry", "status", "news", "staff", "person"] {
            assert_ne!(plural(s), s);
        }
        assert_eq!(plural("guest_book_entry"), "guest_book_entries");
    }

    #[test]
    fn nouns_know_their_types_and_people() {
        assert_eq!(property("price"), Some(FieldType::Decimal { money: true }));
        assert_eq!(property("invoice"), None);
        assert_eq!(person("caretaker"), Some(Person::Appointed));
        assert_eq!(person("defect"), None);
    }
}
