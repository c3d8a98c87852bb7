//! Words that ask for something particular ("only once", "average", "as long as") must have an element of the specification
//! behind them that is linked to the same clause and could mean it.

use crate::domain::ClauseId;
use crate::models::offline::spec::{
    self, Access, AppSpec, Clauses, Condition, Feature, Field, FieldType, Formula, Op, Rule, Scope, SecurityDemand,
    Users,
};
use std::collections::{BTreeMap, BTreeSet};

/// What an element of a specification can mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sense {
    /// No two of the same, or not at the same time.
    Once,
    /// A bound on a number, a length, an amount.
    Bound,
    /// Something about days and times.
    Time,
    /// A number worked out from others.
    Number,
    Average,
    Order,
    Narrow,
    File,
    StartPage,
    FromPage,
    /// It depends on the state of a record.
    State,
    /// It depends on whose record it is.
    Whose,
    /// It is for some people and not for others.
    ForSome,
    /// Deleting is a right of those who have it.
    ForOthers,
    /// It does not exist, or is refused.
    NoUpdate,
    NoDelete,
    /// A date that says how old somebody is.
    Age,
    /// A number of so many digits.
    Digits,
    /// The records of other people.
    Others,
    /// A list that belongs to somebody, into which records are put and from which they are taken.
    Listed,
}
use Sense::{
    Age, Average, Bound, Digits, File, ForOthers, ForSome, FromPage, Listed, Narrow, NoDelete, NoUpdate, Number, Once,
    Order, Others, StartPage, State, Time, Whose,
};

/// Words, and what they can mean. In a pattern `a|b` is either word, `x*` a word that begins so, `#` a number, `_` any word.
const TRIGGERS: &[(&[&str], &[Sense])] = &[
    (&["only once", "once per", "more than once", "once for each", "a second time", "twice"], &[Once, Bound]),
    (&["at a time"], &[Once, Bound]),
    (&["overlap*", "double book*", "double booking*", "at the same time"], &[Once]),
    (&["unique"], &[Once]),
    (&["average", "mean rating"], &[Average]),
    (
        &["how many", "the number of times", "sum of", "multiplied by", "divided by", "calculated", "computed"],
        &[Number],
    ),
    (&["years old", "years of age"], &[Age]),
    (&["# digit*"], &[Digits]),
    // seeing or making the records is not the same as their being in somebody's list
    (&["list of his|her|their|the|an|each user|customer|member account"], &[Listed]),
    (
        &[
            "as long as",
            "so long as",
            "no longer",
            "unless",
            "until it|they",
            "once a|an|the|it",
            "any more",
            "anymore",
        ],
        &[State, Time],
    ),
    (
        &[
            "author|owner|creator of a|an|the|this|that|each|their",
            "person|member|user|one who made|created|wrote|posted|added|reported|booked|submitted",
        ],
        &[Whose],
    ),
    // one's own profile is not that of others
    (
        &[
            "profile|profiles|account|accounts of other|another|all|every|each",
            "other|another members|users|people|member|user profile|profiles",
        ],
        &[Others],
    ),
    (&["overdue", "upcoming", "expired"], &[Time, State]),
    (&["in the past", "in the future", "into the past", "into the future"], &[Time]),
    (
        &["sort|sorted|sortable", "ordered by", "newest|oldest|latest|highest|lowest|earliest first", "alphabetical*"],
        &[Order],
    ),
    (&["most urgent|recent|important first"], &[Order]),
    (&["filter|filtered|filters"], &[Narrow]),
    (&["search|searched|searches"], &[Narrow, Order]),
    (&["csv", "export|exported|exports", "spreadsheet"], &[File]),
    (&["home page|homepage", "homepage", "start page", "front page", "landing page"], &[StartPage, Number]),
    (&["directly from", "from the _ page", "from the _ _ page"], &[FromPage]),
    (
        &["greater|larger|bigger|smaller|lower|higher|fewer than", "no more than #", "at most #", "negative"],
        &[Bound, Time],
    ),
    (
        &[
            "never|not be changed|edited|altered|modified|updated",
            "cannot|cant be changed|edited|altered|modified|updated",
        ],
        &[NoUpdate, State, Whose],
    ),
    (&["never|not be deleted|removed", "cannot|cant be deleted|removed"], &[NoDelete, State, Whose]),
    // somebody cannot who may not: others can
    (&["not delete|remove", "cannot|cant delete|remove"], &[NoDelete, State, Whose, ForOthers]),
    (&["only"], &[ForSome, Whose, State, Once, Bound, Time, Narrow, NoUpdate, NoDelete, Age]),
];

/// The first words of a demand that ask for something particular which none of `meant` can be.
pub fn unmet(spec: &AppSpec, meant: Option<&BTreeSet<Sense>>, text: &str) -> Option<String> {
    let words = demanded(words(text));
    let none = BTreeSet::new();
    let meant = meant.unwrap_or(&none);
    TRIGGERS
        .iter()
        .filter(|(_, senses)| !senses.iter().any(|s| meant.contains(s)))
        .flat_map(|(patterns, _)| patterns.iter())
        .find_map(|pattern| found(&words, pattern))
        .or_else(|| counted(spec, &words, meant))
}

/// "the number of votes": of records, not a number that somebody enters.
fn counted(spec: &AppSpec, words: &[String], meant: &BTreeSet<Sense>) -> Option<String> {
    if meant.contains(&Number) || meant.contains(&Bound) {
        return None;
    }
    words.windows(3).enumerate().find_map(|(at, three)| {
        let records = spec.entities.iter().any(|e| {
            let many = self::words(&e.label_plural);
            !many.is_empty() && words.get(at + 2..at + 2 + many.len()) == Some(&many[..])
        });
        (matches!(&*three[0], "number" | "count") && three[1] == "of" && records).then(|| three.join(" "))
    })
}

/// Without the purpose that a story ends with: it asks for nothing.
fn demanded(mut words: Vec<String>) -> Vec<String> {
    let purpose = words.windows(2).position(|two| two[0] == "so" && two[1] == "that");
    if let Some(at) = purpose {
        words.truncate(at);
    }
    words
}

fn words(text: &str) -> Vec<String> {
    let text = text.to_lowercase().replace(['\'', '’'], "");
    text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_owned).collect()
}

/// The words of the text that a pattern meets.
fn found(words: &[String], pattern: &str) -> Option<String> {
    let parts: Vec<&str> = pattern.split(' ').collect();
    words.windows(parts.len()).find(|some| some.iter().zip(&parts).all(|(w, p)| fits(w, p))).map(|some| some.join(" "))
}

fn fits(word: &str, part: &str) -> bool {
    match part {
        "_" => true,
        "#" => word.chars().all(|c| c.is_ascii_digit()),
        _ => part.split('|').any(|one| one.strip_suffix('*').map_or(word == one, |stem| word.starts_with(stem))),
    }
}

/// What the elements that name a clause can mean.
pub fn senses(spec: &AppSpec) -> BTreeMap<ClauseId, BTreeSet<Sense>> {
    let mut all: BTreeMap<ClauseId, BTreeSet<Sense>> = BTreeMap::new();
    let mut note = |clauses: &Clauses, senses: &[Sense]| {
        for clause in clauses {
            all.entry(*clause).or_default().extend(senses);
        }
    };
    for entity in &spec.entities {
        note(&entity.private, &[Others, Whose, ForSome, NoUpdate, NoDelete]);
        for field in &entity.fields {
            of_field(field, &mut note);
        }
        for access in &entity.access {
            note(&access.clauses, &of_access(access));
        }
    }
    if let Some(users) = &spec.users {
        of_users(users, &mut note);
    }
    for feature in &spec.features {
        note(&feature.clauses().to_vec(), &of_feature(feature));
    }
    all
}

fn of_users(users: &Users, note: &mut impl FnMut(&Clauses, &[Sense])) {
    note(&users.edit_profile, &[Whose]);
    note(&users.change_password, &[Whose]);
    // A name to sign in with is there once.
    note(&users.sign_up, &[Once]);
    for field in &users.profile {
        of_field(field, note);
    }
}

fn of_field(field: &Field, note: &mut impl FnMut(&Clauses, &[Sense])) {
    // What a person enters may be called a sum or an average.
    let named: &[Sense] = match field.name.as_str() {
        name if name.contains("average") => &[Average, Number],
        // `how many pages they have read`
        name if name.starts_with("number_of_") && name.split('_').count() > 3 => &[Bound, Number],
        name if ["total", "sum", "number_of", "count", "amount"].iter().any(|w| name.contains(w)) => &[Bound],
        _ => &[],
    };
    note(&field.clauses, named);
    if matches!(field.ty, FieldType::Choice { .. } | FieldType::Boolean) {
        note(&field.clauses, &[]);
    }
    for rule in &field.rules {
        let senses: &[Sense] = match &rule.rule {
            Rule::Required => &[],
            Rule::Min { .. } | Rule::Max { .. } if field.ty == FieldType::Integer => &[Bound, Digits, Age],
            Rule::Min { .. } | Rule::Max { .. } | Rule::MinLength { .. } | Rule::MaxLength { .. } => &[Bound],
            Rule::Unique { .. } => &[Once],
            Rule::NotInPast | Rule::NotInFuture | Rule::After { .. } => &[Time],
            Rule::Within { .. } | Rule::FromDay { .. } | Rule::UntilDay { .. } => &[Time, Bound],
            Rule::MinAge { .. } => &[Time, Age, Bound],
            Rule::RequiredWhen { .. } => &[State],
            Rule::Immutable => &[NoUpdate],
        };
        note(&rule.clauses, senses);
    }
}

fn of_access(access: &Access) -> Vec<Sense> {
    let mut senses = vec![Others];
    if matches!(access.who, spec::Who::Role(_)) {
        senses.push(ForSome);
        if access.ops.contains(&Op::Delete) {
            senses.push(ForOthers);
        }
    }
    match &access.scope {
        Scope::All => {}
        Scope::Where { .. } => senses.extend([State, Narrow]),
        Scope::Own | Scope::AssignedTo { .. } | Scope::OwnParent { .. } | Scope::Granted | Scope::SameAs { .. } => {
            senses.push(Whose);
        }
    }
    senses
}

fn of_feature(feature: &Feature) -> Vec<Sense> {
    match feature {
        Feature::Search { .. } => vec![Narrow],
        Feature::Filter { .. } => vec![Narrow, Time, State],
        Feature::Sort { .. } => vec![Order],
        Feature::Csv { .. } => vec![File],
        Feature::Pagination { .. } | Feature::Performance { .. } => vec![Bound],
        Feature::Grant { .. } => vec![Whose],
        Feature::Workflow { .. } => vec![State],
        Feature::FieldGuard { .. } => vec![ForSome, NoUpdate],
        Feature::Threshold { .. } => vec![Bound, ForSome],
        Feature::History { .. } => vec![Time],
        Feature::Totals { .. } => vec![Number, Time, StartPage],
        Feature::Progress { .. } => vec![Number, Time],
        Feature::NoOverlap { .. } => vec![Once, Time],
        Feature::UniqueTogether { .. } => vec![Once],
        Feature::Limit { over: Some(_), .. } => vec![Once, Bound, State],
        Feature::Limit { .. } => vec![Once, Bound],
        Feature::LimitIn { .. } => vec![Once, Bound, Time],
        Feature::Capacity { .. } => vec![Bound, State],
        Feature::Computed { formula: Formula::AverageOf { .. }, .. } => vec![Number, Average],
        Feature::Computed { formula: Formula::DaysAfter { .. } | Formula::Length { .. }, .. } => vec![Number, Time],
        Feature::Computed { formula: Formula::Held { .. }, .. } => vec![State],
        Feature::Computed { formula: Formula::RunningNumber, .. } => vec![Number, Once, NoUpdate],
        Feature::Computed { .. } => vec![Number],
        Feature::Forbid { op: Op::Update, .. } => vec![NoUpdate],
        Feature::Forbid { op: Op::Delete, .. } => vec![NoDelete],
        Feature::InUse { .. } => vec![NoDelete, State],
        Feature::Forbid { .. } => vec![],
        Feature::Locked { .. } => vec![State, NoUpdate, NoDelete],
        Feature::Unavailable { .. } => vec![State],
        Feature::Closes { .. } => vec![Time, NoUpdate, NoDelete],
        Feature::NotOwn { .. } => vec![Whose, NoUpdate, NoDelete],
        Feature::ShownTo { .. } => vec![ForSome],
        Feature::View { conditions, .. } => {
            let dated = |c: &Condition| matches!(c, Condition::From { .. } | Condition::Before { .. });
            let mut senses = vec![Narrow];
            if conditions.iter().any(dated) {
                senses.push(Time);
            }
            if !conditions.iter().all(dated) {
                senses.push(State);
            }
            senses
        }
        Feature::Offer { .. } => vec![FromPage],
        Feature::Home { .. } => vec![StartPage],
        Feature::Security { what: SecurityDemand::SessionExpires, .. } => vec![Time, State],
        Feature::Security { what: SecurityDemand::OnlyAccount, .. } => vec![ForSome, Once],
        Feature::Security { what: SecurityDemand::PasswordLength { .. }, .. } => vec![Bound],
        Feature::Blocking { .. } => vec![State, ForSome],
        Feature::Mobile { .. } | Feature::Security { .. } | Feature::Exclusion { .. } => vec![],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A specification whose only element for the clause is this feature.
    fn doubted(text: &str, features: Vec<Feature>) -> Option<String> {
        let mut spec: AppSpec = serde_json::from_str(include_str!("../../../../tests/specs/rooms.json")).unwrap();
        spec.features.extend(features);
        unmet(&spec, senses(&spec).get(&ClauseId(900)), text)
    }

    #[test]
    fn particular_words_need_an_element_that_can_mean_them() {
        let clauses = || vec![ClauseId(900)];
        let once = Feature::UniqueTogether {
            entity: "booking".into(),
            fields: vec!["room_id".into(), "owner_id".into()],
            over: None,
            clauses: clauses(),
        };
        let text = "A member can book a room only once.";
        assert_eq!(doubted(text, vec![]).as_deref(), Some("only once"));
        assert_eq!(doubted(text, vec![once.clone()]), None);
        let text = "The book is registered in the reservation list of his user account.";
        assert_eq!(doubted(text, vec![]).as_deref(), Some("list of his user account"));
        let text = "Each room shows the number of bookings.";
        assert_eq!(doubted(text, vec![once]).as_deref(), Some("number of bookings"));
        let number = Formula::CountOf { entity: "booking".into(), field: "room_id".into() };
        let counts =
            Feature::Computed { entity: "room".into(), field: "bookings".into(), formula: number, clauses: clauses() };
        assert_eq!(doubted(text, vec![counts]), None);
        assert_eq!(doubted("Bookings can’t be deleted.", vec![]).as_deref(), Some("cant be deleted"));
        let forbid = Feature::Forbid { entity: "booking".into(), op: Op::Delete, clauses: clauses() };
        assert_eq!(doubted("Bookings can’t be deleted.", vec![forbid]), None);
        assert_eq!(doubted("A room has a name and a maximum number of seats.", vec![]), None);
        assert_eq!(doubted("Only the author of a booking can change it.", vec![]).as_deref(), Some("author of a"));
    }

    #[test]
    fn patterns_meet_whole_words() {
        let text = words("The number consists of 6 digits; it's sorted.");
        assert_eq!(found(&text, "# digit*").as_deref(), Some("6 digits"));
        assert_eq!(found(&text, "sort|sorted").as_deref(), Some("sorted"));
        assert_eq!(found(&text, "sort"), None);
    }
}
