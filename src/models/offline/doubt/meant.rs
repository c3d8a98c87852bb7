//! What the elements that are linked to a clause say: their names, values and numbers, and the verbs they stand for.

use crate::domain::ClauseId;
use crate::models::offline::read::lexicon::verbs::Class;
use crate::models::offline::spec::{
    Access, AppSpec, Clauses, Condition, Entity, Feature, Field, FieldType, Formula, Op, Period, Question, Rule, Scope,
    SecurityDemand, Until, Users, Who,
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
    fn say(&mut self, text: &str) {
        let lower = text.to_lowercase();
        let parts = |keep: fn(char) -> bool| {
            lower.split(move |c: char| !c.is_alphanumeric() && !keep(c)).filter(|w| !w.is_empty()).map(str::to_owned)
        };
        self.words.extend(parts(|_| false).chain(parts(|c| c == '-')));
    }
    fn act(&mut self, verbs: &str) {
        self.acts.extend(verbs.split(' ').map(str::to_owned));
    }
    fn can(&mut self, classes: &[Class]) {
        self.verbs.extend(classes);
    }

    pub fn entity(&mut self, entity: &Entity) {
        self.say(&entity.name);
        self.say(&entity.label);
        self.say(&entity.label_plural);
        let last = entity.name.rsplit('_').next().unwrap_or_default();
        for same in ONE_RECORD.iter().filter(|same| same.contains(&last)) {
            same.iter().for_each(|w| self.say(w));
        }
        if entity.name.starts_with("cart_") || entity.name.starts_with("basket_") {
            self.say("shopping cart basket");
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
        self.can(&[Class::Have]);
        // what is kept is entered, recorded, noted
        self.act("record enter specify store save note log fill give state capture track");
        self.say("required optional");
        match &field.ty {
            FieldType::Choice { values } => values.iter().for_each(|v| self.say(v)),
            FieldType::Reference { entity } => {
                self.say(entity);
                self.act("belong");
            }
            FieldType::UserReference { role } => self.say(role.as_deref().unwrap_or("account")),
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
    fn rule(&mut self, rule: &Rule) {
        match rule {
            Rule::Required => {
                self.say("required mandatory must obligatory without empty blank missing field refuse accept need")
            }
            Rule::Min { value } | Rule::Max { value } => {
                self.numbers.push(*value);
                self.say("minimum maximum least most between range exceed negative positive zero greater less more lower higher below above under over limit lie number value digit refuse accept large small big age old star point scale");
            }
            Rule::MinLength { value } | Rule::MaxLength { value } => {
                self.numbers.push(f64::from(*value));
                self.say("minimum maximum least most long short length character letter exceed more less limit refuse");
            }
            Rule::Unique { .. } => {
                self.say("unique twice once same only second different exist already two refuse share")
            }
            Rule::NotInPast | Rule::NotInFuture => self.say("past future today earlier later lie before after refuse"),
            Rule::After { field, .. } => {
                self.say(field);
                self.say("after before later earlier end start lie same day date time refuse");
            }
            Rule::Immutable => {
                self.say("change never fixed again once later");
                self.can(&[Class::Update]);
            }
            Rule::Within { field, days } => {
                self.say(field);
                self.days(*days);
                self.say("after later within most more lie date refuse");
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
                self.say("least most more late early later earlier advance ahead before from now today future than");
                self.can(&[Class::Transact, Class::Create]);
            }
        }
    }
    /// A number of days may be written as weeks, months or years.
    fn days(&mut self, days: u32) {
        let days = f64::from(days);
        self.numbers.extend([days, (days / 7.0).round(), (days / 30.0).round(), (days / 365.0).round(), days * 24.0]);
        self.say("day week month year hour last past next");
    }
    fn who(&mut self, who: &Who) {
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
            Who::Role(role) => people(role),
        }
    }
    /// A right is that of who has it: it stands for no verb of somebody else's.
    fn right(&mut self, access: &Access) {
        let mut holder = Self::default();
        holder.who(&access.who);
        let classes = self.rights.entry(holder.people).or_default();
        classes.extend(access.ops.iter().flat_map(|op| classes_of(*op)));
        if !access.only_fields.is_empty() {
            classes.extend([Class::Assign, Class::Decide]);
        }
        if access.ops.contains(&Op::Read) {
            self.say("visible readable viewable");
        }
    }
    fn access(&mut self, entity: &Entity, access: &Access) {
        self.entity(entity);
        self.who(&access.who);
        self.right(access);
        for field in entity.fields.iter().filter(|f| access.only_fields.contains(&f.name)) {
            self.field(field);
            self.say("mark set put move change");
            self.act("add enter fill give provide save write specify");
        }
        match &access.scope {
            Scope::All => self.say("all every any whole other"),
            Scope::Own => self.say("history previous past own owner author creator other else personal private only make create write add post"),
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
            }
        }
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
    }
    fn formula(&mut self, formula: &Formula) {
        self.say("calculate compute automatic automatically work out number value");
        match formula {
            Formula::Percent { of, percent } => {
                self.numbers.push(*percent);
                self.say(of);
                self.say("percent percentage of");
            }
            Formula::Product { a, b } => {
                self.say(a);
                self.say(b);
                self.say("time multiply product total");
            }
            Formula::Sum { fields } => {
                fields.iter().for_each(|f| self.say(f));
                self.say("sum total plus add together");
            }
            Formula::Difference { a, b } => {
                self.say(a);
                self.say(b);
                self.say("difference minus less between remain left");
            }
            Formula::DaysAfter { of, days } => {
                self.say(of);
                self.days(*days);
                self.say("after later due");
            }
            Formula::RunningNumber => {
                self.say("running consecutive consecutively continuous sequential sequentially unique assign give generate own get receive nobody never");
                self.can(&[Class::Update]);
                self.act("assign give generate get receive number");
            }
            Formula::CountOf { entity, field } => {
                self.say(entity);
                self.say(field);
                self.say("number count how many show display total");
            }
            Formula::Left { capacity, entity, field, amount } => {
                for name in [capacity, entity, field] {
                    self.say(name);
                }
                self.say(amount.as_deref().unwrap_or_default());
                self.say("left remain remaining available free still piece number count how many show display stock");
            }
            Formula::SumOf { entity, field, measure } => {
                self.say(entity);
                self.say(field);
                self.say(measure);
                self.say("sum total all show display");
            }
            Formula::AverageOf { entity, field, measure } => {
                self.say(entity);
                self.say(field);
                self.say(measure);
                self.say("average mean show display");
            }
        }
        self.can(&[Class::Total, Class::Read]);
    }
    fn condition(&mut self, condition: &Condition) {
        self.say(condition.field());
        match condition {
            Condition::From { days, .. } | Condition::Before { days, .. } => {
                self.days(days.unsigned_abs());
                self.say("today now upcoming future past overdue late expired due before after already");
            }
            Condition::In { values, .. } | Condition::NotIn { values, .. } => values.iter().for_each(|v| self.say(v)),
        }
    }
    fn period(&mut self, period: &Period) {
        self.say("week month year weekly monthly yearly calendar");
        match period {
            Period::Field { field } => self.say(field),
            Period::Between { start, end } => {
                self.say(start);
                self.say(end);
            }
            Period::Week | Period::Month | Period::Year | Period::AllTime => {}
        }
    }

    fn feature(&mut self, feature: &Feature) {
        let all = |this: &mut Self, names: &[String]| names.iter().for_each(|n| this.say(n));
        match feature {
            Feature::Search { fields, .. } => {
                all(self, fields);
                self.say("find look keyword word text contain match result term phrase query specify case criterion engine");
                self.can(&[Class::Search, Class::Read]);
            }
            Feature::Filter { field, .. } => {
                self.say(field);
                self.say("filter select only by restrict range result search");
                self.can(&[Class::Filter, Class::Read, Class::Search]);
            }
            Feature::Sort { field, .. } => {
                self.say(field);
                self.say("order first last new newest old oldest latest earliest recent most least high highest low lowest urgent important top \
                     alphabetical alphabetically descending ascending date default result search");
                self.can(&[Class::Sort, Class::Read, Class::Search]);
            }
            Feature::Csv { .. } => {
                self.say("csv spreadsheet file excel download");
                self.can(&[Class::Export]);
            }
            Feature::Pagination { per_page, .. } => {
                self.numbers.push(f64::from(*per_page));
                self.say("page per time most show display");
            }
            Feature::Grant { role, .. } => {
                self.say(role.as_deref().unwrap_or("user other else account"));
                self.say("access permission grant give allow take revoke back");
                self.can(&[Class::Share, Class::Read]);
            }
            Feature::Workflow { field, initial, transitions, .. } => {
                self.say(field);
                self.say(initial);
                for step in transitions {
                    all(self, &step.from);
                    self.say(&step.to);
                    step.who.iter().for_each(|w| self.who(w));
                }
                self.say("status state start become set change move begin first then new back directly");
                self.can(&[Class::Decide, Class::Update]);
            }
            Feature::FieldGuard { field, who, .. } => {
                self.say(field.trim_end_matches("_id"));
                who.iter().for_each(|w| self.who(w));
                self.say("set mark put");
                self.can(&[Class::Assign, Class::Decide, Class::Update]);
            }
            Feature::Threshold { field, values, amount, limit, above, below, .. } => {
                self.say(field);
                self.say(amount);
                all(self, values);
                self.numbers.push(*limit);
                self.who(above);
                self.who(below);
                self.say("above below over under more less than exceed up euro dollar pound");
                self.can(&[Class::Decide]);
            }
            Feature::History { readers, .. } => {
                readers.iter().for_each(|w| self.who(w));
                self.say("change modification edit update deletion history audit trail record log keep track date time user person make do");
                self.can(&[Class::Read]);
            }
            Feature::Totals { name, label, measures, date_field, days, group_by, .. } => {
                self.say(name);
                self.say(label);
                all(self, measures);
                self.say(date_field.as_deref().unwrap_or_default());
                self.say(group_by.as_deref().unwrap_or_default());
                if let Some(days) = days {
                    self.days(*days);
                }
                self.say("total sum number count dashboard statistic summary overview amount many show display start home front page");
                self.can(&[Class::Total, Class::Read]);
            }
            Feature::Progress { goal, target, over, measure, measure_field, period, .. } => {
                for name in [goal, target, over, measure] {
                    self.say(name);
                }
                self.say(measure_field.as_deref().unwrap_or_default());
                self.period(period);
                self.say("progress far target");
                self.can(&[Class::Read]);
            }
            Feature::NoOverlap { start, end, per, .. } => {
                self.say(start);
                self.say(end);
                self.say(per.as_deref().unwrap_or_default());
                self.say("overlap same time double twice once conflict clash collide two already period day other");
                self.can(&[Class::Transact, Class::Create]);
            }
            Feature::UniqueTogether { fields, .. } => {
                all(self, fields);
                self.say("once twice same only more second again one two already per");
                self.can(&[Class::Transact, Class::Create]);
            }
            Feature::Limit { max, per, .. } => {
                self.numbers.push(f64::from(*max));
                self.say(per.as_deref().unwrap_or("user person account"));
                self.say("most more than maximum limit only per same time once up");
                self.can(&[Class::Transact, Class::Create, Class::Have]);
            }
            Feature::LimitIn { max, per, date_field, period, .. } => {
                self.numbers.push(f64::from(*max));
                self.say(per.as_deref().unwrap_or("user person account"));
                self.say(date_field);
                self.period(period);
                self.say("most more than maximum limit only per once");
                self.can(&[Class::Transact, Class::Create, Class::Have]);
            }
            Feature::Capacity { per, capacity, amount, .. } => {
                self.say(per);
                self.say(capacity);
                self.say(amount.as_deref().unwrap_or_default());
                self.say("more than exceed most full capacity limit maximum number place");
                self.can(&[Class::Transact, Class::Create]);
            }
            Feature::Computed { field, formula, .. } => {
                self.say(field);
                self.formula(formula);
            }
            Feature::Forbid { op, .. } => {
                self.can(classes_of(*op));
                self.say("nobody never anyone once later afterwards");
            }
            Feature::Locked { op, field, values, .. } => {
                self.can(classes_of(*op));
                self.say(field);
                all(self, values);
                self.say("once anymore longer more nobody");
                self.can(&[Class::Decide]);
            }
            Feature::Unavailable { per, field, values, .. } => {
                self.say(per);
                self.say(field);
                all(self, values);
                self.say("no more longer while state nobody");
                self.can(&[Class::Transact, Class::Create]);
            }
            Feature::Closes { op, sets, date, until, .. } => {
                self.can(classes_of(*op));
                self.say(&date.replace('.', " "));
                if let Some((field, value)) = sets {
                    self.say(field);
                    self.say(value);
                    self.can(&[Class::Decide, Class::Delete]);
                }
                match until {
                    Until::Hours { before } => {
                        self.numbers.extend([f64::from(*before), f64::from(*before) / 24.0]);
                        self.say("hour day");
                    }
                    Until::Days { before } => self.days(before.unsigned_abs()),
                }
                self.say("until up before after late later start begin end latest possible day time");
            }
            Feature::ShownTo { field, who, .. } => {
                self.say(field);
                who.iter().for_each(|w| self.who(w));
                self.say("visible hidden only show private confidential public visitor");
                self.can(&[Class::Read]);
            }
            Feature::View { name, label, conditions, .. } => {
                self.say(name);
                self.say(label);
                conditions.iter().for_each(|c| self.condition(c));
                self.can(&[Class::Read]);
            }
            Feature::Offer { parent, .. } => {
                self.say(parent);
                self.say("directly");
                self.can(&[Class::Transact, Class::Create]);
            }
            Feature::Home { view, .. } => {
                self.say(view.as_deref().unwrap_or_default());
                self.say("homepage home start front landing newest latest recent new click lead direct show display first");
                self.can(&[Class::Read]);
            }
            Feature::InUse { by, .. } => {
                self.say(by);
                self.say("use refer still belong have there contain exist");
                self.can(&[Class::Delete]);
            }
            Feature::Mobile { .. } => self.say(
                "phone mobile smartphone small screen responsive tablet usable device desktop computer look use well fit work display laptop size",
            ),
            Feature::Performance { records, millis, own_machine, .. } => {
                self.own_machine |= *own_machine;
                let (records, millis) = (f64::from(*records), f64::from(*millis));
                self.numbers.extend([records, millis, millis / 1000.0]);
                self.say("second millisecond ms respond answer load response time fast open show display appear take less most more under below");
                self.can(&[Class::Read, Class::Search]);
            }
            Feature::Security { what, .. } => match what {
                SecurityDemand::PasswordsHashed => {
                    self.say("password hash encrypt plain text readable form secure safe never clear store save");
                }
                SecurityDemand::MustSignIn => {
                    self.say("login log sign in access user only register account authenticate without anything anonymous");
                    self.can(&[Class::Read, Class::LogIn]);
                }
                SecurityDemand::PasswordLength { least } => {
                    self.numbers.push(f64::from(*least));
                    self.say("password character letter least minimum long short length");
                    self.can(&[Class::Have]);
                }
                SecurityDemand::SessionExpires => self.say("session end expire log out automatically time inactivity inactive"),
            },
            Feature::Exclusion { terms, .. } => all(self, terms),
        }
    }
}

fn classes_of(op: Op) -> &'static [Class] {
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
            m.say("other else only own never private");
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
