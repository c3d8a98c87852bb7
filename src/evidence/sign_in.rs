//! Whether the tests of a clause that has people sign in try a secret that is wrong, and not only one that is left out: a
//! product that takes any password passes the latter.

use super::acts::NEAR;
use crate::domain::words;

/// What people prove by a secret that they are.
const SECRETS: [&str; 5] = ["password", "passphrase", "passcode", "pin", "passwords"];
/// How a clause says that they do.
const SIGNING: [&str; 11] =
    ["sign", "signs", "signed", "signing", "log", "logs", "logged", "logging", "login", "protected", "authenticate"];
/// A line that says what came of what stands before it has one of these.
const SAYING: [&str; 11] = ["assert", "expect", "200", "201", "204", "302", "303", "400", "401", "403", "422"];
/// How it says that somebody is not let in. What is no secret at all, such as a short one, is refused by 400 and 422.
const SHUT_OUT: [&str; 6] = ["401", "403", "unauthor", "wrong", "denied", "incorrect"];
/// How a call begins by which somebody signs in.
const CALLS: [&str; 6] = ["sign_in(", "signin(", "log_in(", "login(", "session(", "authenticate("];
/// Secrets that are left out.
const LEFT_OUT: [&str; 6] = ["", "\"\"", "''", "null", "none", "undefined"];

/// Whether a clause has people sign in by a secret.
#[must_use]
pub fn takes_secret(clause: &str) -> bool {
    let words = words(clause);
    let has = |of: &[&str]| words.iter().any(|word| of.contains(&word.as_str()));
    has(&SECRETS) && has(&SIGNING)
}

/// Whether somebody is shut out in a text of tests by a secret that is there, and that nobody is let in by.
#[must_use]
pub fn is_wrong_tried(tests: &str) -> bool {
    let lines: Vec<String> = tests.lines().map(str::to_lowercase).collect();
    let (mut wrong, mut right) = (vec![], vec![]);
    for (at, line) in lines.iter().enumerate() {
        let said = lines[at..].iter().take(NEAR).find(|line| has_one_of(line, &SAYING));
        let is_shut_out = said.is_some_and(|line| has_one_of(line, &SHUT_OUT));
        if is_shut_out { &mut wrong } else { &mut right }.extend(given_in(line));
    }
    wrong.iter().any(|secret| !LEFT_OUT.contains(secret) && !right.contains(secret))
}

fn has_one_of(line: &str, of: &[&str]) -> bool {
    of.iter().any(|word| line.contains(word))
}

/// The expressions that a line gives as secrets: `"password": "x"`, `password=PASSWORD + "x"`, `name=ann&password=x`,
/// `sign_in(app, "ann", "x")`.
fn given_in(line: &str) -> Vec<&str> {
    let by_name = named_in(line);
    if by_name.is_empty() { last_of_calls(line) } else { by_name }
}

fn named_in(line: &str) -> Vec<&str> {
    let behind = SECRETS.iter().flat_map(|name| line.match_indices(name).map(|(at, name)| &line[at + name.len()..]));
    let value = behind.filter_map(|rest| rest.trim_start_matches(['"', '\'', '`', ' ']).strip_prefix([':', '=']));
    // `==` compares.
    let given = value.filter(|value| !value.starts_with('='));
    given.map(|value| value.split([',', '}', ')', '&', ';']).next().unwrap_or_default().trim()).collect()
}

/// The last argument of each call by whose name somebody signs in.
fn last_of_calls(line: &str) -> Vec<&str> {
    let behind = CALLS.iter().flat_map(|name| line.match_indices(name).map(|(at, name)| &line[at + name.len()..]));
    let within = behind.filter_map(|rest| rest.split_once(')').map(|(within, _)| within));
    within.filter_map(|within| within.rsplit_once(',')).map(|(_, last)| last.trim()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clauses_by_which_people_sign_in_take_a_secret() {
        for clause in [
            "People sign up and sign in with a name and a password.",
            "Members log in with their number and a PIN.",
            "The page is protected by a shared passphrase.",
        ] {
            assert!(takes_secret(clause), "{clause}");
        }
        for clause in ["A password has at least ten characters.", "People who are signed in can add a photo."] {
            assert!(!takes_secret(clause), "{clause}");
        }
    }

    #[test]
    fn a_wrong_secret_is_one_that_lets_nobody_in() {
        let with = |tried: &str| {
            format!(
                "expect(201, await ask('POST', '/api/people', {{ name: 'ann', password: 'pw-ann' }}));\n\
                 {tried}\n\
                 const {{ cookie }} = await ask('POST', '/api/sessions', {{ name: 'ann', password: 'pw-ann' }});\n\
                 expect(422, await ask('POST', '/api/people', {{ name: 'bob', password: 'short' }}));\n"
            )
        };
        for tried in [
            "expect(401, await ask('POST', '/api/sessions', { name: 'ann', password: 'pw-bob' }));",
            "const r = await ask('POST', '/in', 'name=ann&password=other');\nassert.equal(r.status, 401);",
            "status, _ = call('POST', '/api/sessions', {\n  'name': 'ann',\n  'password': PASSWORD + 'x',\n})\n\
             self.assertEqual(403, status)",
            "self.assertIn('Wrong', sign_in(name='ann', password='nope'))",
            "assert.equal((await signIn(app, 'ann', 'nope')).status, 401);",
        ] {
            assert!(is_wrong_tried(&with(tried)), "{tried}");
        }
        for tried in [
            "",
            "expect(401, await ask('POST', '/api/sessions', { name: 'ann', password: '' }));",
            "expect(401, await ask('POST', '/api/sessions', { name: 'ann', password: null }));",
            "expect(401, await ask('POST', '/api/sessions', { name: 'eve', password: 'pw-ann' }));",
            "assert.equal((await signIn(app, 'ann', '')).status, 401);",
            "expect(401, await ask('GET', '/api/photos'));",
        ] {
            assert!(!is_wrong_tried(&with(tried)), "{tried}");
        }
    }
}
