//! Verbs of business English by what they ask of an application, with their inflections.

use std::{collections::HashMap, sync::OnceLock};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// A new record.
    Create,
    /// A new record *about* its object: book a room, borrow a book, rate a recipe.
    Transact,
    Read,
    Update,
    Delete,
    /// Create, read, update and delete.
    Manage,
    Search,
    Filter,
    Sort,
    Export,
    Assign,
    /// Moves a record into a state: approve, close, publish.
    Decide,
    SignUp,
    LogIn,
    LogOut,
    /// Have, contain, include, consist of.
    Have,
    Be,
    Allow,
    Want,
    /// Count, total, sum up.
    Total,
    Share,
    /// The engine cannot do it; see [`unsupported`].
    Unsupported,
    /// Known as a verb, nothing more.
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Base,
    Third,
    /// Past tense or past participle.
    Past,
    Ing,
}

const CREATE: &str = "create add record report write post submit enter register insert input save store capture leave log make set define \
    publish propose request issue raise file place note list-up open start launch add-in contribute fill provide specify document host \
    organize organise plan schedule track keep collect build compose draft introduce offer sell resell list upload-link describe suggest announce \
    lodge ask state";
const TRANSACT: &str = "book reserve borrow rent hire order buy purchase enrol enroll join favorite bookmark like follow rate review comment \
    reply vote bid apply subscribe donate loan lend check-out wishlist rsvp volunteer nominate register-for";
const READ: &str = "view see browse read access look find check show display monitor get consult inspect preview watch visit receive retrieve \
    observe know learn understand present review-list render obtain examine lookup follow-up discover explore navigate click select land tap";
const UPDATE: &str = "edit change update modify correct adjust rename amend revise alter customize customise extend renew increase decrease \
    set-up reorganize categorize categorise tag label move reschedule prolong complete mark";
const DELETE: &str = "delete remove cancel withdraw discard erase clear unfavorite unsubscribe unlike drop";
const MANAGE: &str = "manage maintain administer administrate handle organize-all control moderate";
const SEARCH: &str = "search query";
const FILTER: &str = "filter narrow";
const SORT: &str = "sort rank";
const EXPORT: &str = "export download";
const ASSIGN: &str = "assign allocate delegate";
const DECIDE: &str = "approve reject accept decline confirm close publish-state archive activate deactivate reopen resolve finish finalize \
    finalise disapprove deny refuse verify suspend block unblock enable disable lock unlock hide unhide freeze acknowledge dismiss ban flag claim retire";
const TOTAL: &str = "count total sum summarize summarise aggregate";
const HAVE: &str = "have contain include consist comprise hold possess own carry store-in";
const ALLOW: &str = "allow let enable-to permit support help offer-to provide-to enables require need";
const WANT: &str = "want wish like-to expect would";
const UNSUPPORTED: &str = "send notify email remind alert inform pay refund charge invoice-send upload attach import scan print recommend \
    generate analyze analyse predict visualize visualise integrate sync synchronize synchronise connect chat message call stream play \
    translate encrypt backup restore migrate deploy install detect recognize recognise capture-photo draw animate drag calculate-route \
    dispense validate compare convert crawl scrape train simulate transfer optimize optimise crop resize interact invite match plot parse \
    compress collaborate zoom";
const OTHER: &str = "do ignore disregard override obey use work run choose pick go come take give put bring wait try feel think decide ensure guarantee avoid prevent \
    protect help keep-up attract retain consider operate perform conduct process execute fulfil fulfill satisfy improve enhance \
    facilitate identify implement develop design test support answer respond load exceed belong relate depend apply-to happen occur \
    begin end stop continue return exist need refer link point press enter-in type submit-to redirect direct arrive leave-out \
    determine calculate compute adapt act serve meet reach achieve gain earn spend lose grow drive travel eat cook teach study attend \
    participate compete win train-up care treat visit-in measure weigh estimate cost last sell-out speak talk tell say mention explain \
    confirm-to agree forget remember believe hope love prefer interest concern affect cause lead result base store-as save-as overlap \
    conflict collide appear remain stay stand fall rise become seem carry-out grant revoke give-out bear recover reset force fill-in \
    pass fail expire last-for invalidate engage foster showcase promote simplify reduce minimize maximise maximize boost streamline \
    suffer withstand guide hand jot tick sign assist exchange replace distribute deliver produce supply handle-out pickup collect-up collaborate-on \
    write-off tie write-up stick turn switch toggle hover scroll swipe stage attempt address cover equal pair lie \
    arrange";

/// Past tense and participle of irregular verbs.
const IRREGULAR: [(&str, &str); 74] = [
    ("write", "wrote written"),
    ("leave", "left"),
    ("see", "saw seen"),
    ("buy", "bought"),
    ("sell", "sold"),
    ("send", "sent"),
    ("give", "gave given"),
    ("take", "took taken"),
    ("get", "got gotten"),
    ("find", "found"),
    ("read", "read"),
    ("set", "set"),
    ("put", "put"),
    ("let", "let"),
    ("cost", "cost"),
    ("pay", "paid"),
    ("keep", "kept"),
    ("make", "made"),
    ("choose", "chose chosen"),
    ("lend", "lent"),
    ("build", "built"),
    ("hold", "held"),
    ("tell", "told"),
    ("know", "knew known"),
    ("show", "showed shown"),
    ("withdraw", "withdrew withdrawn"),
    ("begin", "began begun"),
    ("have", "had"),
    ("go", "went gone"),
    ("come", "came come"),
    ("bring", "brought"),
    ("run", "ran run"),
    ("meet", "met"),
    ("lose", "lost"),
    ("win", "won"),
    ("feel", "felt"),
    ("think", "thought"),
    ("say", "said"),
    ("speak", "spoke spoken"),
    ("eat", "ate eaten"),
    ("drive", "drove driven"),
    ("teach", "taught"),
    ("learn", "learnt"),
    ("spend", "spent"),
    ("become", "became become"),
    ("stand", "stood"),
    ("fall", "fell fallen"),
    ("rise", "rose risen"),
    ("grow", "grew grown"),
    ("hide", "hid hidden"),
    ("freeze", "froze frozen"),
    ("draw", "drew drawn"),
    ("do", "did done"),
    ("lead", "led"),
    ("tie", "tied"),
    ("stick", "stuck"),
    ("understand", "understood"),
    ("bid", "bid"),
    ("drop", "dropped"),
    ("plan", "planned"),
    ("submit", "submitted"),
    ("log", "logged"),
    ("tag", "tagged"),
    ("ban", "banned"),
    ("flag", "flagged"),
    ("scan", "scanned"),
    ("chat", "chatted"),
    ("stop", "stopped"),
    ("refer", "referred"),
    ("occur", "occurred"),
    ("prefer", "preferred"),
    ("enrol", "enrolled"),
    ("cancel", "cancelled canceled"),
    ("forget", "forgot forgotten"),
];

/// Verbs that double their last letter before `-ing`.
const DOUBLING: [&str; 25] = [
    "plan", "submit", "log", "tag", "ban", "flag", "scan", "chat", "stop", "refer", "occur", "prefer", "enrol",
    "cancel", "forget", "set", "put", "let", "get", "run", "win", "begin", "drop", "bid", "drag",
];

struct Lexicon {
    forms: HashMap<String, (&'static str, Form)>,
    classes: HashMap<&'static str, Class>,
}

fn lexicon() -> &'static Lexicon {
    static LEXICON: OnceLock<Lexicon> = OnceLock::new();
    LEXICON.get_or_init(|| {
        let mut classes = HashMap::new();
        let lists = [
            (SEARCH, Class::Search),
            (FILTER, Class::Filter),
            (SORT, Class::Sort),
            (EXPORT, Class::Export),
            (ASSIGN, Class::Assign),
            (DECIDE, Class::Decide),
            (DELETE, Class::Delete),
            (TRANSACT, Class::Transact),
            (MANAGE, Class::Manage),
            (READ, Class::Read),
            (CREATE, Class::Create),
            (UPDATE, Class::Update),
            (TOTAL, Class::Total),
            (HAVE, Class::Have),
            (ALLOW, Class::Allow),
            (WANT, Class::Want),
            ("share", Class::Share),
            ("login signin", Class::LogIn),
            ("signup", Class::SignUp),
            ("logout", Class::LogOut),
            (UNSUPPORTED, Class::Unsupported),
            (OTHER, Class::Other),
        ];
        for (list, class) in lists {
            for verb in list.split_whitespace().filter(|v| !v.contains('-')) {
                classes.entry(verb).or_insert(class);
            }
        }
        let mut forms = HashMap::new();
        for verb in classes.keys().copied() {
            inflect(verb, &mut forms);
        }
        for verb in classes.keys().copied() {
            forms.insert(verb.to_owned(), (verb, Form::Base));
        }
        Lexicon { forms, classes }
    })
}

fn inflect(verb: &'static str, forms: &mut HashMap<String, (&'static str, Form)>) {
    let stem = &verb[..verb.len() - 1];
    let consonant_y = verb.ends_with('y')
        && !verb.ends_with("ay")
        && !verb.ends_with("ey")
        && !verb.ends_with("oy")
        && !verb.ends_with("uy");
    let third = if consonant_y {
        format!("{stem}ies")
    } else if ["s", "x", "z", "ch", "sh", "o"].iter().any(|e| verb.ends_with(e)) {
        format!("{verb}es")
    } else {
        format!("{verb}s")
    };
    let third = if verb == "have" { "has".into() } else { third };
    let doubled = DOUBLING.contains(&verb);
    let last = &verb[verb.len() - 1..];
    let ing = if doubled {
        format!("{verb}{last}ing")
    } else if verb == "tie" || verb == "lie" {
        format!("{}ying", &verb[..1])
    } else if verb.ends_with('e') && !verb.ends_with("ee") {
        format!("{stem}ing")
    } else {
        format!("{verb}ing")
    };
    let past = if consonant_y {
        format!("{stem}ied")
    } else if verb.ends_with('e') {
        format!("{verb}d")
    } else {
        format!("{verb}ed")
    };
    forms.insert(third, (verb, Form::Third));
    forms.insert(ing, (verb, Form::Ing));
    match IRREGULAR.iter().find(|(v, _)| *v == verb) {
        Some((_, pasts)) => {
            for past in pasts.split(' ') {
                forms.entry(past.to_owned()).or_insert((verb, Form::Past));
            }
        }
        None => {
            forms.insert(past, (verb, Form::Past));
        }
    }
}

/// The base form and which form `word` (lower case) is, when it can be a verb.
#[must_use]
pub fn verb(word: &str) -> Option<(&'static str, Form)> {
    lexicon().forms.get(word).copied()
}

/// What the verb (base form) asks for.
#[must_use]
pub fn class(base: &str) -> Class {
    lexicon().classes.get(base).copied().unwrap_or(Class::Other)
}

/// The past participle's base for words outside the lexicon: `laminated` → true.
#[must_use]
pub fn looks_past(word: &str) -> bool {
    word.len() > 4 && word.ends_with("ed") && !word.ends_with("eed")
}

/// What one gets by doing it: booking a room makes a *booking*.
#[must_use]
pub fn record_of(base: &str) -> Option<&'static str> {
    Some(match base {
        "book" => "booking",
        "reserve" | "rsvp" => "reservation",
        "borrow" | "lend" | "loan" => "loan",
        "rent" | "hire" => "rental",
        "order" => "order",
        "buy" | "purchase" => "purchase",
        "enrol" | "enroll" => "enrolment",
        "register" => "registration",
        "join" => "membership",
        "favorite" | "wishlist" => "favorite",
        "bookmark" => "bookmark",
        "like" => "like",
        "follow" => "follow",
        "rate" => "rating",
        "review" => "review",
        "comment" => "comment",
        "reply" => "reply",
        "vote" => "vote",
        "bid" => "bid",
        "apply" => "application",
        "subscribe" => "subscription",
        "donate" => "donation",
        "nominate" => "nomination",
        "volunteer" => "sign_up",
        _ => return None,
    })
}

/// The state a record is in after the verb: approve → approved.
#[must_use]
pub fn state_of(base: &str) -> String {
    match base {
        "deny" => "denied".into(),
        "verify" => "verified".into(),
        "ban" => "banned".into(),
        "flag" => "flagged".into(),
        "hide" => "hidden".into(),
        "freeze" => "frozen".into(),
        "reopen" => "open".into(),
        "unblock" | "unlock" | "enable" | "activate" => "active".into(),
        "deactivate" | "disable" => "inactive".into(),
        "cancel" => "cancelled".into(),
        "finish" | "complete" | "finalize" | "finalise" => "done".into(),
        v if v.ends_with('e') => format!("{v}d"),
        v => format!("{v}ed"),
    }
}

/// The states that a noun for an act can mean: rejection → rejected, cancellation → cancelled, refusal → refused.
#[must_use]
pub fn results_of(noun: &str) -> Vec<String> {
    let stems = [("ation", ""), ("ion", ""), ("ial", "y"), ("al", "")];
    let bases = stems.iter().filter_map(|(end, put)| noun.strip_suffix(end).map(|stem| format!("{stem}{put}")));
    bases
        .flat_map(|base| [format!("{base}e"), base])
        .filter(|base| verb(base).is_some_and(|(_, form)| form == Form::Base))
        .map(|base| state_of(&base))
        .collect()
}

/// Why the engine cannot do what the verb asks for.
#[must_use]
pub fn unsupported(base: &str) -> Option<&'static str> {
    Some(match base {
        "send" | "notify" | "email" | "remind" | "alert" | "inform" | "message" | "call" | "invite" => {
            super::SENDS_NOTHING
        }
        "pay" | "refund" | "charge" => super::NO_PAYMENT,
        "upload" | "attach" | "import" => super::NO_UPLOAD,
        "scan" | "print" => super::NO_DEVICES,
        "recommend" | "generate" | "analyze" | "analyse" | "predict" | "detect" | "recognize" | "recognise"
        | "translate" | "simulate" | "optimize" | "optimise" | "match" | "train" | "compare" => super::NO_ANALYSIS,
        "visualize" | "visualise" | "draw" | "animate" | "plot" | "zoom" | "drag" | "crop" | "resize" => {
            super::NO_GRAPHICS
        }
        "integrate" | "sync" | "synchronize" | "synchronise" | "connect" | "crawl" | "scrape" | "transfer" => {
            super::NO_INTEGRATION
        }
        "chat" | "stream" | "play" | "collaborate" => super::NO_REALTIME,
        "encrypt" | "backup" | "restore" | "migrate" | "deploy" | "install" | "compress" => super::NO_OPERATIONS,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inflections_lead_back_to_the_base() {
        for (word, base, form) in [
            ("records", "record", Form::Third),
            ("planned", "plan", Form::Past),
            ("planning", "plan", Form::Ing),
            ("written", "write", Form::Past),
            ("categorizing", "categorize", Form::Ing),
            ("applies", "apply", Form::Third),
            ("has", "have", Form::Third),
            ("approve", "approve", Form::Base),
        ] {
            assert_eq!(verb(word), Some((base, form)), "{word}");
        }
        assert_eq!(verb("table"), None);
    }

    #[test]
    fn verbs_have_one_class_and_states_read_well() {
        assert_eq!(class("approve"), Class::Decide);
        assert_eq!(class("book"), Class::Transact);
        assert_eq!(class("send"), Class::Unsupported);
        assert_eq!(state_of("approve"), "approved");
        assert_eq!(state_of("reject"), "rejected");
        assert!(unsupported("pay").is_some());
    }
}
