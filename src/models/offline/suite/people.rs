//! Tests of accounts: signing up, logging in, roles, profile data, passwords.

use super::{
    python::{Class, Test, lit, num},
    samples,
    world::{World, is_required},
};
use crate::{
    domain::ClauseId,
    models::offline::spec::{AppSpec, Entity, Feature, Field, FieldType, Rule, SecurityDemand, Users},
};

/// An entity that stands for the account, so that profile fields get values like any other field.
fn profile_entity(users: &Users) -> Entity {
    Entity {
        name: "account".into(),
        plural: "accounts".into(),
        label: "Account".into(),
        label_plural: "Accounts".into(),
        clauses: users.clauses.clone(),
        fields: users.profile.clone(),
        owned: false,
        private: Vec::new(),
        access: Vec::new(),
        system: false,
    }
}

/// The dictionary of profile values that a new account gives.
pub(super) fn profile(spec: &AppSpec) -> String {
    let Some(users) = &spec.users else { return "{}".into() };
    let entity = profile_entity(users);
    let pairs: Vec<(String, String)> = users
        .profile
        .iter()
        .filter(|f| !f.read_only)
        .filter_map(|f| Some((f.name.clone(), samples::valid(spec, &entity, f)?)))
        .collect();
    super::python::dict(&pairs)
}

/// A value for a profile field that other accounts do not have.
pub(super) fn other_profile_value(world: World<'_>, name: &str) -> Option<String> {
    let users = world.spec.users.as_ref()?;
    let field = users.profile.iter().find(|f| f.name == name)?;
    samples::other(world.spec, &profile_entity(users), field)
}

fn test(name: &str, shows: &str, clauses: &[ClauseId], lines: Vec<String>) -> Test {
    Test { name: name.into(), shows: shows.into(), clauses: clauses.to_vec(), measures: false, lines }
}

fn lines(text: &str) -> Vec<String> {
    text.trim_matches('\n').lines().map(str::to_owned).collect()
}

pub(super) fn classes(world: World<'_>) -> Vec<Class> {
    let Some(users) = &world.spec.users else { return Vec::new() };
    let mut tests = Vec::new();
    let only = |f: &Feature| matches!(f, Feature::Security { what: SecurityDemand::OnlyAccount, .. });
    let alone = world.spec.features.iter().any(only);
    let or_users = |own: &[ClauseId]| if own.is_empty() { users.clauses.clone() } else { own.to_vec() };
    tests.push(test(
        "test_who_one_is",
        "The application knows which account a request comes from, and nobody without one.",
        &users.clauses,
        lines(
            r#"
account = self.someone()
shown = self.expect(200, account.get("/api/me"))
self.assertEqual(self.value(shown, "id"), account.id)
self.expect(401, self.anyone().get("/api/me"))
"#,
        ),
    ));
    tests.push(test(
        "test_anybody_can_sign_up",
        "Somebody signs up and can log in afterwards; the answer never holds the password.",
        &or_users(&users.sign_up),
        lines(
            r#"
self.admin()
name = new_name()
answer = sign_up(self.anyone(), name)
made = self.expect(201, answer)
self.assertEqual(self.value(made, SIGN_IN_WITH), name)
self.assertNotIn(PASSWORD, answer.text)
self.expect((200, 201), log_in(self.anyone(), name))
"#,
        ),
    ));
    tests.push(test(
        "test_a_name_is_taken_once",
        "Nobody signs up with a name that is taken, without a password, or with a name that is none.",
        &or_users(&users.sign_up),
        lines(
            r#"
taken = self.someone()
self.expect(409, sign_up(self.anyone(), taken.name))
self.expect_refused(sign_up(self.anyone(), new_name(), password=""), "password")
self.expect_refused(sign_up(self.anyone(), ""), SIGN_IN_WITH)
"#,
        ),
    ));
    // where nobody else signs up that is shown instead
    tests.retain(|t| !alone || t.name == "test_who_one_is");
    tests.push(test(
        "test_log_in_needs_the_right_password",
        "The right name and password give a token that works; a wrong one gives none.",
        &or_users(&users.log_in),
        lines(
            r#"
account = self.someone()
entered = self.expect((200, 201), log_in(self.anyone(), account.name))
self.assertTrue(self.value(entered, "token"))
self.expect(401, log_in(self.anyone(), account.name, password="not the password"))
self.expect(401, log_in(self.anyone(), new_name()))
"#,
        ),
    ));
    if !users.change_password.is_empty() {
        tests.push(test(
            "test_changes_the_password",
            "Somebody changes the password, knowing the old one: the new one works, the old one does not.",
            &users.change_password,
            lines(
                r#"
account = self.newcomer()
change = {"old_password": "not the password", "new_password": "another horse battery"}
self.expect(403, account.put("/api/me/password", change))
self.expect((200, 204), account.put("/api/me/password", {**change, "old_password": PASSWORD}))
self.expect((200, 201), log_in(self.anyone(), account.name, password="another horse battery"))
self.expect(401, log_in(self.anyone(), account.name))
"#,
            ),
        ));
    }
    if !users.edit_profile.is_empty() {
        tests.push(edit_profile(world, users));
    }
    for field in &users.profile {
        profile_field(world, users, field, &mut tests);
    }
    let mut classes =
        vec![Class { name: "Accounts".into(), doc: "Signing up, logging in, one's own data.".into(), tests }];
    let mut tests = Vec::new();
    for role in &users.roles {
        if role.open {
            tests.push(test(
                &format!("test_everybody_is_{}", role.name),
                &format!("Whoever signs up is {}.", role.label.to_lowercase()),
                &role.clauses,
                vec![
                    "shown = self.expect(200, self.someone().get(\"/api/me\"))".into(),
                    format!("self.assertIn({}, self.value(shown, \"roles\"))", lit(&role.name)),
                ],
            ));
        } else {
            tests.push(test(
                &format!("test_{}_is_granted", role.name),
                &format!(
                    "The first account is {label} and makes others {label}; nobody is it from the start or takes it.",
                    label = role.label.to_lowercase()
                ),
                &role.clauses,
                granting(&role.name, world.users_collection()),
            ));
        }
    }
    classes.push(Class { name: "Roles".into(), doc: "Who is what.".into(), tests });
    classes
}

fn granting(role: &str, users: &str) -> Vec<String> {
    let role = lit(role);
    vec![
        "admin = self.admin()".into(),
        format!("self.assertIn({role}, self.value(self.expect(200, admin.get(\"/api/me\")), \"roles\"))"),
        "account = self.newcomer()".into(),
        format!("self.assertNotIn({role}, self.value(self.expect(200, account.get(\"/api/me\")), \"roles\"))"),
        format!("self.expect(403, account.put(\"/api/{users}/%d\" % account.id, {{\"roles\": [{role}]}}))"),
        format!("self.expect(200, admin.put(\"/api/{users}/%d\" % account.id, {{\"roles\": [{role}]}}))"),
        format!("self.assertIn({role}, self.value(self.expect(200, account.get(\"/api/me\")), \"roles\"))"),
    ]
}

fn same_as(world: World<'_>, field: &str) -> bool {
    use crate::models::offline::spec::Scope;
    world
        .spec
        .entities
        .iter()
        .flat_map(|e| &e.access)
        .any(|a| matches!(&a.scope, Scope::SameAs { profile, .. } if profile == field))
}

fn edit_profile(world: World<'_>, users: &Users) -> Test {
    let entity = profile_entity(users);
    let field = users
        .profile
        .iter()
        .filter(|f| !f.read_only && !same_as(world, &f.name))
        .find_map(|f| Some((f, samples::other(world.spec, &entity, f)?)));
    let Some((field, value)) = field else {
        return test(
            "test_sees_own_data",
            "Somebody sees the data of the own account and can save them.",
            &users.edit_profile,
            vec![
                "account = self.someone()".into(),
                "saved = self.expect(200, account.put(\"/api/me\", {}))".into(),
                "self.assertEqual(self.value(saved, \"id\"), account.id)".into(),
                "shown = self.expect(200, account.get(\"/api/me\"))".into(),
                "self.assertEqual(self.value(shown, SIGN_IN_WITH), account.name)".into(),
            ],
        );
    };
    let name = lit(&field.name);
    test(
        "test_edits_own_data",
        "Somebody sees and changes the data of the own account.",
        &users.edit_profile,
        vec![
            "account = self.newcomer()".into(),
            format!("value = {value}"),
            format!("self.expect(200, account.put(\"/api/me\", {{{name}: value}}))"),
            "shown = self.expect(200, account.get(\"/api/me\"))".into(),
            format!("self.assertEqual(self.value(shown, {name}), value)"),
        ],
    )
}

fn profile_field(world: World<'_>, users: &Users, field: &Field, tests: &mut Vec<Test>) {
    if field.read_only {
        return;
    }
    let entity = profile_entity(users);
    let clauses = if field.clauses.is_empty() { &users.clauses } else { &field.clauses };
    let name = lit(&field.name);
    let label = field.label.to_lowercase();
    let value = match &field.ty {
        FieldType::Choice { values } => values.last().map(|v| lit(v)),
        _ => samples::other(world.spec, &entity, field).or_else(|| samples::valid(world.spec, &entity, field)),
    };
    let Some(value) = value else { return };
    let attempt = |value: &str| format!("sign_up(self.anyone(), new_name(), profile={{{name}: {value}}})");
    tests.push(test(
        &format!("test_keeps_{}", field.name),
        &format!("An account has its {label}, stored and read back as {}.", samples::kind(field)),
        clauses,
        vec![
            format!("value = {value}"),
            format!("account = self.newcomer(profile={{{name}: value}})"),
            "shown = self.expect(200, account.get(\"/api/me\"))".into(),
            format!("self.assertEqual(self.value(shown, {name}), value)"),
        ],
    ));
    let mut refuse = |test_name: String, shows: String, clauses: &[ClauseId], bad: &str| {
        let lines = vec!["self.admin()".into(), format!("self.expect_refused({}, {name})", attempt(bad))];
        tests.push(test(&test_name, &shows, clauses, lines));
    };
    if let Some(wrong) = samples::wrong(field) {
        refuse(
            format!("test_refuses_a_wrong_{}", field.name),
            format!("A {label} that is not {} is refused.", samples::kind(field)),
            clauses,
            wrong,
        );
    }
    let rule = |wanted: &Rule| {
        let own = field.rules.iter().find(|r| &r.rule == wanted).map(|r| r.clauses.clone()).unwrap_or_default();
        if own.is_empty() { clauses.clone() } else { own }
    };
    if is_required(field) {
        refuse(
            format!("test_requires_{}", field.name),
            format!("Nobody signs up without {label}."),
            &rule(&Rule::Required),
            "LEFT_OUT",
        );
    }
    let step = if matches!(field.ty, FieldType::Integer) { 1.0 } else { 0.01 };
    for each in &field.rules {
        let (bad, word) = match each.rule {
            Rule::Min { value } => (num(value - step), "at_least"),
            Rule::Max { value } => (num(value + step), "at_most"),
            Rule::MinLength { value } => (format!("\"x\" * {}", value.saturating_sub(1)), "long_enough"),
            Rule::MaxLength { value } => (format!("\"x\" * {}", value + 1), "short_enough"),
            Rule::NotInFuture => ("day(1)".to_owned(), "not_in_the_future"),
            Rule::NotInPast => ("day(-1)".to_owned(), "not_in_the_past"),
            Rule::Unique { .. } => {
                tests.push(test(
                    &format!("test_{}_is_unique", field.name),
                    &format!("No two accounts have the same {label}."),
                    &rule(&each.rule),
                    vec![
                        "self.admin()".into(),
                        format!("value = {value}"),
                        format!("self.expect(201, {})", attempt("value")),
                        format!("self.expect(409, {})", attempt("value")),
                    ],
                ));
                continue;
            }
            _ => continue,
        };
        let lines = vec!["self.admin()".into(), format!("self.expect_refused({}, {name})", attempt(&bad))];
        tests.push(test(
            &format!("test_{}_is_{word}", field.name),
            &format!("The {label} of an account keeps its limits."),
            &rule(&each.rule),
            lines,
        ));
    }
}

/// A security demand, shown from outside.
pub(super) fn security(world: World<'_>, what: SecurityDemand, clauses: &[ClauseId]) -> Option<Test> {
    world.spec.users.as_ref()?;
    Some(match what {
        SecurityDemand::PasswordsHashed => test(
            "test_passwords_are_not_stored",
            "No file of the application's data holds a password, or anything that leads back to it without work; \
             log-in still tells right from wrong.",
            clauses,
            lines(
                r#"
self.admin()
name, password = new_name(), unique("a password to look for")
self.expect(201, sign_up(self.anyone(), name, password=password))
self.assertTrue(data_files())
for path in data_files():
    with open(path, "rb") as file:
        stored = file.read()
    for trace in traces(password):
        self.assertNotIn(trace, stored)
self.assertGreaterEqual(shipped_cost(), 2**14)
self.expect((200, 201), log_in(self.anyone(), name, password=password))
self.expect(401, log_in(self.anyone(), name, password=password + "!"))
"#,
            ),
        ),
        SecurityDemand::MustSignIn => test(
            "test_nothing_without_an_account",
            "Without an account nothing can be had but the entrance: the API says so, pages lead to the log-in.",
            clauses,
            lines(
                r#"
self.admin()
self.expect(401, self.anyone().get("/api/me"))
self.expect(401, self.anyone().get("/api/@USERS@"))
self.expect(200, self.someone().get("/api/me"))
"#,
            )
            .into_iter()
            .map(|line| line.replace("@USERS@", world.users_collection()))
            .collect(),
        ),
        SecurityDemand::OnlyAccount => test(
            "test_nobody_else_signs_up",
            "Whoever signs up first has the only account: nobody else makes one, and the pages offer it to nobody.",
            clauses,
            lines(
                r#"
self.admin()
with sign_up_as_shipped():
    self.expect(403, sign_up(self.anyone(), new_name()))
    self.assertNotIn('href="/sign-up"', self.page("/log-in", self.anyone()))
    self.expect((200, 201), log_in(self.anyone(), self.admin().name))
"#,
            ),
        ),
        SecurityDemand::PasswordLength { least } => test(
            "test_a_short_password_is_refused",
            "A password of fewer characters is refused, one of just so many is not.",
            clauses,
            lines(
                r#"
self.admin()
self.expect_refused(sign_up(self.anyone(), new_name(), password="x" * (@LEAST@ - 1)), "password")
self.expect(201, sign_up(self.anyone(), new_name(), password="x" * @LEAST@))
"#,
            )
            .into_iter()
            .map(|line| line.replace("@LEAST@", &least.to_string()))
            .collect(),
        ),
        SecurityDemand::SessionExpires => test(
            "test_a_session_ends",
            "A log-in that has lasted its time is no longer good.",
            clauses,
            lines(
                r#"
account = self.someone()
self.expect(200, account.get("/api/me"))
with settings(APP_SESSION_SECONDS="0"):
    self.expect(401, account.get("/api/me"))
"#,
            ),
        ),
    })
}
