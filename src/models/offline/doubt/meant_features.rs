//! What the formulas, views and features that are linked to a clause say.

use super::meant::{Meant, classes_of};
use crate::models::offline::read::lexicon::verbs::Class;
use crate::models::offline::spec::{Condition, Feature, Formula, Period, SecurityDemand, Until};

impl Meant {
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
            Formula::Priced { link, of, by } => {
                for name in [link, of, by] {
                    self.say(name);
                }
                self.say("time multiply product total");
            }
            Formula::Length { start, end, unit, .. } => {
                self.say(start);
                self.say(end);
                self.say(unit.word());
                self.say("number day night hour long length last duration book rent hire between from to");
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
            Formula::Held { entity, field, .. } => {
                self.say(entity);
                self.say(field);
                self.say("whether out in back away there available free taken lend borrow loan rent hire return currently still");
            }
            Formula::Waits { per, capacity } => {
                self.say(per);
                self.say(capacity);
                self.say("waiting list waitlist wait full put place placed go join add get move up take receive first next free become available \
                     somebody someone anybody person people cancel automatic automatically further");
                self.can(&[Class::Transact, Class::Create, Class::Update, Class::Delete]);
            }
            Formula::Left { capacity, entity, field, amount, .. } => {
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
                self.say("take place happen start begin next within today now upcoming future past overdue late expired due before after already");
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
    pub fn feature(&mut self, feature: &Feature) {
        let all = |this: &mut Self, names: &[String]| names.iter().for_each(|n| this.say(n));
        match feature {
            Feature::Search { fields, .. } => {
                all(self, fields);
                self.say("find look keyword word text contain match result term phrase query specify case criterion engine");
                self.can(&[Class::Search, Class::Read]);
            }
            Feature::Filter { field, .. } => {
                self.say(field);
                if field == "status" {
                    self.say("state");
                }
                self.say("filter select only by restrict range result search");
                self.can(&[Class::Filter, Class::Read, Class::Search]);
            }
            Feature::Sort { field, then, .. } => {
                self.say(field);
                then.iter().for_each(|f| self.say(f.trim_start_matches('-')));
                self.say("order first last next soon soonest upcoming new newest old oldest latest earliest recent most least high highest low lowest cheap cheapest urgent important top come appear stand \
                     alphabetical alphabetically descending ascending date default result search");
                self.act("list arrange order");
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
                self.say("set mark put alone");
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
            Feature::NoOverlap { start, end, per, over, .. } => {
                over.iter().flat_map(|over| over.values.iter().chain([&over.field])).for_each(|word| self.say(word));
                self.say(start);
                self.say(end);
                self.say(per.as_deref().unwrap_or_default());
                self.say("overlap same time double twice once conflict clash collide two already period day other");
                self.say("simultaneously immediately several more one only most nobody person");
                self.can(&[Class::Transact, Class::Create]);
            }
            Feature::UniqueTogether { entity, fields, .. } => {
                all(self, fields);
                if matches!(entity.as_str(), "membership" | "registration" | "enrolment" | "sign_up") {
                    self.act("sign enrol enroll register join");
                }
                self.say("once twice same only more second again one two already per combination pair combined unique distinct");
                self.act("take happen occur");
                self.can(&[Class::Transact, Class::Create]);
            }
            Feature::Limit { max, per, over, .. } => {
                // `no two` where there may be one
                self.numbers.extend([f64::from(*max), f64::from(*max) + 1.0]);
                self.say(per.as_deref().unwrap_or("user person account"));
                if let Some(over) = over {
                    all(self, &over.values);
                    self.say(&over.field);
                    self.say("until again back return bring give out away long soon while time still");
                }
                self.say("most more than maximum limit only per same time once simultaneously immediately up");
                // `two at once`: while one of them is not over
                if over.is_some() {
                    self.say("at once");
                }
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
                self.say("overbook overbooked more than exceed most full capacity limit maximum number place seat room free available left");
                self.can(&[Class::Transact, Class::Create]);
            }
            Feature::Computed { field, formula, .. } => {
                self.say(field);
                self.formula(formula);
            }
            Feature::Forbid { op, .. } => {
                self.can(classes_of(*op));
                self.say("nobody never anyone once after later afterwards enter entered add added save saved record recorded create created store stored");
            }
            Feature::Locked { op, field, values, only, .. } => {
                self.can(classes_of(*op));
                all(self, only);
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
            Feature::NotOwn { op, sets, own, who, .. } => {
                self.can(classes_of(*op));
                if let Some((field, values)) = sets {
                    self.say(field);
                    all(self, values);
                    self.say("set mark put");
                    self.can(&[Class::Decide]);
                }
                for path in own.iter().filter_map(|path| path.split_once('.')) {
                    self.say(path.0.trim_end_matches("_id"));
                    self.can(&[Class::Transact]);
                }
                who.iter().for_each(|w| self.who(w));
                self.say("own himself herself themselves nobody no-one one never himself except but other else people others person anyone \
                     user creator author make create submit");
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
                // `a borrowed book`
                match by.rsplit('_').next() {
                    Some("loan" | "rental" | "borrowing") => self.say("lent borrowed loaned rented hired out loan"),
                    Some("booking" | "reservation") => self.say("booked reserved"),
                    _ => {}
                }
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
            Feature::Blocking { by, of, state, .. } => {
                by.iter().chain(of).for_each(|role| self.say(role));
                self.say(state);
                self.say("block suspend lock ban deactivate disable bar account user person member administrator log login sign in no longer anymore more again unblock reactivate unlock");
                self.can(&[Class::Decide, Class::LogIn]);
            }
            Feature::Security { what, .. } => match what {
                SecurityDemand::PasswordsHashed => {
                    self.say("password hash encrypt plain text readable form secure safe never clear store save");
                }
                SecurityDemand::MustSignIn => {
                    self.say("login log sign in access user only register account authenticate without anything anonymous");
                    self.can(&[Class::Read, Class::LogIn]);
                }
                SecurityDemand::OnlyAccount => self.say("only user person one sole single just me myself i account nobody else use it this"),
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
