//! What the elements that are linked to a clause say, the records with their properties and rights: their names, values and numbers, and the verbs they stand for.

use crate::domain::ClauseId;
use crate::models::offline::read::lexicon::verbs::Class;
use crate::models::offline::spec::{
    Access, AppSpec, Clauses, Entity, Feature, Field, FieldType, Op, Question, Rule, Scope, Users, Who,
};
use std::collections::{BTreeMap, BTreeSet};

/// Words for the record that one transaction leaves.
const ONE_RECORD: [&[&str]; 3] =
    [&["purchase", "order"], &["booking", "reservation"], &["loan", "rental", "borrowing"]];

/// What stands behind a clause.
#[derive(Debug, Clone, Default)]
pub struct Meant {
    /// Single words in lower case.
    pub words: BTreeSet<String>,
    /// Verbs beside those of a whole class.
    pub acts: BTreeSet<String>,
    /// Who may do it.
    pub people: BTreeSet<String>,
    pub verbs: BTreeSet<Class>,
    /// What single people may do, by the words for them.
    pub rights: BTreeMap<BTreeSet<String>, BTreeSet<Class>>,
    pub numbers: Vec<f64>,
    /// What the records belong to: `ticket` in `ticket orders`.
    pub narrowing: BTreeSet<String>,
    /// The text ties a measurement to a machine of somebody's own.
    pub own_machine: bool,
    /// Nobody signs in: whoever comes may do it.
    pub no_accounts: bool,
}

impl Meant {
    pub(super) fn say(&mut self, text: &str) {
        let lower = text.to_lowercase();
        let parts = |keep: fn(char) -> bool| {
            lower.split(move |c: char| !c.is_alphanumeric() && !keep(c)).filter(|w| !w.is_empty()).map(str::to_owned)
        };
        self.words.extend(parts(|_| false).chain(parts(|c| c == '-')));
    }
    pub(super) fn act(&mut self, verbs: &str) {
        self.acts.extend(verbs.split(' ').map(str::to_owned));
    }
    pub(super) fn can(&mut self, classes: &[Class]) {
        self.verbs.extend(classes);
    }

    pub fn entity(&mut self, entity: &Entity) {
        self.say(&entity.name);
        if entity.name.ends_with("hour_entry") {
            self.say("working work");
        }
        self.say(&entity.label);
        self.say(&entity.label_plural);
        let last = entity.name.rsplit('_').next().unwrap_or_default();
        for same in ONE_RECORD.iter().filter(|same| same.contains(&last)) {
            same.iter().for_each(|w| self.say(w));
        }
        if entity.name.starts_with("cart_") || entity.name.starts_with("basket_") {
            self.say("shopping cart basket");
        }
        // who books a course takes a place on it
        if matches!(
            entity.name.as_str(),
            "booking" | "reservation" | "registration" | "enrolment" | "membership" | "sign_up"
        ) {
            self.say("place seat spot");
        }
        let parents = entity.fields.iter().filter_map(|f| match &f.ty {
            FieldType::Reference { entity } => Some(entity.split('_')),
            _ => None,
        });
        self.narrowing.extend(parents.flatten().map(str::to_owned));
        // who makes them is who the sentence is about when it says what they hold
        for access in entity.access.iter().filter(|a| a.ops.contains(&Op::Create)) {
            if matches!(access.who, Who::Role(_)) {
                self.who(&access.who);
            }
        }
    }
    pub fn field(&mut self, field: &Field) {
        self.say(&field.name);
        self.say(&field.label);
        self.words.extend(field.unit.as_deref().map(str::to_lowercase));
        match field.unit.as_deref() {
            Some("m²" | "km²") => self.say("square metre meter kilometre kilometer"),
            Some("m³") => self.say("cubic metre meter"),
            Some("°") => self.say("degree"),
            Some("°C") => self.say("degree celsius"),
            _ => {}
        }
        self.can(&[Class::Have]);
        // what is kept is entered, recorded, noted
        self.act("record enter specify store save note log fill give state capture track");
        self.say("required optional");
        if let Some(default) = &field.default {
            self.say(default);
            self.say("default initial initially otherwise new first");
            self.act("start begin");
        }
        match &field.ty {
            FieldType::Choice { values } => {
                values.iter().for_each(|v| self.say(v));
                self.act("choose select pick");
            }
            FieldType::Reference { entity } => {
                self.say(entity);
                self.act("belong");
            }
            FieldType::UserReference { role } => {
                self.say(role.as_deref().unwrap_or("account"));
                // who is named in a record is in charge of it
                self.act("belong look take care handle supervise lead run teach repair coach guide treat");
            }
            FieldType::Text { .. } => self.say("text"),
            FieldType::Integer | FieldType::Decimal { money: false } => self.say("number value"),
            FieldType::Decimal { money: true } => self.say("amount money price euro dollar pound cent currency"),
            FieldType::Boolean => self.say("yes no whether"),
            FieldType::Date => self.say("date day"),
            FieldType::DateTime => self.say("date time day hour"),
            FieldType::Time => self.say("time hour"),
            FieldType::Email => self.say("email e-mail mail address"),
            FieldType::Url => self.say("link url address"),
            FieldType::Phone => self.say("phone telephone number"),
        }
    }
    pub(super) fn rule(&mut self, rule: &Rule) {
        match rule {
            Rule::Required => {
                self.say("required mandatory must obligatory without empty blank missing field refuse accept need")
            }
            Rule::Min { value } | Rule::Max { value } => {
                self.numbers.push(*value);
                self.say("minimum maximum least most between range exceed negative positive zero greater less more lower higher below above under over limit lie fall drop sink go rise number value digit refuse accept large small big age old star point scale");
            }
            Rule::MinLength { value } | Rule::MaxLength { value } => {
                self.numbers.push(f64::from(*value));
                self.say("minimum maximum least most long short length character letter exceed more less limit refuse");
            }
            Rule::Unique { .. } => {
                self.say(
                    "unique twice once same only second different exist already two refuse share name title more than",
                );
                self.act("use give assign take occur appear issue enter share");
            }
            Rule::NotInPast | Rule::NotInFuture => self.say("past future today earlier later lie before after refuse"),
            Rule::After { field, .. } => {
                self.say(field);
                self.say("after before later earlier end finish start begin lie same day date time refuse");
            }
            Rule::Immutable => {
                self.say("change never fixed again once later");
                self.can(&[Class::Update]);
            }
            Rule::Within { field, days, .. } => {
                self.say(field);
                self.days(*days);
                self.say("after later within most more lie date refuse long longer last take keep");
            }
            Rule::RequiredWhen { field, values } => {
                self.say(field);
                values.iter().for_each(|v| self.say(v));
                self.say("required mandatory must need without reason give");
                self.can(&[Class::Decide]);
            }
            Rule::MinAge { years } => {
                self.numbers.push(f64::from(*years));
                self.say("year age old under younger birth date least");
            }
            Rule::FromDay { days } | Rule::UntilDay { days } => {
                self.days(*days);
                self.say(
                    "least most more late early later earlier advance ahead before from now today future than lie",
                );
                self.can(&[Class::Transact, Class::Create]);
            }
        }
    }
    /// A number of days may be written as weeks, months or years.
    pub(super) fn days(&mut self, days: u32) {
        let days = f64::from(days);
        self.numbers.extend([days, (days / 7.0).round(), (days / 30.0).round(), (days / 365.0).round(), days * 24.0]);
        self.say("day week month year hour last past next");
    }
    pub(super) fn who(&mut self, who: &Who) {
        let mut people = |names: &str| self.people.extend(names.split([' ', '_']).map(str::to_owned));
        match who {
            Who::Anyone => {
                people("anyone anybody everyone everybody public visitor guest user person people");
                self.say("log account login registration");
            }
            Who::SignedIn => {
                people("user person people everyone everybody member anyone");
                self.say("account signed logged");
            }
            Who::Role(role) => {
                people(role);
                // `the bee-keeper` is one word of the text
                self.people.insert(role.replace('_', "-"));
            }
        }
    }
    /// A right is that of who has it: it stands for no verb of somebody else's.
    fn right(&mut self, name: &str, access: &Access) {
        let mut holder = Self::default();
        holder.who(&access.who);
        let classes = self.rights.entry(holder.people).or_default();
        classes.extend(access.ops.iter().flat_map(|op| classes_of(*op)));
        if !access.only_fields.is_empty() {
            classes.extend([Class::Assign, Class::Decide]);
        }
        // what is asked for is sent by who adds it
        if access.ops.contains(&Op::Create)
            && ["request", "application", "complaint", "inquiry", "enquiry", "proposal", "claim"].contains(&name)
        {
            self.act("send");
        }
        if access.ops.contains(&Op::Read) {
            self.say("visible readable viewable");
        }
    }
    pub(super) fn access(&mut self, entity: &Entity, access: &Access) {
        self.entity(entity);
        self.who(&access.who);
        self.right(&entity.name, access);
        let takes_part = matches!(entity.name.as_str(), "membership" | "registration" | "enrolment" | "sign_up");
        if takes_part && access.ops == [Op::Delete] && access.scope == Scope::Own {
            // who takes no part any more has left
            self.act("leave withdraw");
            let parents = self.narrowing.iter().cloned().collect::<Vec<_>>();
            parents.iter().for_each(|parent| self.say(parent));
        }
        for field in entity.fields.iter().filter(|f| access.only_fields.contains(&f.name)) {
            self.field(field);
            self.say("mark set put move change");
            self.act("add enter fill give provide save write specify");
        }
        match &access.scope {
            Scope::All => self.say("all every any whole other"),
            Scope::Own => self.say("history previous past own owner author creator other else personal private only make create write add post enter record report submit"),
            Scope::AssignedTo { field } => {
                self.say(field);
                self.say("assign own only responsible");
            }
            Scope::OwnParent { field } => {
                self.say(field);
                self.say("own only");
            }
            Scope::Granted => {
                self.say("access permission");
                self.can(&[Class::Share]);
            }
            Scope::SameAs { profile, field } => {
                self.say(profile);
                self.say(field);
                self.say("own same only");
            }
            Scope::Where { field, values } => {
                self.say(field);
                values.iter().for_each(|v| self.say(v));
                self.say("only");
                self.hidden(entity, field, values);
            }
        }
    }
    /// What is not in such a state is not shown.
    fn hidden(&mut self, entity: &Entity, field: &str, values: &[String]) {
        let of = entity.fields.iter().find(|f| f.name == field);
        let Some(FieldType::Choice { values: all }) = of.map(|f| &f.ty) else { return };
        all.iter().filter(|v| !values.contains(v)).for_each(|v| self.say(v));
        self.say("hide hidden visible invisible public online live");
        self.act("list show display hide appear publish go");
    }
    fn users(&mut self, users: &Users, clause: ClauseId) {
        let account = "account user authentication login log sign in registration credential email e-mail address password username name";
        if users.sign_up.contains(&clause) {
            self.say(account);
            self.say("register up personal member");
            self.can(&[Class::SignUp, Class::LogIn, Class::Create]);
        }
        if users.log_in.contains(&clause) || users.clauses.contains(&clause) {
            self.say(account);
            self.say("only");
            self.can(&[Class::LogIn, Class::LogOut]);
        }
        if users.change_password.contains(&clause) {
            self.say("password account");
            self.can(&[Class::Update]);
        }
        if users.edit_profile.contains(&clause) {
            self.say("profile account own personal name email e-mail address contact save");
            self.can(&[Class::Read, Class::Update, Class::Manage]);
        }
        for field in users.profile.iter().filter(|f| f.clauses.contains(&clause)) {
            self.field(field);
            self.say("user account profile");
        }
        for role in users.roles.iter().filter(|r| r.clauses.contains(&clause)) {
            self.who(&Who::Role(role.name.clone()));
        }
    }
    fn question(&mut self, question: &Question) {
        // what is assumed for want of a word is no word of the text: only the names it asks about are
        self.say(question.key.split(':').next_back().unwrap_or_default());
        // what it takes a word of the text for
        if question.key.starts_with("use:") {
            self.say(&question.question);
        }
    }
}

pub(super) fn classes_of(op: Op) -> &'static [Class] {
    match op {
        Op::Create => &[Class::Create, Class::Transact],
        Op::Read => &[Class::Read],
        Op::Update => &[Class::Update],
        Op::Delete => &[Class::Delete],
    }
}

/// What stands behind each clause.
#[must_use]
pub fn by_clause(spec: &AppSpec) -> BTreeMap<ClauseId, Meant> {
    let mut all: BTreeMap<ClauseId, Meant> = BTreeMap::new();
    let mut each = |clauses: &Clauses, note: &dyn Fn(&mut Meant)| {
        for clause in clauses {
            note(all.entry(*clause).or_default());
        }
    };
    for entity in &spec.entities {
        each(&entity.clauses, &|m| m.entity(entity));
        each(&entity.private, &|m| {
            m.entity(entity);
            m.say("other else only own never private secret confidential how");
            m.can(&[Class::Read]);
        });
        for field in &entity.fields {
            each(&field.clauses, &|m| {
                m.entity(entity);
                m.field(field);
            });
            for rule in &field.rules {
                each(&rule.clauses, &|m| {
                    m.entity(entity);
                    m.field(field);
                    m.rule(&rule.rule);
                });
            }
        }
        for access in &entity.access {
            each(&access.clauses, &|m| m.access(entity, access));
        }
    }
    for feature in &spec.features {
        each(&feature.clauses().to_vec(), &|m| {
            if let Some(entity) = feature.entity().and_then(|e| spec.entity(e)) {
                m.entity(entity);
            }
            // `once per day`: by the date that they may not have in common
            if let (Feature::UniqueTogether { fields, .. }, Some(e)) =
                (feature, feature.entity().and_then(|e| spec.entity(e)))
            {
                let dates = e.fields.iter().filter(|f| f.ty == FieldType::Date && fields.contains(&f.name));
                dates.for_each(|_| m.say("day date"));
            }
            // `listed by day`: by the date, whatever it is called
            if let Feature::Sort { entity, field, .. } | Feature::Filter { entity, field, .. } = feature
                && let Some(e) = spec.entity(entity)
                && e.fields.iter().any(|f| f.name == *field && f.ty.is_day())
            {
                m.say("day date");
            }
            // numbers of each state are numbers of the one asked for
            if let Feature::Totals { entity, group_by: Some(by), .. } = feature
                && let Some(field) = spec.entity(entity).and_then(|e| e.fields.iter().find(|f| f.name == *by))
            {
                m.field(field);
            }
            // those of which it was decided so, and no others
            let states = match feature {
                Feature::NoOverlap { entity, over: Some(over), .. } => Some((entity, &over.field)),
                // `Refused permits can be deleted`: the others cannot
                Feature::Locked { entity, field, .. } => Some((entity, field)),
                _ => None,
            };
            if let Some((entity, name)) = states
                && let Some(field) = spec.entity(entity).and_then(|e| e.fields.iter().find(|f| f.name == *name))
                && let FieldType::Choice { values } = &field.ty
            {
                values.iter().for_each(|value| m.say(value));
            }
            m.feature(feature);
        });
    }
    for question in &spec.assumptions {
        each(&question.clauses, &|m| m.question(question));
    }
    if let Some(users) = &spec.users {
        for mark in &spec.marks {
            each(&vec![mark.clause], &|m| m.users(users, mark.clause));
        }
    }
    for meant in all.values_mut() {
        for classes in meant.rights.values_mut().chain([&mut meant.verbs]) {
            if classes.contains(&Class::Create) && classes.contains(&Class::Update) {
                classes.insert(Class::Manage);
            }
        }
        meant.no_accounts = spec.users.is_none();
    }
    all
}
