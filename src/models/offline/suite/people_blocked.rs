//! Tests of accounts that are shut out: who does it, whom it keeps out, and that nobody else does it.

use super::{
    python::{Test, ident, lit},
    world::World,
};
use crate::domain::ClauseId;

/// An account that is shut out cannot log in, and is let in again; whoever may not do it, does not.
pub(super) fn blocking(
    world: World<'_>,
    by: &[String],
    of: Option<&str>,
    state: &str,
    clauses: &[ClauseId],
) -> Vec<Test> {
    if world.spec.users.is_none() {
        return Vec::new();
    }
    let somebody = |role: Option<&str>| format!("self.newcomer({})", role.map_or_else(String::new, lit));
    let path = format!("\"/api/{}/%d/blocked\" % account.id", world.users_collection());
    let word = ident(state);
    let test = |name: String, shows: String, lines: Vec<String>| Test {
        name,
        shows,
        clauses: clauses.to_vec(),
        measures: false,
        lines,
    };
    let mut tests = Vec::new();
    let actors: Vec<Option<&str>> =
        if by.is_empty() { vec![None] } else { by.iter().map(|role| Some(role.as_str())).collect() };
    for actor in actors {
        let (name, maker) = match actor {
            Some(role) => (role, format!("self.someone({})", lit(role))),
            None => ("administrator", "self.admin()".to_owned()),
        };
        tests.push(test(
            format!("test_{}_keeps_{word}_accounts_out", ident(name)),
            format!("An account that is {state} cannot log in, its log-ins end, and it can be let in again."),
            vec![
                format!("by = {maker}"),
                format!("account = {}", somebody(of)),
                "self.expect(200, account.get(\"/api/me\"))".into(),
                format!("self.expect(200, by.put({path}, {{\"blocked\": True}}))"),
                "self.expect(403, log_in(self.anyone(), account.name))".into(),
                "self.expect(401, account.get(\"/api/me\"))".into(),
                format!("self.expect(200, by.put({path}, {{\"blocked\": False}}))"),
                "self.expect((200, 201), log_in(self.anyone(), account.name))".into(),
            ],
        ));
    }
    tests.push(test(
        format!("test_nobody_else_makes_accounts_{word}"),
        format!("Who may not, does not make an account {state}, and nobody without an account does."),
        vec![
            "other = self.newcomer()".into(),
            format!("account = {}", somebody(of)),
            format!("self.expect(403, other.put({path}, {{\"blocked\": True}}))"),
            format!("self.expect(401, self.anyone().put({path}, {{\"blocked\": True}}))"),
            "self.expect((200, 201), log_in(self.anyone(), account.name))".into(),
        ],
    ));
    tests
}
