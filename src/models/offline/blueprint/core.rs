//! The core: what every generated application shares, cut to what this one needs, with its settings, people and manifest.

use super::{
    entity::{declare_field, declare_rule},
    readme,
    writer::{Writer, imports, text, tuple},
};
use crate::{
    domain::{
        ClauseId,
        reply::{CodeLink, NewFile},
    },
    models::offline::spec::{AppSpec, Feature, SecurityDemand, SignInWith},
};
use include_dir::{Dir, include_dir};

static PYTHON: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/src/models/offline/blueprint/python");

/// Characters that a password has at least where the text does not say it.
const SHORTEST_PASSWORD: u32 = 8;

/// Files that are there only when something needs them.
fn needed(spec: &AppSpec, path: &str) -> bool {
    let any = |test: fn(&Feature) -> bool| spec.features.iter().any(test);
    match path {
        "app/accounts.py" | "app/account_api.py" | "app/pages/people.py" => spec.users.is_some(),
        "app/features/workflow.py" => any(|f| matches!(f, Feature::Workflow { .. })),
        "app/features/history.py" => any(|f| matches!(f, Feature::History { .. })),
        "app/features/own.py" => any(|f| matches!(f, Feature::NotOwn { .. })),
        "app/features/grants.py" | "app/pages/sharing.py" => has_grants(spec),
        "app/features/blocking.py" | "app/pages/blocking.py" => has_blocking(spec),
        "app/features/spreadsheet.py" => any(|f| matches!(f, Feature::Csv { .. })),
        "app/features/totals.py" | "app/pages/numbers.py" => has_totals(spec),
        "app/features/progress.py" => any(|f| matches!(f, Feature::Progress { .. })),
        "app/features/formulas.py" => {
            any(|f| matches!(f, Feature::Progress { .. } | Feature::Totals { .. } | Feature::Computed { .. }))
        }
        "app/features/checks.py" => any(|f| {
            matches!(
                f,
                Feature::Threshold { .. }
                    | Feature::NoOverlap { .. }
                    | Feature::UniqueTogether { .. }
                    | Feature::Limit { .. }
                    | Feature::LimitIn { .. }
                    | Feature::InUse { .. }
                    | Feature::Capacity { .. }
                    | Feature::Locked { .. }
                    | Feature::Unavailable { .. }
                    | Feature::Closes { .. }
            )
        }),
        _ => true,
    }
}

fn has_grants(spec: &AppSpec) -> bool {
    spec.users.is_some() && spec.features.iter().any(|f| matches!(f, Feature::Grant { .. }))
}
fn has_blocking(spec: &AppSpec) -> bool {
    spec.users.is_some() && spec.features.iter().any(|f| matches!(f, Feature::Blocking { .. }))
}
fn has_totals(spec: &AppSpec) -> bool {
    spec.features.iter().any(|f| matches!(f, Feature::Totals { .. }))
}

/// `Fitness tracker` → `fitness-tracker`: names the folder of the data.
pub fn slug(title: &str) -> String {
    let words: Vec<String> = title
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|w| !w.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let name: String = words.join("-").chars().take(40).collect();
    if name.is_empty() { "application".into() } else { name.trim_end_matches('-').to_owned() }
}

fn static_files(dir: &'static Dir<'static>, out: &mut Vec<(String, String)>) {
    for file in dir.files() {
        if let Some(content) = file.contents_utf8() {
            out.push((file.path().to_string_lossy().replace('\\', "/"), content.to_owned()));
        }
    }
    for inner in dir.dirs() {
        static_files(inner, out);
    }
}

pub fn build(spec: &AppSpec) -> (Vec<NewFile>, Vec<CodeLink>) {
    let mut found = Vec::new();
    static_files(&PYTHON, &mut found);
    let mut files: Vec<NewFile> = found
        .into_iter()
        .filter(|(path, _)| path.ends_with(".py") || path.ends_with(".css"))
        .filter(|(path, _)| needed(spec, path))
        .map(|(path, content)| NewFile { path, content })
        .collect();
    let (people, mut links) = people(spec);
    files.extend(people);
    files.push(NewFile { path: "app/settings.py".into(), content: settings(spec) });
    files.push(NewFile { path: "g1.toml".into(), content: manifest(spec) });
    files.push(NewFile { path: "README.md".into(), content: readme::write(spec) });
    files.sort_by(|a, b| a.path.cmp(&b.path));
    links.extend(core_links(spec));
    (files, links)
}

fn settings(spec: &AppSpec) -> String {
    let mut parts = Vec::new();
    if spec.users.is_some() {
        parts.extend(["app.accounts", "app.account_api"]);
    }
    if has_blocking(spec) {
        parts.push("app.features.blocking");
    }
    parts.push("app.api");
    if has_totals(spec) {
        parts.push("app.features.totals");
    }
    parts.push("app.pages.frame");
    if has_totals(spec) {
        parts.push("app.pages.numbers");
    }
    if spec.users.is_some() {
        parts.push("app.pages.people");
    }
    if has_blocking(spec) {
        parts.push("app.pages.blocking");
    }
    if has_grants(spec) {
        parts.push("app.pages.sharing");
    }
    parts.push("app.pages.collections");
    let table = |rows: Vec<String>| rows.iter().map(|row| format!("    {},\n", text(row))).collect::<String>();
    format!(
        "\"\"\"What this application is called and what it is made of.\"\"\"\n\nTITLE = {}\n\n# Names the folder of the data \
         unless APP_DATA_DIR says where it is.\nNAME = {}\n\n# The kinds of records, in the order of the navigation.\n\
         ORDER = [\n{}]\n\n# The parts of the machinery, set up in this order.\nPARTS = [\n{}]\n",
        text(&spec.title),
        text(&slug(&spec.title)),
        table(spec.entities.iter().map(|e| e.name.clone()).collect()),
        table(parts.into_iter().map(str::to_owned).collect()),
    )
}

fn manifest(spec: &AppSpec) -> String {
    format!(
        "[app]\nname = {}\nstack = \"python-stdlib\"\n\n[commands]\nsetup = []\n\
         test = [\"python3\", \"-m\", \"unittest\", \"-v\"]\nrun = [\"python3\", \"-m\", \"app\", \"--port\", \"{{port}}\"]\n",
        text(&slug(&spec.title)),
    )
}

/// Where the accounts live in the API.
pub fn users_collection(spec: &AppSpec) -> &'static str {
    if spec.entities.iter().any(|e| e.plural == "users") { "accounts" } else { "users" }
}

fn people(spec: &AppSpec) -> (Option<NewFile>, Vec<CodeLink>) {
    let Some(users) = &spec.users else { return (None, Vec::new()) };
    let path = "app/people.py";
    let mut out = Writer::new(path);
    out.blank(1);
    out.line(format!("COLLECTION = {}", text(users_collection(spec))));
    let with = if users.sign_in_with == SignInWith::Email { "email" } else { "user_name" };
    out.line(format!("SIGN_IN_WITH = {}", text(with)));
    out.blank(2);
    for line in [
        "class Role:",
        "    \"\"\"What an account can be; everybody who signs up holds the open ones.\"\"\"",
        "",
        "    def __init__(self, name, label, open=False):",
        "        self.name = name",
        "        self.label = label",
        "        self.open = open",
        "",
        "",
    ] {
        out.line(line);
    }
    if users.roles.is_empty() {
        out.line("ROLES = []");
    } else {
        out.line("ROLES = [");
        for role in &users.roles {
            let mut arguments = vec![text(&role.name), text(&role.label)];
            if role.open {
                arguments.push("open=True".into());
            }
            out.row("Role", &arguments, &role.clauses);
        }
        out.line("]");
    }
    if has_blocking(spec) {
        blocking(spec, &mut out);
    }
    if let Some(clauses) = only_account(spec) {
        out.blank(2);
        for line in [
            "class AtMost:",
            "    \"\"\"How many accounts there may be.\"\"\"",
            "",
            "    def __init__(self, number):",
            "        self.number = number",
            "",
            "",
            "# What keeps people from signing up.",
            "SIGN_UP = [",
        ] {
            out.line(line);
        }
        out.row("AtMost", &["1".into()], &clauses);
        out.line("]");
    }
    out.blank(1);
    out.line("# Further data of an account.");
    out.line("PERSON = Entity(\"account\", \"app_accounts\", \"Account\", \"Accounts\")");
    out.blank(1);
    out.line("PERSON.fields = [");
    let reserved = ["id", "password", "roles", "administrator", "sign_in", "sign_in_key", with];
    let profile: Vec<_> = users.profile.iter().filter(|f| !reserved.contains(&f.name.as_str())).collect();
    for field in &profile {
        let (kind, arguments) = declare_field(field, false);
        out.row(kind, &arguments, &field.clauses);
    }
    out.line("]");
    out.blank(1);
    out.line("# How long a password must be.");
    out.line("PASSWORD = [");
    let (least, clauses) = password_length(spec);
    out.row("MinLength", &[text("password"), least.to_string()], &clauses);
    out.line("]");
    out.blank(1);
    out.line("PERSON.rules = [");
    for field in &profile {
        for rule in &field.rules {
            let (kind, arguments) = declare_rule(field, &rule.rule);
            out.row(kind, &arguments, &rule.clauses);
        }
    }
    out.line("]");
    let mut head =
        vec!["\"\"\"Who the accounts are: how they sign in, their roles, their data.\"\"\"".to_owned(), String::new()];
    head.extend(imports(&out, &[("app.model", super::MODEL_NAMES)]));
    let (content, links) = out.finish(&head);
    (Some(NewFile { path: path.into(), content }), links)
}

/// Who shuts whose accounts out, and the word for it.
fn blocking(spec: &AppSpec, out: &mut Writer) {
    out.blank(2);
    for line in [
        "class Blocking:",
        "    \"\"\"Holders of these roles shut out accounts with a role, or any.\"\"\"",
        "",
        "    def __init__(self, by, of=None):",
        "        self.by = by",
        "        self.of = of",
        "",
        "",
    ] {
        out.line(line);
    }
    let rules = || {
        spec.features.iter().filter_map(|f| match f {
            Feature::Blocking { by, of, state, clauses } => Some((by, of, state, clauses)),
            _ => None,
        })
    };
    out.line(format!("BLOCKED = {}", text(rules().next().map_or("blocked", |(_, _, state, _)| state))));
    out.line("BLOCKING = [");
    for (by, of, _, clauses) in rules() {
        let mut arguments = vec![tuple(by)];
        arguments.extend(of.as_deref().map(text));
        out.row("Blocking", &arguments, clauses);
    }
    out.line("]");
}

/// The longest of the lengths that are asked for, and who asks; without any what is good practice.
/// The clauses by which there is one account and no second one.
fn only_account(spec: &AppSpec) -> Option<Vec<ClauseId>> {
    let says = |f: &&Feature| matches!(f, Feature::Security { what: SecurityDemand::OnlyAccount, .. });
    let found: Vec<ClauseId> = spec.features.iter().filter(says).flat_map(|f| f.clauses().to_vec()).collect();
    (!found.is_empty()).then_some(found)
}

fn password_length(spec: &AppSpec) -> (u32, Vec<ClauseId>) {
    let asked: Vec<(u32, &Vec<ClauseId>)> = spec
        .features
        .iter()
        .filter_map(|f| match f {
            Feature::Security { what: SecurityDemand::PasswordLength { least }, clauses } => Some((*least, clauses)),
            _ => None,
        })
        .collect();
    let Some(least) = asked.iter().map(|(least, _)| *least).max() else { return (SHORTEST_PASSWORD, Vec::new()) };
    (least, asked.into_iter().filter(|(n, _)| *n == least).flat_map(|(_, clauses)| clauses.clone()).collect())
}

fn core_links(spec: &AppSpec) -> Vec<CodeLink> {
    let mut links = Vec::new();
    let mut add = |clauses: &[ClauseId], path: &str, symbol: &str| {
        links.extend(clauses.iter().map(|clause| CodeLink {
            clause: clause.to_string(),
            path: path.into(),
            symbol: Some(symbol.into()),
            lines: None,
        }));
    };
    if let Some(users) = &spec.users {
        add(&users.clauses, "app/accounts.py", "current_account");
        add(&users.sign_up, "app/accounts.py", "sign_up");
        add(&users.log_in, "app/accounts.py", "log_in");
        add(&users.change_password, "app/accounts.py", "change_password");
        add(&users.edit_profile, "app/accounts.py", "update_own_account");
    }
    for feature in &spec.features {
        match feature {
            Feature::Blocking { clauses, .. } if spec.users.is_some() => {
                add(clauses, "app/features/blocking.py", "keep_out");
                add(clauses, "app/features/blocking.py", "put_blocked");
            }
            Feature::Mobile { clauses } => add(clauses, "app/pages/html.py", "viewport"),
            Feature::Security { what, clauses } => match what {
                SecurityDemand::MustSignIn => add(clauses, "app/rights.py", "require_account"),
                SecurityDemand::PasswordsHashed if spec.users.is_some() => {
                    add(clauses, "app/accounts.py", "hash_password");
                }
                SecurityDemand::SessionExpires if spec.users.is_some() => {
                    add(clauses, "app/accounts.py", "session_is_over");
                }
                // the length is a row of the people
                SecurityDemand::PasswordsHashed
                | SecurityDemand::SessionExpires
                | SecurityDemand::OnlyAccount
                | SecurityDemand::PasswordLength { .. } => {}
            },
            _ => {}
        }
    }
    links.sort_by(|a, b| (&a.path, &a.symbol, &a.clause).cmp(&(&b.path, &b.symbol, &b.clause)));
    links.dedup();
    links
}
